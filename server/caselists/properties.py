"""The properties of a case list: what its cases can say, by the forms that fill them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from domain.cases import LABEL, case_definition
from domain.cases.entities import Entity, entities_of
from domain.cases.opening import DISTRICT, OF_VISIT
from domain.forms.definition import FormDefinition
from domain.forms.display import FILES
from domain.forms.fields import Choice, Field

DESA: Final = "desa"
KECAMATAN: Final = "kecamatan"
"""What the columns that say the village are called, beside the properties."""
NIK, KK, NAME = "nik", "kk", "nama"
VILLAGE_NAMES: Final = ("desa", "kode desa", "desa/kelurahan", "kelurahan", "village")
DISTRICT_NAMES: Final = ("kecamatan", "kode kecamatan", "sub-district")


def folded(text: str) -> str:
    """What two headings or choices share that a person takes for the same."""
    return " ".join(normalize("NFKC", text).casefold().replace("_", " ").split())


@dataclass(frozen=True)
class Property:
    """A property: how its question reads, its choices, and what its column may be called, folded."""

    name: str
    field: Field | None
    choices: Mapping[str, Choice]
    questions: frozenset[str]
    labels: frozenset[str]

    @property
    def role(self) -> str | None:
        return self.field.role if self.field else None


@dataclass(frozen=True)
class CaseList:
    """A case list with its properties by name, the village's two columns among them."""

    name: str
    properties: Mapping[str, Property]

    def with_role(self, *roles: str) -> Property | None:
        """The first property with the first of the roles that any has."""
        found = (one for role in roles for one in self.properties.values() if one.role == role)
        return next(found, None)

    @property
    def identity(self) -> Property | None:
        """What tells two cases apart for certain: the NIK; of a list without one the family's number."""
        return self.with_role(NIK, KK)


def read_case_list(list_name: str, forms: Collection[FormDefinition]) -> CaseList | None:
    """A list as the forms fill it; nothing where none does. Restricted answers and files are in no list."""
    filling = [(form, one) for form in forms for one in entities_of(form) if one.list_name == list_name]
    if not filling:
        return None
    told = case_definition(list_name, forms)
    found = {
        field.path: Property(
            field.path,
            field,
            told.choices.get(field.choices or "", {}),
            frozenset(folded(one.path.rpartition("/")[2]) for one in _questions(filling, field.path)),
            frozenset(folded(text) for text in _labels(filling, field)),
        )
        for field in told.fields
        if field.type not in FILES
    }
    places = {
        DESA: _place(DESA, VILLAGE_NAMES, OF_VISIT, filling),
        KECAMATAN: _place(KECAMATAN, DISTRICT_NAMES, DISTRICT, filling),
    }
    return CaseList(list_name, {**found, **places})


def list_names(forms: Iterable[FormDefinition]) -> list[str]:
    """The lists that forms fill."""
    return sorted({one.list_name for form in forms for one in entities_of(form)})


def _questions(filling: Iterable[tuple[FormDefinition, Entity]], name: str) -> Iterator[Field]:
    for form, entity in filling:
        for path, saved in entity.save_to.items():
            field = form.field_at(path)
            if saved == name and field and not field.is_restricted:
                yield field


def _labels(filling: Iterable[tuple[FormDefinition, Entity]], field: Field) -> Iterator[str]:
    for one in (field, *(_questions(filling, field.path) if field.path != LABEL else ())):
        yield from one.label.values()


def _place(
    name: str, usual: Iterable[str], role: str, filling: Iterable[tuple[FormDefinition, Entity]]
) -> Property:
    asked = [field for form, _ in filling for field in form.with_role(role)]
    labels = {folded(text) for field in asked for text in field.label.values()}
    questions = {folded(field.path.rpartition("/")[2]) for field in asked}
    return Property(name, None, {}, frozenset(questions), frozenset(labels | {folded(one) for one in usual}))
