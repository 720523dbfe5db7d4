"""
A form that somebody tries out: answers, members, and what the form sets while he does.

Nothing is kept between two pages but what the page itself sends back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from domain.forms.acting import begun
from domain.forms.definition import FormDefinition
from domain.forms.evaluation import Evaluation
from domain.forms.fields import Field
from domain.forms.program import Context, Program
from domain.forms.setting import kept_once
from domain.forms.starting import first_answers
from domain.forms.triggering import rules_of, trigger_values, triggered

MOST_MEMBERS: Final = 20
MOST_CHARACTERS: Final = 2_000
ACTS: Final = 8
"""How often at most the form is asked what it sets."""
ROUNDS: Final = 2
"""How often members are counted: their number may follow from answers that follow from members."""


@dataclass
class Node:
    """A group or repeat, or the form, with what is in it in order."""

    path: str
    kind: str
    inside: list["Node | Field"] = field(default_factory=list)


@dataclass(frozen=True)
class Sent:
    """
    What comes back from a page: answers by record path, how many members each repeat had.

    `said` is what the triggers said when the page was shown, `had` what stood at the questions that they set;
    `adding` is the repeat that gets one member more.
    """

    answers: Mapping[str, str]
    members: Mapping[str, int]
    said: Mapping[str, str] = field(default_factory=dict)
    had: Mapping[str, str] = field(default_factory=dict)
    adding: str = ""


class Trial:
    """
    A filling as it stands: `answers` and `members` (by the record path of their repeat), evaluated.

    Without anything sent it is one that begins. All evaluations have the steps of one together, and so has
    all that the form sets: whatever a form does, nobody waits long.
    """

    def __init__(self, form: FormDefinition, context: Context, sent: Sent | None = None) -> None:
        self.form = form
        self.context = context
        self.acting = replace(context, budget=context.budget // ACTS)
        self.tree = tree_of(form)
        self.members: dict[str, int] = {}
        if sent is None:
            self.answers = begun(form, {}, self.acting)
            self._grow(set())
        else:
            self.answers = {path: text for path, text in self._clean(sent.answers).items() if text}
            self.members = {path: count for path, count in sent.members.items() if self._is_repeat(path)}
            there = set(self._member_paths(self.tree, "", 0))
            if self._is_repeat(sent.adding):
                self.members[sent.adding] = self.members.get(sent.adding, 1) + 1
            there = self._grow(there)
            self._act(sent)
            self._grow(there)
        self.answers |= kept_once(form, self.answers, self.acting, self._there)
        self.evaluation = self._evaluate()

    @property
    def said(self) -> dict[str, str]:
        """What the triggers say now."""
        return trigger_values(self.form, self.answers, self.acting, self._there)

    @property
    def had(self) -> dict[str, str]:
        """What stands at the questions that triggers set."""
        paths = (path for rule in rules_of(self.form) for path in self.evaluation.places(rule.field.path))
        return {path: self.answers.get(path, "") for path in paths}

    @property
    def _there(self) -> list[str]:
        return list(self._member_paths(self.tree, "", 1))

    def _clean(self, answers: Mapping[str, str]) -> dict[str, str]:
        return {
            path: text.strip()[:MOST_CHARACTERS] for path, text in answers.items() if self.form.field_at(path)
        }

    def _is_repeat(self, path: str) -> bool:
        return self.form.definition_path(path) in self.form.repeats

    def _evaluate(self) -> Evaluation:
        found = Program.of(self.form).evaluate(self.answers, self.context, self._there)
        self.context = replace(self.context, budget=found.steps_left)
        return found

    # What the form sets

    def _grow(self, there: set[str]) -> set[str]:
        """Counts the members and lets the new ones begin; gives all that are there then."""
        for _ in range(ROUNDS):
            evaluation = self._evaluate()
            self._count(self.tree, "", evaluation)
            new = [path for path in self._there if path not in there]
            if new:
                self.answers |= first_answers(self.form, self.answers, self.acting, new, self._there)
            there |= set(new)
        return there

    def _act(self, sent: Sent) -> None:
        """What was typed since the page was shown stays, also where it is set by what was typed elsewhere."""
        before = self._clean(sent.said)
        fixed = {path for path, text in self._clean(sent.had).items() if text != self.answers.get(path, "")}
        self.answers |= triggered(
            self.form, before, self.answers, self.acting, fixed=fixed, members=self._there
        )
        self.answers = {path: text for path, text in self.answers.items() if text}

    # Members

    def _member_paths(self, node: Node, prefix: str, unsaid: int) -> Iterator[str]:
        """The paths of all members; where nobody said how many a repeat has, it has `unsaid`."""
        for one in node.inside:
            if isinstance(one, Field):
                continue
            here = place_in(prefix, one.path)
            if one.kind == "group":
                yield from self._member_paths(one, here, unsaid)
                continue
            for number in range(1, min(self.members.get(here, unsaid), MOST_MEMBERS) + 1):
                yield f"{here}/m_{number:02}"
                yield from self._member_paths(one, f"{here}/m_{number:02}", unsaid)

    def _count(self, node: Node, prefix: str, evaluation: Evaluation) -> None:
        for one in node.inside:
            if isinstance(one, Field):
                continue
            here = place_in(prefix, one.path)
            if one.kind == "repeat":
                self.members[here] = self._number(here, evaluation)
                for number in range(1, self.members[here] + 1):
                    self._count(one, f"{here}/m_{number:02}", evaluation)
            else:
                self._count(one, here, evaluation)

    def _number(self, here: str, evaluation: Evaluation) -> int:
        counted = evaluation.count_of(here)
        return min(max(self.members.get(here, 1) if counted is None else counted, 0), MOST_MEMBERS)


def place_in(prefix: str, path: str) -> str:
    """The record's path of something in a group or member."""
    name = path.rpartition("/")[2]
    return f"{prefix}/{name}" if prefix else name


def tree_of(form: FormDefinition) -> Node:
    """The form with its groups and repeats, and in each what is in it."""
    root = Node("", "form")
    nodes: dict[str, Node] = {}
    for one in form.fields:
        parent = root
        for path in one.around:
            if path not in nodes:
                nodes[path] = Node(path, "repeat" if path in form.repeats else "group")
                parent.inside.append(nodes[path])
            parent = nodes[path]
        parent.inside.append(one)
    return root
