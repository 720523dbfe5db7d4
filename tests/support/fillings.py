"""
Random fillings of a form: what people, old versions and faulty programs leave in a record.

Blank and hidden answers, answers at and beyond the limits that the form's own expressions name, choices that
are not offered, repeats of no to four members. The same seed gives the same filling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random
from typing import Any, Final
from unicodedata import normalize
from xml.etree import ElementTree

from server.xlsform import CompiledForm
from tests.support.answer_pools import SHAPED, odd, ordinary

NUMBER: Final = re.compile(r"(?<![\w.'-])-?\d+(?:\.\d+)?(?![\w.'])")
QUOTED: Final = re.compile(r"'([^']*)'|\"([^\"]*)\"")
REGEX: Final = re.compile(r"regex\(\s*\.\s*,\s*'([^']*)'\s*\)")
LENGTH: Final = re.compile(r"string-length\(\s*\.?\s*\)\s*<=?\s*(\d{1,4})")
MOST_MEMBERS: Final = 4
SELECTS: Final = frozenset({"select_one", "select_multiple", "rank"})
XFORMS: Final = "{http://www.w3.org/2002/xforms}"


@dataclass(frozen=True)
class Filling:
    """Answers by record path, and the ids of the members of every repeat in their order."""

    answers: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]

    def without(self, path: str) -> Filling:
        """The same with one answer less: blank, so that its member stays."""
        return replace(self, answers={**self.answers, path: ""})


@dataclass(frozen=True)
class Question:
    """What a filling needs to know of a field."""

    path: str
    type: str
    choices: tuple[str, ...]
    named: tuple[str, ...]
    shaped: tuple[str, ...]
    is_member_id: bool


@dataclass(frozen=True)
class Paper:
    """A form as something to be filled."""

    form: CompiledForm
    is_calculated: frozenset[str] = field(default=frozenset())

    @cached_property
    def binds(self) -> dict[str, dict[str, str]]:
        """The attributes of every bind by definition path."""
        root = ElementTree.fromstring(self.form.xform)
        repeats = sorted((one["path"] for one in self.form.definition["repeats"]), key=len)
        return {
            _starred(str(bind.get("nodeset")).removeprefix("/data/"), repeats): dict(bind.attrib)
            for bind in root.iter(f"{XFORMS}bind")
        }

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What a record may hold an answer to; of what is calculated only what is calculated once."""
        return tuple(_question(self, one) for one in self.form.definition["fields"] if self._may_be_held(one))

    @cached_property
    def counted(self) -> frozenset[str]:
        """The questions that say how many members a repeat has."""
        counts = re.findall(r'jr:count="\s*([^"]*?)\s*"', self.form.xform)
        return frozenset(path.removeprefix("/data/") for path in counts)

    def _may_be_held(self, one: Mapping[str, Any]) -> bool:
        if one["type"] == "note" or "jr:preload" in self._bind(one["path"]):
            return False
        calculate = self._bind(one["path"]).get("calculate", "")
        return not calculate or calculate.startswith("once(")

    def _bind(self, path: str) -> Mapping[str, str]:
        bind = self.binds.get(path, {})
        return {key.replace("{http://openrosa.org/javarosa}", "jr:"): text for key, text in bind.items()}

    def constants(self, path: str) -> Iterator[str]:
        """What the form's expressions compare the answer at a path with, as far as it is written in them."""
        name = path.rpartition("/")[2]
        mentions = re.compile(rf"/\s*{re.escape(name)}\b")
        for own, bind in self.binds.items():
            for key, text in bind.items():
                if key in {"constraint", "relevant", "required", "calculate", "readonly"} and (
                    mentions.search(text) or (own == path and key == "constraint")
                ):
                    yield from _written(text)
        limits = LENGTH.findall(self.binds.get(path, {}).get("constraint", ""))
        yield from ("x" * (int(limit) + 1) for limit in limits)


def _question(paper: Paper, one: Mapping[str, Any]) -> Question:
    rows = paper.form.definition["choices"].get(one["choices"] or "", ())
    named = tuple(dict.fromkeys(paper.constants(one["path"])))
    names = tuple(row["name"] for row in rows)
    return Question(one["path"], one["type"], names, named, _shaped(one), one["role"] == "id_anggota")


def _shaped(one: Mapping[str, Any]) -> tuple[str, ...]:
    """Texts that fit the regular expressions of the question's own constraint."""
    patterns = REGEX.findall(one.get("constraint") or "")
    return tuple(
        text for text in SHAPED if patterns and all(re.search(pattern, text) for pattern in patterns)
    )


def _written(expression: str) -> Iterator[str]:
    for match in QUOTED.finditer(expression):
        yield match[1] or match[2] or ""
    for match in NUMBER.finditer(QUOTED.sub(" ", expression)):
        yield match[0]
        for step in (-1, 1):
            yield f"{float(match[0]) + step:g}"


def _starred(path: str, repeats: Sequence[str]) -> str:
    for repeat in repeats:
        plain = repeat.replace("/*", "")
        if path.startswith(f"{plain}/"):
            path = f"{repeat}/*/{path.removeprefix(f'{plain}/')}" if "*" not in path else path
    return path


@dataclass(frozen=True)
class Mood:
    """How somebody fills a form: how often he leaves out an answer, or gives one that makes no sense."""

    blank: float
    odd: float


CAREFUL: Final = Mood(0.0, 0.0)
MOODS: Final = (Mood(0.25, 0.1), Mood(0.05, 0.02), Mood(0.1, 0.0), Mood(0.1, 0.3), Mood(0.85, 0.05))


def filling(paper: Paper, seed: int | str, mood: Mood | None = None) -> Filling:
    """The filling of a seed, in a mood of its own unless one is given."""
    chance = Random(seed)
    mood = mood or chance.choice(MOODS)
    members = dict(_members(paper.form.definition["repeats"], chance))
    answers: dict[str, str] = {}
    for question in paper.questions:
        for path in _record_paths(question.path, members):
            answers[path] = normalize("NFC", _answer(question, path, paper, mood, chance))
    return Filling(answers, members)


def _members(repeats: Sequence[Mapping[str, Any]], chance: Random) -> Iterator[tuple[str, tuple[str, ...]]]:
    made: dict[str, tuple[str, ...]] = {}
    for repeat in sorted(repeats, key=lambda one: one["path"].count("/")):
        for path in _record_paths(repeat["path"], made):
            # What the form itself counts it makes as many of as it wants; each may have a name.
            number = MOST_MEMBERS if repeat.get("count") else chance.randint(0, MOST_MEMBERS)
            made[path] = tuple(f"m{place}" for place in range(1, number + 1))
    yield from made.items()


def _record_paths(path: str, members: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A definition path with every member of the repeats around it."""
    first, star, rest = path.partition("/*/")
    if not star:
        return [path]
    found = []
    for member in members.get(first, ()):
        found += _record_paths(f"{first}/{member}/{rest}", members)
    return found


def _answer(question: Question, path: str, paper: Paper, mood: Mood, chance: Random) -> str:
    if question.is_member_id:
        return path.split("/")[-2]
    if question.path in paper.counted:
        return str(chance.randint(0, MOST_MEMBERS))
    if chance.random() < mood.blank:
        return ""
    if chance.random() < mood.odd:
        return odd(question.type, chance)
    if question.shaped and chance.random() < 0.7:
        return chance.choice(question.shaped)
    if question.named and chance.random() < 0.4 and question.type not in SELECTS:
        return chance.choice(question.named)
    if question.type in SELECTS:
        return _chosen(question, mood, chance)
    return ordinary(question.type, chance)


def _chosen(question: Question, mood: Mood, chance: Random) -> str:
    known = [name for name in question.named if name in question.choices]
    if not question.choices:
        return ordinary("text", chance)
    if question.type == "select_one":
        return chance.choice(known if known and chance.random() < 0.4 else question.choices)
    names = list(dict.fromkeys(question.choices))
    chance.shuffle(names)
    if question.type == "rank":
        return " ".join(names if chance.random() > mood.odd else names[: chance.randint(0, len(names))])
    chosen = names[: chance.randint(1, min(4, len(names)))]
    return " ".join([*chosen, "unknown"] if chance.random() < mood.odd else chosen)
