"""
What a filled form says of cases: which it begins or updates, and what it says of each.

Restricted answers are left out before anything is evaluated: whoever may read the village may read its cases,
so neither a property, nor a label, nor a condition is made from what he may not read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.areas import is_covered, is_village
from domain.cases.entities import Entity, entities_of
from domain.cases.naming import LABEL, begun_by
from domain.forms.definition import FormDefinition
from domain.forms.evaluation import Evaluation
from domain.forms.fields import Field
from domain.forms.program import Context, Program
from domain.forms.xpath.errors import XPathError
from domain.operations import RECORD_ID, VILLAGE, Value

MOVED_TO, OF_VISIT = "desa_baru", "desa"
"""Roles of the questions that say where the household is: the one it moved to goes first."""


@dataclass(frozen=True)
class Said:
    """A value for a property; `path` is the question that it is the answer of, empty for a label."""

    path: str
    value: str


@dataclass(frozen=True)
class Aim:
    """A case that a form is about, or a `member` of it. `is_begun` when this form is where it comes from."""

    case: str
    list_name: str
    member: str
    is_begun: bool
    said: Mapping[str, Said]


@dataclass(frozen=True)
class Form:
    """A submission's answers under its form; `case` is what it was opened from, or began before."""

    definition: FormDefinition
    record: str
    case: str | None
    areas: tuple[str, ...]
    context: Context


def aims_of(form: Form, answers: Mapping[str, Value]) -> dict[str, Aim]:
    """By the case's id. Of two that mean the same case the form's own goes first."""
    open_answers = {
        path: value
        for path, value in answers.items()
        if isinstance(value, str) and not form.definition.is_restricted(path)
    }
    entities = entities_of(form.definition)
    found: dict[str, Aim] = {}
    if entities:
        reading = _Reading(form, {**open_answers, **dict(_ids_of(form, entities))})
        for entity in entities:
            for member in entity.members(form.definition, open_answers):
                if aim := reading.aim(entity, member):
                    found.setdefault(aim.case, aim)
    return found


def targets_of(form: Form, path: str) -> Iterator[tuple[str, str]]:
    """The cases that an answer at a path may go to, each with its property there."""
    found = form.definition.field_at(path)
    for entity in entities_of(form.definition) if found else ():
        for member in entity.members(form.definition, [path]):
            case = (not member and form.case) or begun_by(form.record, member, entity.list_name)
            names = [name for one, name in entity.save_to.items() if entity.member_path(one, member) == path]
            names += [VILLAGE] if found and found.role in (MOVED_TO, OF_VISIT) else []
            yield from ((case, name) for name in names)


def ids_in(form: Form, answers: Mapping[str, Value]) -> set[str]:
    """Every case that the form could be about: so many have to be at hand to say what changes."""
    found = {form.case} if form.case else set()
    for entity in entities_of(form.definition):
        members = entity.members(form.definition, answers)
        found |= {begun_by(form.record, member, entity.list_name) for member in members}
        found |= {value for value in answers.values() if isinstance(value, str) and _names(value, entity)}
    return found


def _names(value: str, entity: Entity) -> bool:
    return bool(entity.path and entity.id and entity.update_if) and RECORD_ID.fullmatch(value) is not None


def _ids_of(form: Form, entities: list[Entity]) -> Iterator[tuple[str, str]]:
    """
    What calculations hold the id of the form's own case in: the one that it really has.

    The form would make one up by chance, on each device another.
    """
    for entity in entities:
        question = form.definition.field_at(entity.id_question or "")
        if not entity.path and question and question.logic.calculate:
            yield question.path, form.case or begun_by(form.record, "", entity.list_name)


class _Reading:
    """One evaluation of the answers, asked for each entity."""

    def __init__(self, form: Form, answers: Mapping[str, str]) -> None:
        self.form = form
        self.answers = answers
        self.evaluation: Evaluation = Program.of(form.definition).evaluate(answers, form.context)

    def aim(self, entity: Entity, member: str) -> Aim | None:
        begun = begun_by(self.form.record, member, entity.list_name)
        other = self._other(entity, member, begun)
        if other and self._holds(entity, member, entity.update_if):
            return Aim(other, entity.list_name, member, False, self._said(entity, member))
        if not other and self._holds(entity, member, entity.create_if):
            return Aim(begun, entity.list_name, member, True, self._said(entity, member))
        return None

    def _other(self, entity: Entity, member: str, begun: str) -> str | None:
        """The case that was there before this form, if it is about one."""
        if not entity.path:
            named = self.form.case
        else:
            named = self._text(entity, member, entity.id) if entity.update_if else None
        return named if named and named != begun and RECORD_ID.fullmatch(named) else None

    def _said(self, entity: Entity, member: str) -> dict[str, Said]:
        said = {LABEL: Said("", label)} if (label := self._text(entity, member, entity.label)) else {}
        for pattern, name in entity.save_to.items():
            path = entity.member_path(pattern, member)
            value = self._value(path)
            if value is not None and name != LABEL:
                said[name] = Said(path, value)
        if place := self._place():
            said[VILLAGE] = place
        return said

    def _value(self, path: str) -> str | None:
        """What is answered or calculated where it is asked; none where nothing was said."""
        found = self.form.definition.field_at(path)
        if found is None or found.is_restricted or not self.evaluation.relevant(path):
            return None
        if found.logic.calculate:
            return self.evaluation.calculated.get(path) or None
        return self.answers.get(path)

    def _place(self) -> Said | None:
        """Where the household is by this form, if that is a village of whoever fills it in."""
        for role in (MOVED_TO, OF_VISIT):
            for found in self.form.definition.with_role(role):
                value = self._value(found.path)
                if value and self._is_own_village(found, value):
                    return Said(found.path, value)
        return None

    def _is_own_village(self, found: Field, value: str) -> bool:
        """Another one would hold the whole form back: there the office moves the case."""
        listed = self.form.definition.choices.get(found.choices or "")
        is_known = is_village(value) and (listed is None or value in listed)
        return is_known and is_covered(value, self.form.areas)

    def _text(self, entity: Entity, member: str, expression: str | None) -> str:
        at = f"{entity.member_path(entity.at, member)}/label"
        try:
            return self.evaluation.text_at(expression, at).strip() if expression else ""
        except XPathError:  # a stored form that this version cannot read
            return ""

    def _holds(self, entity: Entity, member: str, condition: str | None) -> bool:
        at = f"{entity.member_path(entity.at, member)}/label"
        try:
            return condition is not None and self.evaluation.is_true_at(condition, at)
        except XPathError:
            return False
