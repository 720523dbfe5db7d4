"""
A form as somebody fills it: what is asked with these answers, in order, with members, choices and problems.

Nothing is kept. What only a phone does is left out: the taking of places, pictures and files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from domain.forms.evaluation import Evaluation
from domain.forms.fields import Choice, Field, Text
from domain.forms.problems import Problem
from server.services.trial import MOST_MEMBERS, Node, Trial, place_in

MEMBER_ROLE: Final = "id_anggota"
UNSEEN: Final = frozenset(
    {"start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit", "hidden"}
)
"""Types that nobody sees while he fills a form."""
LANGUAGES: Final = ("id", "en")


@dataclass(frozen=True)
class Asked:
    """A question as it stands: `path` is the record's, `value` what is in it, `choices` what it offers."""

    path: str
    field: Field
    label: Text
    hint: Text
    value: str
    choices: tuple[Choice, ...]
    problems: tuple[Problem, ...]
    is_required: bool
    is_fixed: bool
    depth: int

    @property
    def chosen(self) -> list[str]:
        return self.value.split()


@dataclass(frozen=True)
class Heading:
    """The beginning of a group, a repeat or (with a `number`) one of its members."""

    path: str
    label: Text
    depth: int
    kind: str
    number: int = 0


@dataclass(frozen=True)
class Adding:
    """Where a member may be added; not where the form itself says how many there are."""

    path: str
    label: Text
    depth: int


@dataclass(frozen=True)
class Preview:
    """
    The form with its answers. What the page has to send back besides its questions: `kept`, the answers of
    those that are not shown or not typed in; `members`, `said` and `had` as in `server.services.trial.Sent`.
    """

    items: tuple[Asked | Heading | Adding, ...]
    kept: Mapping[str, str]
    members: Mapping[str, int]
    said: Mapping[str, str]
    had: Mapping[str, str]
    problems: int


def preview_of(trial: Trial) -> Preview:
    """What is asked now."""
    items = tuple(_Layout(trial).items(trial.tree, "", 0))
    typed = {one.path for one in items if isinstance(one, Asked) and not one.is_fixed}
    kept = {path: text for path, text in trial.answers.items() if path not in typed}
    return Preview(items, kept, trial.members, trial.said, trial.had, len(trial.evaluation.problems))


class _Layout:
    """The questions, headings and buttons of a page, one below the other."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.form = trial.form
        self.evaluation: Evaluation = trial.evaluation

    def items(self, node: Node, prefix: str, depth: int) -> Iterator[Asked | Heading | Adding]:
        for one in node.inside:
            here = place_in(prefix, one.path)
            if not self.evaluation.relevant(here):
                continue
            if isinstance(one, Field):
                if one.type not in UNSEEN and one.role != MEMBER_ROLE:
                    yield self._asked(one, here, depth)
            elif one.kind == "repeat":
                yield from self._repeat(one, here, depth)
            else:
                yield Heading(here, self._label(here), depth, "group")
                yield from self.items(one, here, depth + 1)

    def _repeat(self, node: Node, here: str, depth: int) -> Iterator[Asked | Heading | Adding]:
        label, members = self._label(here), self.trial.members[here]
        yield Heading(here, label, depth, "repeat")
        for number in range(1, members + 1):
            yield Heading(f"{here}/m_{number:02}", label, depth + 1, "member", number)
            yield from self.items(node, f"{here}/m_{number:02}", depth + 2)
        container = self.form.containers.get(node.path)
        if (container is None or container.count is None) and members < MOST_MEMBERS:
            yield Adding(here, label, depth + 1)

    def _asked(self, one: Field, path: str, depth: int) -> Asked:
        logic = one.logic
        is_calculated = logic.calculate is not None or one.type in {"calculate", "note"}
        return Asked(
            path=path,
            field=one,
            label=self._label(path),
            hint={language: self.evaluation.hint(path, language) for language in LANGUAGES},
            value=self.evaluation.values.get(path, ""),
            choices=self.evaluation.choices(path),
            problems=tuple(problem for problem in self.evaluation.problems if problem.path == path),
            is_required=one.required or self._holds(logic.required_if, path),
            is_fixed=is_calculated or logic.read_only or self._holds(logic.read_only_if, path),
            depth=depth,
        )

    def _label(self, path: str) -> Text:
        return {language: self.evaluation.label(path, language) for language in LANGUAGES}

    def _holds(self, condition: str | None, path: str) -> bool:
        return condition is not None and self.evaluation.is_true_at(condition, path)
