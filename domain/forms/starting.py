"""
What begins with which answers: a new filling, and a new member of a repeat.

Of what XForms calls static defaults, preloads and the events ``odk-instance-first-load`` and
``odk-new-repeat``. Nothing here happens a second time: a filling that is opened again begins with nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from domain.forms.definition import FormDefinition
from domain.forms.fields import Action, Field
from domain.forms.program import Context
from domain.forms.setting import Setting, kept
from domain.forms.xpath.dates import day_text, midnight
from domain.operations import Value

FORM: Final = ""
"""What begins when a filling does; members are named by their paths."""
BEGINNINGS: Final = frozenset({"odk-instance-first-load", "odk-instance-load", "odk-new-repeat"})
MEMBER_ROLE: Final = "id_anggota"


def first_answers(
    definition: FormDefinition,
    given: Mapping[str, Value],
    context: Context,
    places: Sequence[str] = (FORM,),
    members: Iterable[str] = (),
) -> dict[str, str]:
    """
    What `places` begin with by record path: the form, or members that are new (``anggota/m_9K``).

    `given` is what is there already; it stays. `members` are there too, even if nothing in them is answered.
    A calculated default of a question that is not asked at this moment is left out, as on the phone; a
    constant one waits for its question.
    """
    beginning = list(_in_places(definition, places))
    found = {path: text for path, field in beginning if (text := _constant(field, context))}
    found = {path: text for path, text in found.items() if path not in given}
    acting = [(path, field) for path, field in beginning if _actions(field) and path not in given]
    if not acting:
        return found
    there = [*members, *(place for place in places if place)]
    setting = Setting(definition, {**given, **found}, context, there)
    for path, field in acting:
        for action in _actions(field):
            value = setting.value_of(action, path, field)
            if value is not None and setting.evaluation.relevant(path):
                setting.put(path, value)
    return {**found, **setting.found}


def last_answers(definition: FormDefinition, context: Context) -> dict[str, str]:
    """What is known when a filling ends for the first time: the moment, by the paths of such questions."""
    now = day_text(context.now_ms, context.utc_offset_minutes)
    return {one.path: now for one in definition.fields if one.type == "end" and "*" not in one.path}


def members_in(definition: FormDefinition, paths: Iterable[str]) -> dict[str, None]:
    """The paths of the members that record paths lie in, outermost first."""
    found: dict[str, None] = {}
    if definition.repeats:
        for path in paths:
            steps = path.split("/")
            above = ("/".join(steps[:number]) for number in range(2, len(steps)))
            found.update((member, None) for member in above if definition.is_member(member))
    return found


def _in_places(definition: FormDefinition, places: Sequence[str]) -> Iterator[tuple[str, Field]]:
    """The questions right in each place, in the order of the form."""
    homes: dict[str, list[str]] = {}
    for place in places:
        homes.setdefault(definition.definition_path(place) if place else FORM, []).append(place)
    for one in definition.fields:
        home, star, name = one.path.rpartition("/*/")
        for place in homes.get(f"{home}/*" if star else FORM, ()):
            if one.role != MEMBER_ROLE:
                yield f"{place}/{name}" if star else one.path, one


def _actions(field: Field) -> list[Action]:
    return [
        one for one in field.logic.actions if one.trigger is None and not BEGINNINGS.isdisjoint(one.events)
    ]


def _constant(field: Field, context: Context) -> str:
    """What a question begins with, whatever else is answered; empty for nothing."""
    if field.type == "start":
        return day_text(context.now_ms, context.utc_offset_minutes)
    if field.type == "today":
        return day_text(midnight(context.now_ms, context.utc_offset_minutes), context.utc_offset_minutes)
    if field.type == "deviceid":
        return context.deviceid
    if field.type == "username":
        return context.username
    return kept(field, field.logic.default) if field.logic.default else ""
