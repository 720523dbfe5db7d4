"""
A form as a program: what its questions are when they are filled, evaluated at once.

`Program.of` reads a form once; `Program.evaluate` is then one pass over its parts in the order in which they
need each other. Hidden questions keep their answers and count as blank. See ``docs/forms.md``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from typing import Final

from domain.forms.definition import FormDefinition
from domain.forms.evaluation import Evaluation
from domain.forms.finding import EVALUATION_FAILED, WARNING, Problem
from domain.forms.frames import Filling, Frame
from domain.forms.judging import Rules
from domain.forms.order import ordered
from domain.forms.reading import questions_read
from domain.forms.shape import Level, Shape, Spot
from domain.forms.steps import Op, Part, Steps, part_of
from domain.forms.tables import Tables
from domain.forms.xpath.compiler import compiled
from domain.forms.xpath.errors import XPathError
from domain.forms.xpath.expressions import Expression
from domain.forms.xpath.nodes import STEPS, Run, Stopped
from domain.forms.xpath.operands import Fn, Operand
from domain.forms.xpath.parser import parse
from domain.operations import Value

MAKASSAR: Final = 8 * 60
"""Minutes east of Greenwich."""
LOGIC_SINCE: Final = 2
"""The format of definitions from which on they hold the logic of a form."""

KEEPING: Final = frozenset({"once", "random", "uuid"})
"""Functions whose value is made once; shuffled answers are shuffled anew when they change."""


@dataclass(frozen=True)
class Context:
    """
    What a form cannot know by itself.

    `now_ms` is the moment of the filling, `matches` says whether a regular expression (first) describes a
    part of a text; it must be quick whatever the expression. `chance` is what random values are made from,
    `budget` how many steps an evaluation may take.
    """

    now_ms: int
    matches: Callable[[str, str], bool]
    utc_offset_minutes: int = MAKASSAR
    username: str = ""
    deviceid: str = ""
    chance: str = ""
    budget: int = STEPS


@dataclass(frozen=True, eq=False)
class Turn:
    """One part's turn: its step over all frames of a level."""

    part: Part
    level: Level
    cost: int
    op: Op | None


@dataclass(frozen=True, eq=False)
class Count:
    """
    How many members a repeat shall have.

    `number` is asked of a member, since paths of a count start at the repeat; `op` says whether it is asked.
    """

    repeat: Spot
    number: Fn[float]
    reads: frozenset[Spot]
    op: Op | None

    def is_asked(self, member: Frame) -> bool:
        """Whether a member would be asked; without a condition on it or around it, it always is."""
        if self.op is not None:
            self.op(member)
        return member.asked[0]

    def expected(self, member: Frame) -> int:
        """Their number; 0 for one that makes no sense."""
        number = self.number(member)
        return int(max(number, 0)) if isfinite(number) else 0


class Program:
    """One version of a form, ready to be evaluated."""

    def __init__(self, definition: FormDefinition) -> None:
        """Reads every expression. Raises `XPathError` for one that makes no sense."""
        self.definition = definition
        self.shape = Shape(definition)
        self.tables = Tables(definition)
        self._operands: dict[tuple[str, str], Operand] = {}
        self.turns: tuple[Turn, ...] = ()
        self.steps: Steps | None = None
        self.outside: frozenset[Spot] = frozenset()
        """What looks into a list that is not here, and so is left as the record has it."""
        if definition.format >= LOGIC_SINCE:
            self.turns, self.steps = self._read()
        self.rules = tuple(self._rules()) if self.steps else ()
        self.counts = tuple(self._counts()) if self.steps else ()

    @classmethod
    def of(cls, definition: FormDefinition) -> "Program":
        """
        The program of a definition, made once.

        A stored form whose expressions this version cannot read gets a program that evaluates nothing:
        publishing refuses such forms, but a record must be shown even so.
        """
        found = definition.programs.get(1)
        if not isinstance(found, Program):
            found = definition.programs[1] = _made(definition)
        return found

    def evaluate(
        self, answers: Mapping[str, Value], context: Context, members: Iterable[str] = ()
    ) -> Evaluation:
        """
        What the form makes of a record's answers; never raises.

        Where it takes too long or fails, nothing that the rules found counts, and that is told.
        `members` are the paths of members that are there whether they are answered or not.
        """
        run = Run(
            now=context.now_ms,
            offset=context.utc_offset_minutes,
            matches=context.matches,
            chance=context.chance,
            username=context.username,
            deviceid=context.deviceid,
            budget=context.budget,
        )
        filling = Filling(self.shape, answers, run, members)
        try:
            unknown = self._settle(filling)
            problems = tuple(self._judge(filling, unknown))
        except (Stopped, RecursionError):
            return Evaluation(self, filling, (Problem("evaluation-stopped", ""),), is_stopped=True)
        except Exception as fault:  # noqa: BLE001 (a fault of ours: an answer that nobody foresaw)
            return Evaluation(self, filling, (Problem(EVALUATION_FAILED, ""),), is_stopped=True, fault=fault)
        return Evaluation(self, filling, problems, frozenset(unknown))

    def operand(self, expression: str, path: str) -> Operand | None:
        """
        What an expression of the form means at a definition path, such as that of an entity's label.

        None for a form without logic. Raises `XPathError`.
        """
        if self.steps is None:
            return None
        found = self._operands.get((expression, path))
        if found is None:
            standing = self.steps.standing(self.shape.beside(path))
            found = self._operands[expression, path] = compiled(parse(expression), standing)
        return found

    @cached_property
    def kept(self) -> tuple[Spot, ...]:
        """The questions whose calculation keeps what it once gave: by ``once()``, or because it draws."""
        return tuple(
            turn.part.spot
            for turn in self.turns
            if turn.part.calculate is not None
            and any(call.name in KEEPING for call in turn.part.calculate.functions())
        )

    # Reading

    def _read(self) -> tuple[tuple[Turn, ...], Steps]:
        spots = [spot for spot in self.shape.root.below if spot.kind != "form"]
        parts = {spot: part_of(spot, self.shape) for spot in spots}

        def needs(spot: Spot) -> list[Spot]:
            around = [spot.parent] if spot.parent and spot.parent.kind != "form" else []
            return [*around, *parts[spot].reads]

        groups = ordered(spots, needs)
        late = frozenset(
            spot for group in groups if len(group) > 1 for spot in group if spot.kind == "question"
        )
        steps = Steps(self.shape, self.tables, late)
        self.outside = frozenset(
            spot for spot, part in parts.items() if any(map(self.tables.lack, part.looked_at))
        )
        turns = [self._turn(parts[spot], steps) for group in groups for spot in group]
        return tuple(turns), steps

    def _turn(self, part: Part, steps: Steps) -> Turn:
        return Turn(part, part.spot.home, part.cost, steps.op(part))

    def _rules(self) -> Iterator[Rules]:
        assert self.steps is not None
        for turn in self.turns:
            found = turn.part.spot.field
            if found is not None:
                rules = Rules(turn.part, found, self.steps, self._reads(turn.part.spot))
                if not rules.is_silent:
                    yield rules

    def _reads(self, spot: Spot) -> Callable[[Expression], set[Spot]]:
        return lambda expression: questions_read(expression, spot, self.shape)

    def _counts(self) -> Iterator[Count]:
        assert self.steps is not None
        for path in self.definition.repeats:
            container, spot = self.definition.containers.get(path), self.shape.spots[path]
            if container and container.count and spot.parent:
                expression = parse(container.count)
                number = compiled(expression, self.steps.standing(spot)).number()
                reads = frozenset(self._reads(spot)(expression))
                yield Count(spot, number, reads, self.steps.ops.get(spot))

    # Evaluating

    def _settle(self, filling: Filling) -> set[Spot]:
        """Fill in what every frame shows; gives the questions whose values are not known."""
        late = self.steps.late if self.steps else frozenset()
        for frames in filling.frames.values():
            for frame in frames:
                frame.seen = list(frame.entered)
                for spot in late:
                    if spot.home is frame.level:
                        frame.seen[spot.slot] = None
        is_all_known = not filling.hidden and not self.outside
        return self._settle_all(filling) if is_all_known else self._settle_known(filling)

    def _settle_all(self, filling: Filling) -> set[Spot]:
        run = filling.run
        for turn in self.turns:
            if turn.op is not None:
                frames = filling.frames.get(turn.level, ())
                run.charge(turn.cost * len(frames))
                for frame in frames:
                    turn.op(frame)
        return set()

    def _settle_known(self, filling: Filling) -> set[Spot]:
        """
        The same for a reader who may not see all answers, or where a list is not here.

        What depends on an answer that he cannot see, or on such a list, is left as the record has it.
        """
        unknown, blind = set(filling.hidden), set(filling.hidden)
        for turn in self.turns:
            spot = turn.part.spot
            is_outside = spot in self.outside
            is_blind = spot in blind or spot.parent in blind or not unknown.isdisjoint(turn.part.reads)
            if is_blind or is_outside:
                blind.add(spot)
                if turn.part.calculate is not None:
                    unknown.add(spot)
            elif turn.op is not None:
                frames = filling.frames.get(turn.level, ())
                filling.run.charge(turn.cost * len(frames))
                for frame in frames:
                    turn.op(frame)
        return unknown | blind

    def _judge(self, filling: Filling, unknown: set[Spot]) -> Iterator[Problem]:
        run = filling.run
        for rules in self.rules:
            spot = rules.spot
            if spot in unknown:
                continue
            frames = filling.frames.get(spot.home, ())
            run.charge(rules.cost * len(frames))
            for frame in frames:
                if frame.asked[spot.gate]:
                    yield from rules.judge(frame, unknown)
        for count in self.counts:
            yield from _miscounted(count, filling, unknown)


def _miscounted(count: Count, filling: Filling, unknown: set[Spot]) -> Iterator[Problem]:
    """A warning where a repeat has other members than it shall have: none is ever removed by itself."""
    outer = count.repeat.parent
    if outer is None or count.repeat in unknown or not count.reads.isdisjoint(unknown):
        return
    for frame in filling.frames.get(outer.home, ()):
        member = frame.another(count.repeat.home)
        expected, members = count.number(member), len(frame.inner[count.repeat.home.index])
        if count.is_asked(member) and isfinite(expected) and int(max(expected, 0)) != members:
            params = {"count": str(members), "expected": str(int(max(expected, 0)))}
            yield Problem("count-differs", frame.path(count.repeat), params, WARNING)


def _made(definition: FormDefinition) -> Program:
    try:
        return Program(definition)
    except (XPathError, RecursionError):
        return Program(replace(definition, format=1))
