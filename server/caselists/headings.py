"""Which column of a list says what: by its heading, by what was said the last time, by what is said now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.canonical import Json, canonical_bytes, digest_of
from domain.operations import VILLAGE
from server.caselists.properties import DESA, CaseList, Property, folded
from server.caselists.tables import Table
from server.faults import Fault, ListError, fault

SAYS: Final = "="
NAMES: Final = "@"


@dataclass(frozen=True)
class Reference:
    """A column that names another case: the one of a list of which a property says this."""

    list_name: str
    property: str

    def __str__(self) -> str:
        return f"{self.list_name}.{self.property}"


@dataclass(frozen=True)
class Wish:
    """``COLUMN=PROPERTY``, ``COLUMN=PROPERTY@LIST.PROPERTY``, or ``COLUMN=`` for one that is left alone."""

    heading: str
    property: str
    reference: Reference | None = None

    @classmethod
    def read(cls, text: str) -> "Wish":
        """Raises `ListError` for what is not written so."""
        heading, says, target = text.rpartition(SAYS)
        name, names, reference = target.strip().partition(NAMES)
        list_name, dot, of = reference.strip().partition(".")
        is_whole = bool(says and heading.strip()) and bool(names) == bool(name and list_name and dot and of)
        if not is_whole:
            raise ListError([fault("list-map-form", text=text)])
        wanted = DESA if name.strip() == VILLAGE else name.strip()
        return cls(" ".join(heading.split()), wanted, Reference(list_name, of) if names else None)

    def __str__(self) -> str:
        reference = f"{NAMES}{self.reference}" if self.reference else ""
        return f"{self.heading}{SAYS}{self.property}{reference}"


@dataclass(frozen=True)
class Column:
    """A column, by its place, and the property that it says."""

    place: int
    heading: str
    property: Property
    reference: Reference | None = None


@dataclass(frozen=True)
class Layout:
    """What the columns say. `key` is the place of the one that tells rows apart, `ignored` are headings."""

    columns: tuple[Column, ...]
    key: int
    ignored: tuple[str, ...]
    wishes: tuple[Wish, ...]

    def column_of(self, name: str) -> Column | None:
        """The column that says a property."""
        return next((one for one in self.columns if one.property.name == name), None)


def headings_digest(headings: Iterable[str]) -> str:
    """The same for lists with the same headings, in whatever order."""
    return digest_of(canonical_bytes(list[Json](sorted(map(folded, headings)))))


def lay_out(
    table: Table,
    cases: CaseList,
    wishes: Sequence[Wish],
    key: str | None = None,
    kept: Mapping[str, Any] | None = None,
) -> Layout:
    """
    What the columns of a list say; what is wished now goes before what was `kept`, and that before headings.

    Raises `ListError` naming what there is where a column or property is not there or said twice, where no
    column says anything, or none tells rows apart.
    """
    chosen = [*wishes, *_still_so(cases, wishes, kept or {})]
    _refuse([*_unknown(table, cases, wishes), *_said_twice(table, chosen)])
    named = {folded(wish.heading) for wish in chosen}
    taken = {wish.property for wish in chosen}
    found = [one for one in _recognised(table, cases, named) if one.property not in taken]
    _refuse(_said_twice(table, found))
    chosen += found
    columns = tuple(
        Column(_place(table, wish.heading), wish.heading, cases.properties[wish.property], wish.reference)
        for wish in chosen
        if wish.property
    )
    if not columns:
        _refuse([fault("list-no-columns", found=_listed(table.headings), known=_listed(cases.properties))])
    used = {column.place for column in columns}
    ignored = tuple(one for place, one in enumerate(table.headings) if one and place not in used)
    at = _key_place(table, cases, columns, key or (kept or {}).get("key"))
    return Layout(tuple(sorted(columns, key=lambda one: one.place)), at, ignored, tuple(chosen))


def kept_form(table: Table, layout: Layout) -> Json:
    """What has to be kept so that the same list is read in the same way, without a word."""
    return {"key": table.headings[layout.key], "map": [str(wish) for wish in layout.wishes]}


def _still_so(cases: CaseList, wishes: Sequence[Wish], kept: Mapping[str, Any]) -> Iterator[Wish]:
    """Of what was kept, what is still there and not said otherwise now."""
    headings = {folded(wish.heading) for wish in wishes}
    properties = {wish.property for wish in wishes}
    for text in kept.get("map", ()):
        wish = Wish.read(text)
        is_there = not wish.property or wish.property in cases.properties
        if is_there and folded(wish.heading) not in headings and wish.property not in properties - {""}:
            yield wish


def _unknown(table: Table, cases: CaseList, wishes: Iterable[Wish]) -> Iterator[Fault]:
    for wish in wishes:
        if not _places(table, wish.heading):
            yield fault("list-no-column", column=wish.heading, found=_listed(table.headings))
        if wish.property and wish.property not in cases.properties:
            yield fault("list-no-property", name=wish.property, known=_listed(cases.properties))


def _said_twice(table: Table, wishes: Sequence[Wish]) -> Iterator[Fault]:
    for wish in wishes:
        if len(_places(table, wish.heading)) > 1:
            yield fault("list-heading-twice", column=wish.heading)
    by_property: dict[str, list[str]] = {}
    for wish in wishes:
        by_property.setdefault(wish.property, []).append(wish.heading)
    for name, headings in by_property.items():
        if name and len(headings) > 1:
            yield fault("list-property-twice", name=name, columns=_listed(headings))


def _recognised(table: Table, cases: CaseList, named: set[str]) -> Iterator[Wish]:
    """
    Columns by their headings: the name of a property goes before that of a question, and that before words.

    A heading that could mean two properties means none; a property takes the best heading.
    """
    ways = (
        lambda one: {folded(one.name)},
        lambda one: one.questions,
        lambda one: one.labels,
    )
    open_headings = [one for one in dict.fromkeys(table.headings) if one and folded(one) not in named]
    taken: set[str] = set()
    for way in ways:
        found: list[Wish] = []
        for heading in open_headings:
            meant = [one.name for one in cases.properties.values() if folded(heading) in way(one)]
            if len(meant) == 1 and meant[0] not in taken:
                found.append(Wish(heading, meant[0]))
        yield from found
        taken |= {wish.property for wish in found}
        recognised = {wish.heading for wish in found}
        open_headings = [one for one in open_headings if one not in recognised]


def _key_place(table: Table, cases: CaseList, columns: Iterable[Column], key: str | None) -> int:
    if key:
        places = _places(table, key)
        if not places:
            _refuse([fault("list-no-column", column=key, found=_listed(table.headings))])
        if len(places) > 1:
            _refuse([fault("list-heading-twice", column=key)])
        return places[0]
    identity = cases.identity
    found = next((one for one in columns if identity and one.property.name == identity.name), None)
    if found is None or found.reference:
        raise ListError([fault("list-no-key", found=_listed(table.headings))])
    return found.place


def _places(table: Table, heading: str) -> list[int]:
    return [place for place, one in enumerate(table.headings) if one and folded(one) == folded(heading)]


def _place(table: Table, heading: str) -> int:
    return _places(table, heading)[0]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(name for name in names if name)


def _refuse(faults: Iterable[Fault]) -> None:
    if found := list(faults):
        raise ListError(found)
