"""
What a form writes into a filling by itself: a value at a time, each evaluated with those before it.

`starting` says what begins with which values, `triggering` what a change sets, `acting` puts both together
for somebody who fills a form in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from domain.forms.binding import kept_by
from domain.forms.definition import FormDefinition
from domain.forms.evaluation import Evaluation
from domain.forms.fields import Action, Field
from domain.forms.program import Context, Program
from domain.forms.xpath.errors import XPathError
from domain.operations import Value

LONGEST: Final = 10_000
"""Characters of a value that a form may set; a longer one would not fit into an operation with others."""


class Setting:
    """
    A filling that the form writes into: `answers` as they are by now, `found` what it has set.

    `members` are those that are there, answered or not. All its evaluations together have the steps of one.
    """

    def __init__(
        self,
        definition: FormDefinition,
        answers: Mapping[str, Value],
        context: Context,
        members: Iterable[str] = (),
    ) -> None:
        self.answers = dict(answers)
        self.found: dict[str, str] = {}
        self._program = Program.of(definition)
        self._context = context
        self._members = tuple(members)
        self._evaluation: Evaluation | None = None

    @property
    def evaluation(self) -> Evaluation:
        """The filling as it is now."""
        if self._evaluation is None:
            self._evaluation = self._program.evaluate(self.answers, self._context, self._members)
        return self._evaluation

    def put(self, path: str, value: str) -> None:
        """Sets a value, unless it is there already or too long to be kept."""
        if self.answers.get(path, "") == value or len(value) > LONGEST:
            return
        self.answers[path] = self.found[path] = value
        if self._evaluation is not None:
            self._context = replace(self._context, budget=self._evaluation.steps_left)
            self._evaluation = None

    def value_of(self, action: Action, path: str, field: Field) -> str | None:
        """
        What an action sets at a record's path, as the question's type keeps it.

        None where an answer decides that the reader may not see, or where the evaluation stopped or failed.
        """
        evaluation = self.evaluation
        try:
            if not evaluation.is_known(path) or not evaluation.is_told(action.value, path):
                return None
            # Its own chance: else two identifiers would be the same.
            text = evaluation.text_at(action.value, path, chance=f"{self._context.chance}/{path}")
        except XPathError:  # a stored form that this version cannot read
            return None
        is_given = not evaluation.is_stopped and evaluation.fault is None and evaluation.steps_left > 0
        return kept(field, text) if is_given else None


def kept(field: Field, text: str) -> str:
    """A text as a question's type keeps it: ``5`` of a decimal question is ``5.0``."""
    keep = kept_by(field)
    return keep(text) if keep and text else text


def kept_once(
    definition: FormDefinition, answers: Mapping[str, Value], context: Context, members: Iterable[str] = ()
) -> dict[str, str]:
    """
    What is calculated once and for all, by record path, as far as it is not there yet.

    The ids of cases are left out: they follow from the record, not from chance.
    """
    program = Program.of(definition)
    ids = {str(one.get("id") or "").strip() for one in definition.entities}
    spots = [spot for spot in program.kept if f"/data/{spot.path}" not in ids]
    if not spots:
        return {}
    evaluation = program.evaluate(answers, context, members)
    found = {
        path: evaluation.calculated.get(path, "") for spot in spots for path in evaluation.places(spot.path)
    }
    return {
        path: text
        for path, text in found.items()
        if text and not answers.get(path) and len(text) <= LONGEST and evaluation.is_known(path)
    }
