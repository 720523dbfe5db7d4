"""Opening a form from a case: what the officer finds filled in already."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.areas import is_village
from domain.cases.entities import (
    CASE_ANSWER,
    CASE_ID,
    CASE_NAME,
    CASE_VILLAGE,
    COPY_OF,
    Entity,
    entities_of,
    link_of,
)
from domain.cases.naming import LABEL, case_kind, list_of, member_of
from domain.errors import InvalidRequest
from domain.forms.definition import FormDefinition
from domain.forms.fields import Field
from domain.merge import RecordState, preds_of_edit, view
from domain.operations import VILLAGE

HIDDEN: Final = "hidden"
OF_VISIT, DISTRICT = "desa", "kecamatan"
"""Roles of the questions where the visit takes place."""


@dataclass(frozen=True)
class Opening:
    """
    What a form begins with: answers by path, and behind each the ids of the case's values, by case.

    `fixed` are those that nobody gives otherwise: which case it is.
    """

    village: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)


Filled = Iterator[tuple[str, tuple[str, str]]]
"""Path, value and property."""


def open_from_case(
    definition: FormDefinition, case: RecordState, known: Iterable[RecordState] = ()
) -> Opening:
    """
    The answers that a form opened from a case begins with.

    Those of the `known` cases that name this one and are of a list of the form's members are members of it. A
    value that people disagree on is the one that is shown. Raises `InvalidRequest` where the record is no
    case, or none of a list that this form updates.
    """
    entity = _entity_of(definition, case)
    shown = _shown(case)
    filled = {
        **dict(_from_roles(definition, case, shown)),
        **dict(_from_properties(definition, entity, shown)),
    }
    own = _opened(shown.get(VILLAGE, ""), case, {**filled, **dict(_copies(definition, filled))})
    members = [_opened("", *one) for one in _members(definition, case, known)]
    answers, seen = dict(own.answers), dict(own.seen)
    for one in members:
        answers |= one.answers
        seen |= one.seen
    return Opening(own.village, answers, seen, own.fixed)


def _shown(case: RecordState) -> dict[str, str]:
    return {path: value for path, value in view(case).answers.items() if isinstance(value, str)}


def _opened(village: str, case: RecordState, filled: Mapping[str, tuple[str, str]]) -> Opening:
    answers = {path: value for path, (value, _) in filled.items() if value}
    seen = {path: {case.record: preds_of_edit(case, filled[path][1])} for path in answers}
    return Opening(village, answers, seen, {path: v for path, v in answers.items() if v == case.record})


def _members(
    definition: FormDefinition, case: RecordState, known: Iterable[RecordState]
) -> Iterator[tuple[RecordState, dict[str, tuple[str, str]]]]:
    """The known cases that are members of the form, each with what it fills in."""
    cases = list(known)
    for entity in entities_of(definition):
        link = link_of(definition, entity)
        # In a repeat within a repeat nothing says which outer member it would be in.
        if link is None or entity.path.count("*") > 1:
            continue
        for one in cases:
            if one.kind == case_kind(entity.list_name) and case.record in one.values_at(link):
                yield one, dict(_of_member(definition, entity, one))


def _of_member(definition: FormDefinition, entity: Entity, case: RecordState) -> Filled:
    """Both officers who open the same form without a line mean the same member."""
    shown, member = _shown(case), entity.path.replace("*", member_of(case.record))
    told = [
        (entity.question(definition, CASE_ID), (case.record, "")),
        (entity.question(definition, CASE_NAME), (shown.get(LABEL, ""), LABEL)),
    ]
    filled = [(path, filling) for path, filling in told if path]
    for path, filling in (*filled, *_from_properties(definition, entity, shown)):
        yield entity.member_path(path, member), filling


def _entity_of(definition: FormDefinition, case: RecordState) -> Entity:
    list_name = list_of(case.kind)
    if list_name is None:
        raise InvalidRequest(f"{case.record} is no case", code="not-a-case", record=case.record)
    for entity in entities_of(definition):
        if entity.list_name == list_name and not entity.path and entity.update_if:
            return entity
    raise InvalidRequest(
        f"{definition.form_id} is not filled for a case of the list {list_name}",
        code="case-list",
        form=definition.form_id,
        list=list_name,
    )


def _from_properties(definition: FormDefinition, entity: Entity, shown: Mapping[str, str]) -> Filled:
    """Hidden questions are filled whatever `x_prefill` says: nobody else can."""
    for path, name in entity.save_to.items():
        found = definition.field_at(path)
        if found and name in shown and not found.is_restricted and _is_filled(found):
            yield path, (shown[name], name)


def _copies(definition: FormDefinition, filled: Mapping[str, tuple[str, str]]) -> Filled:
    """What the case filled in once more, so that the form can tell it from what somebody entered."""
    by_name = {path.rpartition("/")[2]: filling for path, filling in filled.items()}
    for found in definition.with_role(CASE_ANSWER):
        original = found.path.rpartition("/")[2].removeprefix(COPY_OF)
        if found.type == HIDDEN and "*" not in found.path and original in by_name:
            yield found.path, by_name[original]


def _is_filled(found: Field) -> bool:
    return found.type == HIDDEN or (found.prefill and not found.logic.calculate)


def _from_roles(definition: FormDefinition, case: RecordState, shown: Mapping[str, str]) -> Filled:
    village = shown.get(VILLAGE, "")
    district = village.rpartition(".")[0] if is_village(village) else ""
    told = {
        CASE_ID: (case.record, ""),
        CASE_NAME: (shown.get(LABEL, ""), LABEL),
        CASE_VILLAGE: (village, VILLAGE),
        OF_VISIT: (village, VILLAGE),
        DISTRICT: (district, VILLAGE),
    }
    for role, filled in told.items():
        for found in definition.with_role(role):
            if "*" not in found.path and (found.type == HIDDEN or found.prefill):
                yield found.path, filled
