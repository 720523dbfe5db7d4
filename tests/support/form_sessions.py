"""
Somebody who fills a form in, answer by answer, on the phone's engine and in Python.

What a form begins with, and what a change sets, shows only along the way; `tests.support.agreement` compares
what is there at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from domain.forms.acting import following
from domain.forms.program import Context
from domain.forms.setting import kept_once
from domain.forms.starting import first_answers, members_in
from server.expressions import PATTERNS
from tests.support.agreement import Both, Comparison, Difference
from tests.support.engine import NOW, Told
from tests.support.fillings import CAREFUL, Filling, filling

OF_THE_PHONE: Final = frozenset({"phonenumber", "email"})
"""What is known on a phone only."""
CONTEXT: Final = Context(NOW, PATTERNS, username="asha", deviceid="device-1", chance="asha")


@dataclass
class Session:
    """One filling on both sides."""

    seed: str
    comparison: Comparison
    members: Mapping[str, Sequence[str]]
    answers: dict[str, str] = field(default_factory=dict)
    entered: list[tuple[str, str]] = field(default_factory=list)
    told: Told = field(init=False)

    def __post_init__(self) -> None:
        form = self.comparison.definition
        self.told = self.comparison.engine.open(form.form_id, members=self.members, now=NOW)
        opening = dict(self._known_on_the_phone())
        begun = {**opening, **first_answers(form, opening, CONTEXT)}
        # The phone begins with one member of each repeat, and calculates then what it calculates once.
        first = first_answers(form, begun, CONTEXT, self._first_members())
        begun |= kept_once(form, {**begun, **first}, CONTEXT, self._first_members())
        self.answers = begun
        self._follow_members()

    def enter(self, path: str, text: str) -> None:
        """One answer; what the engine does not take is entered on neither side."""
        self.told = self.comparison.engine.set({path: text})
        self.entered.append((path, text))
        if path not in self.told.refused:
            node = self.told.nodes[path]
            given = {path: str(node["value"]) if node["relevant"] else text}
            self.answers |= {**following(self.comparison.definition, self.answers, given, CONTEXT), **given}
            self._follow_members()

    @property
    def both(self) -> Both:
        return Both(self.told, self.comparison.evaluate(self.answers), self.answers)

    @property
    def differences(self) -> list[Difference]:
        """In values and in what is asked; which member is which, each side says in its own way."""
        found = self.comparison.differences(self.both)
        told = [one for one in found if one.aspect in {"value", "relevant"}]
        return [one for one in told if not self.comparison.is_member_id(one.path)]

    def _follow_members(self) -> None:
        """Members that the engine made, because the form counts them, are made here; and likewise let go."""
        ids = dict(self._ids())
        members = [path.rpartition("/")[0] for path in ids]
        new = [path.rpartition("/")[0] for path in ids if path not in self.answers]
        form = self.comparison.definition
        there = members_in(form, self.answers).keys() & set(members)
        kept = {
            path: text
            for path, text in self.answers.items()
            if all(member in there for member in members_in(form, [path]))
        }
        self.answers = {**kept, **ids, **first_answers(form, {**kept, **ids}, CONTEXT, new)}

    def _known_on_the_phone(self) -> Iterator[tuple[str, str]]:
        for one in self.comparison.definition.fields:
            if one.type in OF_THE_PHONE:
                yield one.path, str(self.told.nodes[one.path]["value"])

    def _first_members(self) -> list[str]:
        found: list[str] = []
        for repeat in sorted(self.comparison.definition.repeats, key=len):
            container = self.comparison.definition.containers[repeat]
            if container.count is None:
                found.append("/".join("m1" if step == "*" else step for step in f"{repeat}/*".split("/")))
        return found

    def _ids(self) -> Iterator[tuple[str, str]]:
        """The questions that hold the ids of members."""
        for path in self.told.nodes:
            if self.comparison.is_member_id(path):
                yield path, path.split("/")[-2]


def entries(comparison: Comparison, seed: str, number: int) -> tuple[Filling, list[tuple[str, str]]]:
    """The members of a filling, and so many answers to enter one after the other: some twice, some blank."""
    chance = Random(seed)
    given = filling(comparison.paper, seed, CAREFUL)
    other = filling(comparison.paper, f"{seed} again", CAREFUL)
    paths = [path for path in given.answers if not comparison.is_member_id(path)]
    walked = [chance.choice(paths) for _ in range(number)] if paths else []
    found: dict[str, int] = {}
    entered = []
    for path in walked:
        found[path] = found.get(path, 0) + 1
        source = given if found[path] % 2 else other
        text = "" if chance.random() < 0.15 else source.answers.get(path, "")
        entered.append((path, text))
    return given, entered
