"""Opening a form from a case: what the officer finds filled in already."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.areas import is_village
from domain.cases.entities import Entity, entities_of
from domain.cases.naming import LABEL, list_of
from domain.errors import InvalidRequest
from domain.forms.definition import FormDefinition
from domain.forms.fields import Field
from domain.merge import RecordState, preds_of_edit, view
from domain.operations import VILLAGE

HIDDEN: Final = "hidden"
CASE_ID, CASE_NAME, CASE_VILLAGE = "id_kasus", "nama_kasus", "desa_kasus"
"""Roles of the hidden questions that whoever opens the form fills in."""
OF_VISIT, DISTRICT = "desa", "kecamatan"
"""Roles of the questions where the visit takes place."""


@dataclass(frozen=True)
class Opening:
    """
    What a form begins with: answers by path, and the ids of the case's values behind each.

    `fixed` are those that nobody gives otherwise: which case it is.
    """

    village: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)


def open_from_case(definition: FormDefinition, case: RecordState) -> Opening:
    """
    The answers that a form opened from a case begins with.

    A value that people disagree on is the one that is shown. Raises `InvalidRequest` where the record is no
    case, or none of a list that this form updates.
    """
    entity = _entity_of(definition, case)
    shown = {path: value for path, value in view(case).answers.items() if isinstance(value, str)}
    filled = {
        **dict(_from_roles(definition, case, shown)),
        **dict(_from_properties(definition, entity, shown)),
    }
    answers = {path: value for path, (value, _) in filled.items() if value}
    seen = {path: preds_of_edit(case, behind) for path, (_, behind) in filled.items() if path in answers}
    fixed = {path: value for path, value in answers.items() if value == case.record}
    return Opening(shown.get(VILLAGE, ""), answers, seen, fixed)


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


def _from_properties(
    definition: FormDefinition, entity: Entity, shown: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Path, value and property. Hidden questions are filled whatever `x_prefill` says: nobody else can."""
    for path, name in entity.save_to.items():
        found = definition.field_at(path)
        if found and name in shown and not found.is_restricted and _is_filled(found):
            yield path, (shown[name], name)


def _is_filled(found: Field) -> bool:
    return "*" not in found.path and (found.prefill or found.type == HIDDEN)


def _from_roles(
    definition: FormDefinition, case: RecordState, shown: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, str]]]:
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
