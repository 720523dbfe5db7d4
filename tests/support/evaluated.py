"""
What an XForms engine would say of a form's answers, as the office evaluates them.

The phone app asks its engine, in a page; where no page is, as in vectors, this stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.canonical import Json, canonical_bytes, digest_of
from domain.cases import aims
from domain.cases.entities import entities_of
from domain.cases.naming import begun_by
from domain.forms.definition import FormDefinition
from domain.operations import Value

MADE_UP: Final = "0badc0de-0000-4000-8000-000000000000"
"""What the engine makes up where it calculates the id of a form's own case."""
Evaluated = dict[str, Any]


def texts_in(answers: Mapping[str, Value]) -> dict[str, str]:
    """The answers that the form has as texts; what is reserved is none of it."""
    return {path: one for path, one in answers.items() if isinstance(one, str) and not path.startswith("$")}


def key_of(
    definition: FormDefinition, answers: Mapping[str, str], entered: Mapping[str, str] | None = None
) -> str:
    """By what the phone app tells sets of answers apart."""
    pairs: list[Json] = [
        [list[Json](one) for one in sorted(some.items())] for some in (answers, entered or {})
    ]
    return digest_of(canonical_bytes([definition.identity, *pairs]))


def evaluated_of(reading: aims._Reading) -> Evaluated:
    """What an engine would say of these answers."""
    form, evaluation = reading.form, reading.evaluation
    answers = texts_in(reading.answers)
    calculated = dict(evaluation.calculated)
    places = {path for one in form.definition.fields for path in evaluation.places(one.path)} | answers.keys()
    hidden = {above for path in places if (above := _hidden_above(evaluation.relevant, path))}
    for entity in entities_of(form.definition):
        for member in entity.members(form.definition, reading.answers):
            at = entity.member_path(entity.at, member)
            if entity.label:
                calculated[f"{at}/label"] = evaluation.text_at(entity.label, f"{at}/label")
            if entity.id:
                calculated[f"{at}/@id"] = evaluation.text_at(entity.id, f"{at}/label")
            for name, condition in (("create", entity.create_if), ("update", entity.update_if)):
                if condition:
                    holds = evaluation.is_true_at(condition, f"{at}/label")
                    calculated[f"{at}/@{name}"] = "true" if holds else "false"
    own = [begun_by(form.record, "", one.list_name) for one in entities_of(form.definition) if not one.path]
    if own and form.case is None:
        calculated = {path: re.sub("|".join(own), MADE_UP, text) for path, text in calculated.items()}
    said = said_of(key_of(form.definition, answers), sorted(hidden), calculated)
    return {**said, "isStopped": evaluation.is_stopped}


def said_of(
    key: str, hidden: list[str] | None = None, calculated: Mapping[str, str] | None = None, found: Any = None
) -> Evaluated:
    """What an engine says of the answers of a key."""
    return {
        "key": key,
        "hidden": hidden or [],
        "calculated": dict(calculated or {}),
        "set": found or {},
        "isStopped": False,
    }


def _hidden_above(relevant: Callable[[str], bool], path: str) -> str:
    """The outermost part around a question that is hidden."""
    steps = path.split("/")
    above = ["/".join(steps[: end + 1]) for end in range(len(steps))]
    return next((one for one in above if not relevant(one)), "")
