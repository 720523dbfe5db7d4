"""
A form that acts while somebody fills it in: what it adds to what he enters.

Whatever he enters himself stays, and nothing is added where an answer decides about it that he may not see.
Everything together has the steps of one evaluation: a form that is made to keep somebody busy sets less.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from domain.forms.definition import FormDefinition
from domain.forms.program import Context
from domain.forms.setting import kept_once
from domain.forms.starting import FORM, first_answers, members_in
from domain.forms.triggering import rules_of, trigger_values, triggered
from domain.operations import Value

BEGINNING: Final = 2
"""What begins, and what is calculated once then."""
FOLLOWING: Final = 4
"""What new members begin with; what triggers said, what they set; what is calculated once."""


def begun(definition: FormDefinition, opening: Mapping[str, Value], context: Context) -> dict[str, str]:
    """
    What a new filling begins with beside its opening, and what it calculates then once and for all.

    Members that the opening holds begin with it.
    """
    context = _shared(context, BEGINNING)
    found = first_answers(definition, opening, context, (FORM, *members_in(definition, opening)))
    return {**found, **kept_once(definition, {**found, **opening}, context)}


def filled(
    definition: FormDefinition, opening: Mapping[str, str], given: Mapping[str, str], context: Context
) -> dict[str, str]:
    """
    All answers of a form that is filled at once.

    `opening` is what it was opened with (a case's answers), before its first load; `given` what was entered
    then.
    """
    half = _shared(context, 2)
    start = {**begun(definition, opening, half), **opening}
    return {**start, **given, **following(definition, start, given, half)}


def following(
    definition: FormDefinition,
    answers: Mapping[str, Value],
    given: Mapping[str, str],
    context: Context,
    known: Iterable[str] = (),
) -> dict[str, str]:
    """
    What the form sets, by record path, when `given` is entered into `answers`: what new members begin with,
    what the changes trigger, and what is calculated once.

    `known` are further paths that were answered once: their members are not new.
    """
    context = _shared(context, FOLLOWING)
    members = members_in(definition, given)
    if members:
        there = members_in(definition, (*answers, *known))
        members = {member: None for member in members if member not in there}
    found: dict[str, str] = {}
    if members:
        found = first_answers(definition, {**answers, **given}, context, tuple(members))
    if rules_of(definition):
        before = trigger_values(definition, {**answers, **found}, context, members)
        entered = {**answers, **found, **given}
        found |= triggered(definition, before, entered, context, fixed=given)
    return {**found, **kept_once(definition, {**answers, **found, **given}, context)}


def _shared(context: Context, parts: int) -> Context:
    return replace(context, budget=context.budget // parts)
