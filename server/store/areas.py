"""Villages and the areas above them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from domain.areas import Village
from server.models import VillageRow
from server.store.chunks import chunks

_VILLAGE_LENGTH = len("64.02.18.2007")
_KECAMATAN_LENGTH = len("64.02.18")


@dataclass(frozen=True, slots=True)
class StoredVillage:
    """A village as the areas file has it. `kind` is ``desa`` or ``kelurahan``."""

    code: str
    name: str
    kind: str
    kecamatan_code: str
    kecamatan: str


def within(areas: Collection[str]) -> ColumnElement[bool]:
    """The condition that a village lies in any of `areas`; villages and kecamatan use an index."""
    conditions: list[ColumnElement[bool]] = [VillageRow.code.in_(_of(areas, _VILLAGE_LENGTH))]
    conditions.append(VillageRow.kecamatan_code.in_(_of(areas, _KECAMATAN_LENGTH)))
    broad = [area for area in areas if len(area) < _KECAMATAN_LENGTH]
    conditions += [VillageRow.code.startswith(area + ".", autoescape=True) for area in broad]
    return or_(*conditions)


def _of(areas: Collection[str], length: int) -> list[str]:
    return sorted(area for area in areas if len(area) == length)


def villages_in(connection: Connection, areas: Collection[str]) -> list[Village]:
    """The villages in any of `areas`, by code."""
    query = select(VillageRow.code, VillageRow.name, VillageRow.kecamatan).where(within(areas))
    return [Village(*row) for row in connection.execute(query.order_by(VillageRow.code))]


def every_village(connection: Connection) -> list[Village]:
    """All villages, by code."""
    query = select(VillageRow.code, VillageRow.name, VillageRow.kecamatan).order_by(VillageRow.code)
    return [Village(*row) for row in connection.execute(query)]


def names_of(connection: Connection, areas: Collection[str]) -> tuple[str, ...]:
    """What each area is called: a village with its kecamatan, a kecamatan, else its code."""
    found = {village.code: village for village in villages_in(connection, areas)}
    kecamatan = {code.rpartition(".")[0]: one.kecamatan for code, one in found.items()}
    called = {code: f"{one.name} ({one.kecamatan})" for code, one in found.items()}
    return tuple(called.get(area) or kecamatan.get(area) or area for area in areas)


def codes_within(connection: Connection, areas: Collection[str]) -> list[str]:
    """The codes of the villages in any of `areas`, in order."""
    query = select(VillageRow.code).where(within(areas)).order_by(VillageRow.code)
    return list(connection.execute(query).scalars())


def existing(connection: Connection, codes: Iterable[str]) -> frozenset[str]:
    """Those of `codes` that are villages here."""
    found: set[str] = set()
    for some in chunks(codes):
        query = select(VillageRow.code).where(VillageRow.code.in_(some))
        found |= set(connection.execute(query).scalars())
    return frozenset(found)


def is_area(connection: Connection, code: str) -> bool:
    """Whether any village is, or lies in, the area `code`."""
    query = select(func.count()).select_from(
        select(VillageRow.code).where(within([code])).limit(1).subquery()
    )
    return bool(connection.execute(query).scalar())


def all_villages(connection: Connection) -> dict[str, StoredVillage]:
    """Every village by its code."""
    columns = (
        VillageRow.code,
        VillageRow.name,
        VillageRow.kind,
        VillageRow.kecamatan_code,
        VillageRow.kecamatan,
    )
    return {row.code: StoredVillage(*row) for row in connection.execute(select(*columns))}


def save(connection: Connection, villages: Collection[StoredVillage], existing: Collection[str]) -> None:
    """Writes villages; those whose code is in `existing` are changed, the others new."""
    rows = [
        {
            "code": village.code,
            "name": village.name,
            "kind": village.kind,
            "kecamatan_code": village.kecamatan_code,
            "kecamatan": village.kecamatan,
        }
        for village in villages
    ]
    new = [row for row in rows if row["code"] not in existing]
    if new:
        connection.execute(insert(VillageRow), new)
    for row in rows:
        if row["code"] in existing:
            connection.execute(update(VillageRow).where(VillageRow.code == row["code"]).values(**row))
