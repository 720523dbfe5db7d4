"""What an evaluation found: values, what is asked, problems, and the words and choices of questions."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from domain.forms.fields import DEFAULT_LANGUAGE, REFERENCE, Choice, in_language
from domain.forms.finding import OWN_WORDS, SHOWN, Problem, in_words, shortened
from domain.forms.frames import Filling, Frame
from domain.forms.judging import type_problems
from domain.forms.reading import questions_read
from domain.forms.shape import Spot
from domain.forms.xpath.nodes import Stopped
from domain.forms.xpath.operands import Fn
from domain.forms.xpath.parser import parse

if TYPE_CHECKING:
    from domain.forms.program import Program

T = TypeVar("T")


class Evaluation:
    """
    A record under its form. Everything is read from one finished pass; nothing here changes it.

    `is_stopped`: nothing that the rules found counts, since they took too long or failed. `fault` is what
    they, or an expression that somebody asked for, failed with.
    """

    def __init__(
        self,
        program: "Program",
        filling: Filling,
        found: tuple[Problem, ...],
        unknown: frozenset[Spot] = frozenset(),
        *,
        is_stopped: bool = False,
        fault: Exception | None = None,
    ) -> None:
        self._program = program
        self._filling = filling
        self._found = found
        self._unknown = unknown
        self.is_stopped = is_stopped
        self.fault = fault

    @property
    def steps_left(self) -> int:
        """How many steps of its budget were not used."""
        return max(self._filling.run.left, 0)

    def places(self, definition_path: str) -> list[str]:
        """The record paths of a question: one, or in a repeat one for each member, in their order."""
        spot = self._program.shape.spots.get(definition_path)
        frames = self._filling.frames.get(spot.home, ()) if spot else ()
        return [frame.path(spot) for frame in frames] if spot else []

    def is_known(self, path: str) -> bool:
        """Whether nothing that the reader may not see decides about the question at a record's path."""
        spot = self._program.shape.find(path)
        return spot is not None and spot not in self._unknown

    def is_told(self, expression: str, path: str) -> bool:
        """Whether an expression at a record's path looks at nothing that the reader may not see."""
        spot = self._program.shape.find(path)
        if spot is None or not self._unknown:
            return spot is not None
        read = parse(expression)
        is_outside = self._program.tables.lack(read)
        return not is_outside and self._unknown.isdisjoint(questions_read(read, spot, self._program.shape))

    @cached_property
    def calculated(self) -> Mapping[str, str]:
        """What the form calculates, by record path: of what is asked and known."""
        if self.is_stopped:
            return {}
        found = {}
        for turn in self._program.turns:
            spot = turn.part.spot
            if turn.part.calculate is not None and spot not in self._filling.hidden:
                for frame in self._filling.frames.get(spot.home, ()):
                    if frame.asked[spot.gate]:
                        found[frame.path(spot)] = frame.seen[spot.slot] or ""
        return found

    @cached_property
    def values(self) -> Mapping[str, str]:
        """Every text of the record by path, hidden ones too; what is calculated in place of what was."""
        return {**self._entered, **self.calculated}

    @cached_property
    def shown(self) -> Mapping[str, str]:
        """The values that are not blank as expressions see them: without hidden answers."""
        return {
            frame.path(spot): text
            for frame, spot in self._questions
            if (text := frame.seen[spot.slot] if frame.seen else frame.entered[spot.slot])
        }

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong, ordered by path and code; the form's own words with the answers they name."""
        found = [*map(self._in_words, self._found), *self._type_problems()]
        found += [Problem("unknown-question", path) for path in self._filling.strange]
        return tuple(sorted(found, key=lambda one: one.rank))

    def _in_words(self, problem: Problem) -> Problem:
        if not any("${" in text for text in problem.params.values()):
            return problem
        params = {
            name: self._filled(text, problem.path, SHOWN) if name.startswith(OWN_WORDS) else text
            for name, text in problem.params.items()
        }
        return replace(problem, params=params)

    def relevant(self, path: str) -> bool:
        """Whether the question, group or member at a record's path is asked; a path of another form is."""
        spot = self._program.shape.find(path)
        found = self._filling.find(path)
        if self.is_stopped or spot is None:
            return True
        if found is None:
            return self._is_repeat_asked(path, spot)
        return found[0].asked[found[1].gate]

    def _is_repeat_asked(self, path: str, spot: Spot) -> bool:
        """Whether members may be added to a repeat: what its condition says for one more."""
        outer = (
            self._filling.find(path.rpartition("/")[0]) if "/" in path else (self._filling.root, spot.parent)
        )
        op = self._program.steps.ops.get(spot) if self._program.steps else None
        if outer is None or spot.kind != "repeat" or op is None:
            return True
        another = outer[0].another(spot.home)
        return _calm(lambda: _asked(op, another), default=True)

    def choices(self, path: str) -> tuple[Choice, ...]:
        """The choices that a question offers in this filling, in their order; labels as `label` has them."""
        return tuple(self._labelled(one, path) for one in self._offered(path))

    def _labelled(self, choice: Choice, path: str) -> Choice:
        if not any("${" in text for text in choice.label.values()):
            return choice
        words = {language: self._filled(text, path) for language, text in choice.label.items()}
        return replace(choice, label=words)

    def _offered(self, path: str) -> tuple[Choice, ...]:
        found = self._filling.find(path)
        steps = self._program.steps
        if found is None or found[1].field is None:
            return ()
        frame, spot = found
        turn = next((one for one in self._program.turns if one.part.spot is spot), None)
        listed = self._program.definition.choices.get(spot.field.choices or "", {}) if spot.field else {}
        offer = steps.offer(turn.part) if steps and turn and not self.is_stopped else None
        offered = _calm(lambda: offer(frame), listed) if offer else listed
        return tuple(offered.values())

    def text_at(self, expression: str, path: str, *, chance: str | None = None) -> str:
        """
        What an expression of the form gives at a record's path, as a text; empty after an evaluation that
        stopped.

        The path may be that of an element that is no question, such as ``anggota/m_9K/meta/entity/label``. At
        a repeat, and in a member that is not there, it is what a blank member would give. `chance` is what
        its random values are made from, if not from that of the evaluation. Raises `XPathError`.
        """
        if chance is not None:
            self._filling.run.chance, self._filling.run.drawn = chance, 0
        operand = self._program.operand(expression, self._program.definition.definition_path(path))
        return "" if operand is None else self._given(operand.text(), path, "")

    def is_true_at(self, expression: str, path: str) -> bool:
        """Whether a condition of the form holds at a record's path; see `text_at`."""
        operand = self._program.operand(expression, self._program.definition.definition_path(path))
        return operand is not None and self._given(operand.truth(), path, default=False)

    def count_of(self, path: str) -> int | None:
        """
        How many members the form says that the repeat at a record's path has; a number that makes no sense is
        none at all (0).

        None where it says nothing, or after an evaluation that stopped.
        """
        known = self._program.definition.definition_path(path)
        count = next((one for one in self._program.counts if one.repeat.path == known), None)
        return None if count is None else self._given(count.expected, path, None)

    def _given(self, function: Fn[T], path: str, default: T) -> T:
        if self.is_stopped:
            return default
        try:
            return function(self._frame(path))
        except Stopped:
            return default
        except Exception as fault:  # noqa: BLE001 (as in `Program.evaluate`)
            self.fault = fault
            return default

    def _frame(self, path: str) -> Frame:
        """The frame that expressions at a record's path look from; blank members where there are none."""
        level = self._program.shape.beside(self._program.definition.definition_path(path)).home
        frame, inside = self._filling.nearest(path), []
        while level is not frame.level and level.outer is not None:
            inside.append(level)
            level = level.outer
        for one in reversed(inside):
            frame = frame.another(one)
        return frame

    def label(self, path: str, language: str = DEFAULT_LANGUAGE) -> str:
        """The words of a question, group or repeat, with the answers they name; identity numbers masked."""
        return self._filled(self._program.definition.label(path, language), path)

    def hint(self, path: str, language: str = DEFAULT_LANGUAGE) -> str:
        """The hint of a question in the same way; empty without one."""
        found = self._program.definition.field_at(path)
        return self._filled(in_language(found.hint, language), path) if found else ""

    def _filled(self, text: str, path: str, most: int | None = None) -> str:
        """A text of the form at a path with the answers that it names, each cut after `most` characters."""
        if "${" not in text:
            return text
        found = self._filling.find(path)
        frame = found[0] if found else self._filling.root
        return REFERENCE.sub(lambda name: shortened(self._named(frame, name[1]), most), text)

    def _named(self, frame: Frame, name: str) -> str:
        """The value of the question of that name, in the frame or the nearest one around it."""
        spots = self._program.shape.named(name)
        here: Frame | None = frame
        while here is not None:
            for spot in spots:
                if spot.home is here.level:
                    return self._told(here, spot)
            here = here.up
        return ""

    def _told(self, frame: Frame, spot: Spot) -> str:
        value = (frame.seen or frame.entered)[spot.slot] or ""
        return in_words(spot.field, value) if spot.field else value

    @property
    def _questions(self) -> list[tuple[Frame, Spot]]:
        return [
            (frame, spot)
            for frames in self._filling.frames.values()
            for frame in frames
            for spot in frame.level.questions
        ]

    @cached_property
    def _entered(self) -> Mapping[str, str]:
        return {
            frame.path(spot): frame.entered[spot.slot]
            for frame, spot in self._questions
            if frame.entered[spot.slot]
        }

    def _type_problems(self) -> list[Problem]:
        """By type alone; an answer that is not asked is none."""
        definition = self._program.definition
        found: list[Problem] = []
        for frame, spot in self._questions:
            value = frame.entered[spot.slot]
            if value and spot.field and (self.is_stopped or frame.asked[spot.gate]):
                found += type_problems(definition, frame.path(spot), spot.field, value)
        return found


def _asked(op: Callable[[Frame], None], frame: Frame) -> bool:
    op(frame)
    return frame.asked[0]


def _calm(function: Callable[[], T], default: T) -> T:
    """What is evaluated only when somebody asks; the default where that takes too long or fails."""
    try:
        return function()
    except Exception:  # noqa: BLE001 (no page falls with one expression)
        return default
