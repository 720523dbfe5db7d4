"""
What one part of a form does while a filling is evaluated: whether it is asked, and what its value is.

Each step is one function of a frame, made once for a form.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.forms.binding import kept_by
from domain.forms.fields import Choice, ChoiceSource, Field
from domain.forms.frames import Frame
from domain.forms.offers import Offer, filtered_list, from_answers, randomized, whole_list
from domain.forms.reading import questions_read
from domain.forms.shape import Shape, Spot
from domain.forms.standing import Standing
from domain.forms.tables import Tables
from domain.forms.xpath.compiler import compiled
from domain.forms.xpath.expressions import Call, Expression, Path
from domain.forms.xpath.operands import Fn
from domain.forms.xpath.parser import parse

Op = Callable[[Frame], None]
SELECTS: Final = frozenset({"select_one", "select_multiple", "rank"})
DRAWN: Final = frozenset({"random", "uuid", "randomize"})
"""Functions that give another value each time: what was kept, stays."""
MEMBER_ROLE: Final = "id_anggota"
"""The question that holds a member's own id."""


@dataclass(frozen=True, eq=False)
class Part:
    """
    A question, group or repeat with what it does by itself.

    `reads` are the questions that its condition, calculation and choices look at, `looked_at` all expressions
    in which they do.
    """

    spot: Spot
    relevant: Expression | None
    calculate: Expression | None
    choice_filter: Expression | None
    reads: tuple[Spot, ...]
    looked_at: tuple[Expression, ...] = ()

    @property
    def cost(self) -> int:
        """What one frame costs, in steps of a run."""
        return 1 + sum(1 for one in self.expressions for _ in one.walk())

    @property
    def expressions(self) -> Iterator[Expression]:
        return (one for one in (self.relevant, self.calculate, self.choice_filter) if one is not None)


def part_of(spot: Spot, shape: Shape) -> Part:
    """Reads the expressions of a part. Raises `XPathError`."""
    logic = spot.field.logic if spot.field else None
    relevant = parse(spot.relevant) if spot.relevant else None
    calculate = parse(logic.calculate) if logic and logic.calculate and not is_member_id(spot) else None
    choice_filter = parse(logic.choice_filter) if logic and logic.choice_filter else None
    source = parse(logic.choices_from.nodeset) if logic and logic.choices_from else None
    if source is not None and logic and logic.choices_from:
        source = _with_columns(source, choice_filter, logic.choices_from)
    given = [one for one in (relevant, calculate, source or choice_filter) if one is not None]
    reads = {read: None for one in given for read in _read(one, spot, shape)}
    return Part(spot, relevant, calculate, choice_filter, tuple(reads), tuple(given))


def _read(expression: Expression, spot: Spot, shape: Shape) -> Sequence[Spot]:
    found = questions_read(expression, spot, shape) - {spot}
    return sorted(found, key=lambda one: (one.home.depth, one.slot))


def _with_columns(source: Expression, choice_filter: Expression | None, columns: ChoiceSource) -> Expression:
    """The nodes that choices are taken from, with what is looked at in each."""
    filters = () if choice_filter is None else (choice_filter,)
    paths = [parse(columns.value), parse(columns.label)]
    steps = [step for path in paths if isinstance(path, Path) for step in path.steps[:1]]
    return Call("concat", tuple(Path((step,), origin=source, filters=filters) for step in steps))


def is_member_id(spot: Spot) -> bool:
    return spot.field is not None and spot.field.role == MEMBER_ROLE and spot.home.depth > 0


class Steps:
    """Makes the steps of a form's parts."""

    def __init__(self, shape: Shape, tables: Tables, late: frozenset[Spot]) -> None:
        self.shape = shape
        self.tables = tables
        self.late = late
        self.ops: dict[Spot, Op] = {}

    def standing(self, spot: Spot) -> Standing:
        return Standing(spot, self.shape, self.tables, self.late, self.compute)

    def compute(self, frame: Frame, spot: Spot) -> str:
        """The value of a question that may be asked for before its turn; blank while it asks for itself."""
        found = frame.seen[spot.slot]
        if found is None:
            frame.seen[spot.slot] = ""
            frame.run.charge(1)
            self.ops[spot](frame)
            found = frame.seen[spot.slot]
        return found or ""

    def op(self, part: Part) -> Op | None:
        """The step of a part; none where nothing can change."""
        made = self._question(part) if part.spot.kind == "question" else self._container(part)
        if made is not None:
            self.ops[part.spot] = made
        if made is None or part.spot not in self.late:
            return made
        compute, spot = self.compute, part.spot
        return lambda frame: void(compute(frame, spot))

    # Groups and repeats

    def _container(self, part: Part) -> Op | None:
        spot = part.spot
        if spot.parent is None or not spot.is_hideable:
            return None
        test = self._truth(part)
        if spot.kind == "repeat":
            return _member_op(spot.parent.gate, test)
        return _group_op(spot.gate, spot.parent.gate, test) if test else None

    def _truth(self, part: Part) -> Fn[bool] | None:
        return compiled(part.relevant, self.standing(part.spot)).truth() if part.relevant else None

    # Questions

    def _question(self, part: Part) -> Op | None:
        spot, value = part.spot, self.value(part)
        if not spot.is_hideable:
            return None if value is None else _always_op(spot.slot, value)
        given = value or _entered(spot.slot)
        test = self._truth(part)
        if test is None:
            return _inside_op(spot.slot, spot.gate, given)
        outer = spot.parent.gate if spot.parent else 0
        return _asked_op(spot.slot, spot.gate, outer, test, given)

    def value(self, part: Part) -> Fn[str] | None:
        """What a question's value is while it is asked; none where it is simply what was entered."""
        found = part.spot.field
        if found is None:
            return None
        if is_member_id(part.spot):
            return lambda frame: frame.member
        value = _entered(part.spot.slot)
        if part.calculate is not None:
            value = self._calculated(part.calculate, part.spot)
        kept = self._kept(part, found)
        if kept is not None:
            return kept(value)
        return None if part.calculate is None else value

    def _calculated(self, calculate: Expression, spot: Spot) -> Fn[str]:
        text, slot = compiled(calculate, self.standing(spot)).text(), spot.slot
        if any(call.name in DRAWN for call in calculate.functions()):
            return lambda frame: frame.entered[slot] or text(frame)
        return lambda frame: frame.run.made(text(frame))

    def _kept(self, part: Part, found: Field) -> Callable[[Fn[str]], Fn[str]] | None:
        """How a value is kept under the question's type."""
        if found.type in SELECTS:
            offer = self.offer(part)
            return _chosen(offer, found.type) if offer else None
        kept = kept_by(found)
        return _typed(kept) if kept else None

    def offer(self, part: Part) -> Offer | None:
        """The choices that a question offers; none for a question whose list is not known."""
        found = part.spot.field
        if found is None:
            return None
        if found.logic.choices_from:
            return from_answers(found.logic.choices_from, part.choice_filter, self.standing(part.spot))
        name = found.choices or ""
        listed, table = self.shape.definition.choices.get(name), self.tables.table(name)
        if listed is None or table is None:
            return None
        if part.choice_filter is None:
            offer = whole_list(listed)
        else:
            offer = filtered_list(table, part.choice_filter, self.standing(part.spot))
        return randomized(offer, found.logic.parameters)


def void(_value: object) -> None:
    """Nothing: for a function whose result is not wanted."""


def _entered(slot: int) -> Fn[str]:
    return lambda frame: frame.entered[slot]


def _group_op(gate: int, outer: int, test: Fn[bool]) -> Op:
    def op(frame: Frame) -> None:
        frame.asked[gate] = frame.asked[outer] and test(frame)

    return op


def _member_op(outer: int, test: Fn[bool] | None) -> Op:
    def op(frame: Frame) -> None:
        is_asked = frame.up is None or frame.up.asked[outer]
        frame.asked[0] = is_asked and (test is None or test(frame))

    return op


def _always_op(slot: int, value: Fn[str]) -> Op:
    def op(frame: Frame) -> None:
        frame.seen[slot] = value(frame)

    return op


def _inside_op(slot: int, gate: int, value: Fn[str]) -> Op:
    def op(frame: Frame) -> None:
        frame.seen[slot] = value(frame) if frame.asked[gate] else ""

    return op


def _asked_op(slot: int, gate: int, outer: int, test: Fn[bool], value: Fn[str]) -> Op:
    def op(frame: Frame) -> None:
        is_asked = frame.asked[gate] = frame.asked[outer] and test(frame)
        frame.seen[slot] = value(frame) if is_asked else ""

    return op


def _typed(kept: Callable[[str], str]) -> Callable[[Fn[str]], Fn[str]]:
    def make(value: Fn[str]) -> Fn[str]:
        def typed(frame: Frame) -> str:
            found = value(frame)
            return kept(found) if found else ""

        return typed

    return make


def _chosen(offer: Offer, kind: str) -> Callable[[Fn[str]], Fn[str]]:
    """Only what is offered counts: a choice that a filter took away reads as blank until it comes back."""

    def make(value: Fn[str]) -> Fn[str]:
        def chosen(frame: Frame) -> str:
            found = value(frame)
            return _offered(found, offer(frame), kind) if found else ""

        return chosen

    return make


def _offered(value: str, choices: Mapping[str, Choice], kind: str) -> str:
    if kind == "select_one":
        return value if value in choices else ""
    given = value.split()
    names = [name for name in given if name in choices]
    # Whoever ranks, ranks everything: what he left out stands at the end, as on the phone.
    return " ".join(dict.fromkeys([*names, *choices]) if kind == "rank" and given else names)
