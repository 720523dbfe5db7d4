"""What a filled form does to cases, told as ODK's entity specification has it in the XForm instance."""

from collections.abc import Mapping

from domain.cases.aims import Aim, Form, aims_of, case_meant, own_case_ids
from domain.cases.entities import Entity, entities_of
from domain.cases.naming import LABEL, begun_by
from domain.forms import instance
from domain.operations import Value

ELEMENT = "meta/entity"
"""Where the element stands in the form, in a member or in a group."""


def entities_told(form: Form, answers: Mapping[str, Value]) -> tuple[instance.Entity, ...]:
    """
    The elements of the form's instance that speak of cases, each with its case.

    They stand wherever the form has them, also where nothing is begun or updated: then neither is said. The
    id is the one that the case has, or would have. Restricted answers are in none of it.
    """
    aims = {(aim.entity.list_name, aim.member): aim for aim in aims_of(form, answers).values()}
    return tuple(
        _told(entity, member, aims.get((entity.list_name, member)), _meant(form, entity, member, answers))
        for entity in entities_of(form.definition)
        for member in entity.members(form.definition, answers)
    )


def ids_calculated(form: Form) -> dict[str, str]:
    """What stands in the form's calculations of its own case's id: by path, the id that the case has."""
    return dict(own_case_ids(form, entities_of(form.definition)))


def _told(entity: Entity, member: str, aim: Aim | None, meant: str) -> instance.Entity:
    label = aim.said.get(LABEL) if aim else None
    return instance.Entity(
        dataset=entity.list_name,
        id=aim.case if aim else meant,
        path=entity.member_path(entity.at, member).removesuffix(ELEMENT).removesuffix("/"),
        label=None if entity.label is None else label.value if label else "",
        is_created=aim is not None and aim.is_begun,
        is_updated=aim is not None and not aim.is_begun,
    )


def _meant(form: Form, entity: Entity, member: str, answers: Mapping[str, Value]) -> str:
    """The case that is named or would begin; none where the form begins none."""
    meant = case_meant(form, entity, member, answers)
    is_begun = meant == begun_by(form.record, member, entity.list_name)
    return "" if is_begun and not entity.create_if else meant
