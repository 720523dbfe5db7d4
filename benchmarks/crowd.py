"""A regency's submissions, put straight into an installation: what the office's pages are measured on.

Every one is the example of a schoolchild, with a restricted part in every tenth, under a name of
the word lists, in one of all villages, by one of 400 officers. So many are approved, returned, rejected,
changed since, or in conflict as after half a round.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.workload import FEMALE, LAST, MALE
from domain.compose import Piece, Stamp, pieces_of_new, seal
from domain.forms.definition import FormDefinition
from domain.merge import RecordState, fold
from domain.operations import REVIEW, SUBMISSION, Change, Operation
from domain.review import Decision, decision_value
from server.services.examine import examine_some
from server.services.ledger import Ledger
from server.store import areas, log
from server.store.log import ACCEPTED, LogEntry
from server.store.transactions import Store

FORM_ID: Final = "verifikasi_anak"
BEGINS: Final = 1_788_000_000_000
"""When the first one came; one every half minute."""
EVERY_MS: Final = 30_000
AT_ONCE: Final = 500
OFFICERS: Final = 400
SUPERVISOR: Final = "penyelia"
FATES: Final = {
    "open": 40,
    Decision.APPROVE: 42,
    Decision.RETURN: 8,
    Decision.REJECT: 4,
    "stale": 3,
    "conflict": 3,
}
"""What became of a hundred of them."""


@dataclass(frozen=True)
class Crowd:
    """How many there are, the kecamatan that has most of them, and one of those there."""

    count: int
    kecamatan: str
    record: str
    middle: int
    """When half of them had come, in milliseconds."""


def crowd(store: Store, definition: FormDefinition, answers: dict[str, str], count: int) -> Crowd:
    """Puts `count` submissions into the store, examined; the same ones on every machine."""
    with store.read() as connection:
        villages = sorted(areas.all_villages(connection))
    chance = random.Random(count)
    made: list[tuple[int, str, list[Operation]]] = []
    places: dict[str, str] = {}
    for number in range(count):
        village = chance.choice(villages)
        operations = list(_history(chance, number, village, definition, answers))
        places[operations[0].parts[0].record] = village[:8]
        made.append((BEGINS + number * EVERY_MS, f"petugas{number % OFFICERS}", operations))
        if len(made) == AT_ONCE or number == count - 1:
            _put(store, made)
            made.clear()
    while examine_some(store, lambda: BEGINS + count * EVERY_MS).records:
        pass
    kecamatan = max(set(places.values()), key=list(places.values()).count)
    record = next(one for one, place in places.items() if place == kecamatan)
    return Crowd(count, kecamatan, record, BEGINS + count // 2 * EVERY_MS)


def _history(
    chance: random.Random, number: int, village: str, definition: FormDefinition, answers: dict[str, str]
) -> Iterator[Operation]:
    """The filling of one submission, and what came after it."""
    record, part = _id(chance), _id(chance)
    officer, time = f"petugas{number % OFFICERS}", BEGINS + number * EVERY_MS
    name = f"{chance.choice(MALE + FEMALE)} {chance.choice(LAST)}"
    told = {**answers, "g_anak/nama_anak": name, "g_wilayah/desa": village}
    if number % 10:
        told = {path: value for path, value in told.items() if not definition.is_restricted(path)}
    pieces = pieces_of_new(record, part, village, told, definition)
    meta = {"form": definition.identity}
    stamp = Stamp(
        f"device-{officer}".ljust(22, "x")[:22], number + 1, officer, time, _salt(chance), dict(meta)
    )
    first = seal(pieces, stamp)
    yield first
    (fate,) = chance.choices(list(FATES), list(FATES.values()))
    state = fold(None, [first], record, set())
    if isinstance(fate, Decision) or fate == "stale":
        decision = fate if isinstance(fate, Decision) else Decision.APPROVE
        yield _decided(chance, state, decision, definition, time + 1)
    if fate == "open":
        return
    for author in {"stale": ("budi",), "conflict": ("budi", "carla")}.get(str(fate), ()):
        change = Change("g_wilayah/rt", f"{chance.randrange(1, 20):02d}{author[0]}", (first.id,))
        own = Stamp(
            f"device-{author}".ljust(22, "x"), number + 1, author, time + 2, _salt(chance), dict(meta)
        )
        yield seal([Piece(record, SUBMISSION, change)], own)


def _decided(
    chance: random.Random, state: RecordState, decision: Decision, definition: FormDefinition, time: int
) -> Operation:
    seen = tuple(one.id for one in state.at(REVIEW))
    value = decision_value(decision, state.etag, "Lengkapi alamatnya." if decision is Decision.RETURN else "")
    stamp = Stamp("office", time, SUPERVISOR, time, _salt(chance), {"form": definition.identity})
    return seal([Piece(state.record, SUBMISSION, Change(REVIEW, value, seen))], stamp)


def _id(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _salt(chance: random.Random) -> str:
    return f"{chance.getrandbits(60):011x}"[:11]


def _put(store: Store, made: Sequence[tuple[int, str, list[Operation]]]) -> None:
    with store.write() as connection:
        for now, account, operations in made:
            ledger = Ledger(connection, now)
            for operation in operations:
                ledger.apply(operation)
            log.append(connection, [LogEntry(o.id, o.raw, ACCEPTED, o) for o in operations], account, "", now)
            ledger.write()
