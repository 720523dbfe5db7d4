"""
A form as somebody fills it: what is asked with these answers, in order, with members, choices and problems.

Nothing is kept. What only a phone does is left out: values that another answer triggers, and the taking of
places, pictures and files.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.forms.definition import FormDefinition
from domain.forms.evaluation import Evaluation
from domain.forms.fields import Choice, Field, Text
from domain.forms.problems import Problem
from domain.forms.program import Program
from domain.operations import Value
from server.expressions import context_at

MOST_MEMBERS: Final = 20
MOST_CHARACTERS: Final = 2_000
MEMBER_ROLE: Final = "id_anggota"
FIRST_LOAD: Final = "odk-instance-first-load"
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
    """The form with its answers; `kept` are answers of questions that are not shown."""

    items: tuple[Asked | Heading | Adding, ...]
    kept: Mapping[str, str]
    members: Mapping[str, int]
    problems: int


@dataclass
class _Node:
    """A group or repeat, or the form, with what is in it in order."""

    path: str
    kind: str
    inside: list["_Node | Field"] = field(default_factory=list)


class Filling:
    """Answers by record path, and how many members each repeat has, by its record path."""

    def __init__(
        self, form: FormDefinition, answers: Mapping[str, str], members: Mapping[str, int], moment: int
    ) -> None:
        self.form = form
        self.tree = _tree(form)
        self.context = context_at(moment)
        self.members = dict(members)
        known = {
            path: text.strip()[:MOST_CHARACTERS] for path, text in answers.items() if form.field_at(path)
        }
        self.answers = {path: text for path, text in known.items() if text}

    def preview(self) -> Preview:
        """What is asked now. The number of members may follow from answers, so they are evaluated twice."""
        for _ in range(2):
            evaluation = self._evaluate()
            self._count(self.tree, "", evaluation)
        evaluation = self._evaluate()
        items = tuple(self._items(self.tree, "", 0, evaluation))
        shown = {one.path for one in items if isinstance(one, Asked)}
        kept = {path: text for path, text in self.answers.items() if path not in shown}
        return Preview(items, kept, self.members, len(evaluation.problems))

    def begin(self) -> None:
        """Sets what a new form begins with: defaults, and what it calculates once."""
        for one in self.form.fields:
            if "*" not in one.path and one.logic.default:
                self.answers[one.path] = one.logic.default
        evaluation = self._evaluate()
        for one in self.form.fields:
            for action in one.logic.actions:
                if "*" not in one.path and FIRST_LOAD in action.events and action.trigger is None:
                    self.answers[one.path] = evaluation.text_at(action.value, one.path)

    def _evaluate(self) -> Evaluation:
        answers: dict[str, Value] = {path: text for path, text in self.answers.items() if text}
        for one in self.form.with_role(MEMBER_ROLE):
            answers.update(self._member_paths(one.path))
        return Program.of(self.form).evaluate(answers, self.context)

    def _member_paths(self, path: str) -> Iterator[tuple[str, str]]:
        """The record paths of a repeat's id question, each with the member's id."""
        steps = path.split("/*")
        found = [("", "")]
        for step in steps[:-1]:
            around = [f"{prefix}{step}" for prefix, _ in found]
            found = [
                (f"{repeat}/m_{number}", f"m_{number}")
                for repeat in around
                for number in range(1, self.members.get(repeat, 1) + 1)
            ]
        return ((f"{prefix}{steps[-1]}", member) for prefix, member in found if member)

    def _count(self, node: _Node, prefix: str, evaluation: Evaluation) -> None:
        for one in node.inside:
            if isinstance(one, Field):
                continue
            here = _at(prefix, one.path)
            if one.kind == "repeat":
                self.members[here] = self._number(one, here, evaluation)
                for number in range(1, self.members[here] + 1):
                    self._count(one, f"{here}/m_{number}", evaluation)
            else:
                self._count(one, here, evaluation)

    def _number(self, node: _Node, here: str, evaluation: Evaluation) -> int:
        container = self.form.containers.get(node.path)
        if container is None or container.count is None:
            return min(max(self.members.get(here, 1), 0), MOST_MEMBERS)
        text = evaluation.text_at(container.count, here)
        return min(int(float(text)), MOST_MEMBERS) if _is_count(text) else 0

    def _items(
        self, node: _Node, prefix: str, depth: int, evaluation: Evaluation
    ) -> Iterator[Asked | Heading | Adding]:
        for one in node.inside:
            here = _at(prefix, one.path)
            if not evaluation.relevant(here):
                continue
            if isinstance(one, Field):
                if one.type not in UNSEEN and one.role != MEMBER_ROLE:
                    yield self._asked(one, here, depth, evaluation)
            elif one.kind == "repeat":
                yield from self._repeat(one, here, depth, evaluation)
            else:
                yield Heading(here, self._label(here, evaluation), depth, "group")
                yield from self._items(one, here, depth + 1, evaluation)

    def _repeat(
        self, node: _Node, here: str, depth: int, evaluation: Evaluation
    ) -> Iterator[Asked | Heading | Adding]:
        label = self._label(here, evaluation)
        yield Heading(here, label, depth, "repeat")
        for number in range(1, self.members[here] + 1):
            yield Heading(f"{here}/m_{number}", label, depth + 1, "member", number)
            yield from self._items(node, f"{here}/m_{number}", depth + 2, evaluation)
        container = self.form.containers.get(node.path)
        if (container is None or container.count is None) and self.members[here] < MOST_MEMBERS:
            yield Adding(here, label, depth + 1)

    def _asked(self, one: Field, path: str, depth: int, evaluation: Evaluation) -> Asked:
        logic = one.logic
        is_calculated = logic.calculate is not None or one.type in {"calculate", "note"}
        return Asked(
            path=path,
            field=one,
            label=self._label(path, evaluation),
            value=evaluation.values.get(path, ""),
            choices=evaluation.choices(path),
            problems=tuple(problem for problem in evaluation.problems if problem.path == path),
            is_required=one.required or _holds(logic.required_if, path, evaluation),
            is_fixed=is_calculated or logic.read_only or _holds(logic.read_only_if, path, evaluation),
            depth=depth,
        )

    def _label(self, path: str, evaluation: Evaluation) -> Text:
        return {language: evaluation.label(path, language) for language in LANGUAGES}


def _holds(condition: str | None, path: str, evaluation: Evaluation) -> bool:
    return condition is not None and evaluation.is_true_at(condition, path)


def _is_count(text: str) -> bool:
    try:
        return 0 <= float(text) < 1e6
    except ValueError:
        return False


def _at(prefix: str, path: str) -> str:
    """The record's path of something in a group or member."""
    name = path.rpartition("/")[2]
    return f"{prefix}/{name}" if prefix else name


def _tree(form: FormDefinition) -> _Node:
    root = _Node("", "form")
    nodes: dict[str, _Node] = {}
    for one in form.fields:
        parent = root
        for path in one.around:
            if path not in nodes:
                nodes[path] = _Node(path, "repeat" if path in form.repeats else "group")
                parent.inside.append(nodes[path])
            parent = nodes[path]
        parent.inside.append(one)
    return root


def filling_of(
    form: FormDefinition, sent: Sequence[tuple[str, str]], members: Mapping[str, int], moment: int
) -> Filling:
    """A filling from the fields of a page; several values of one field are one answer with blanks between."""
    answers: dict[str, str] = {}
    for path, text in sent:
        answers[path] = f"{answers[path]} {text}".strip() if path in answers else text
    return Filling(form, answers, members, moment)
