"""
Handing cases on from one officer to others, after a look at what that means.

What is done is bound to what was shown: an assignment that is otherwise by then is left as it is, and told.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize, is_authorized, reach_of
from domain.canonical import Json, canonical_bytes, digest_of
from domain.distributing import distribute
from domain.errors import InvalidRequest, Outdated
from domain.handing_over import officers_in, pieces_of_handing_on
from domain.operations import Operation
from server.services.assignments import ASSIGNABLE, may_visit
from server.services.audit import Act, Audited, put
from server.services.devices import devices_of
from server.services.ledger import Ledger
from server.services.making import make_operation
from server.services.push import apply_office_operations
from server.store import accounts, planned_cases, records
from server.store.devices import ShownDevice
from server.store.log import OK
from server.store.planned_cases import HeldCase, Whose
from server.store.records import StoredRecord

AT_ONCE: Final = 200
"""So many assignments are handed on in one transaction; of more a worker takes care."""


@dataclass(frozen=True)
class Handing:
    """
    What is to be handed on: an officer's assignments, of a round or village if named, or those of them that
    were ticked (`only`, by record); and to whom.
    """

    officer: str
    to: tuple[str, ...]
    round: str = ""
    village: str = ""
    only: frozenset[str] | None = None


@dataclass(frozen=True)
class Taker:
    """
    Who gets how many cases. His devices get `size` bytes at the next sync, as estimated before packing: what
    is new in those villages since their last contact, or all of it where there was none (`is_first`).
    """

    name: str
    count: int
    size: int
    is_first: bool


@dataclass(frozen=True)
class HandingPreview:
    """
    What handing on means. `shares` say who gets which assignment; `left` are those whose village nobody of
    them has. `devices` are those of the officer, with what may still come from them; `seen` stands for the
    assignments as they are, and for the shares.
    """

    handing: Handing
    cases: tuple[HeldCase, ...]
    shares: Mapping[str, str]
    takers: tuple[Taker, ...]
    left: tuple[HeldCase, ...]
    devices: tuple[ShownDevice, ...]
    seen: str

    @property
    def wanted(self) -> dict[str, tuple[str, str]]:
        """Of each assignment that goes to somebody: to whom, and its digest as it was shown."""
        shared = (one for one in self.cases if one.record in self.shares)
        return {one.record: (self.shares[one.record], one.digest) for one in shared}

    @property
    def params(self) -> dict[str, Json]:
        """The same for a worker."""
        shares = [list[Json]([record, *how]) for record, how in self.wanted.items()]
        return {"officer": self.handing.officer, "shares": list[Json](shares)}


def chosen(connection: Connection, actor: Actor, handing: Handing) -> list[HeldCase]:
    """The assignments that are meant, as far as the actor plans there. Raises `NotAllowed`."""
    authorize(actor, Action.PLAN)
    areas = reach_of(actor, Action.PLAN).areas
    whose = Whose(handing.officer, areas, handing.round, handing.village)
    found = planned_cases.of_officer(connection, whose)
    return [one for one in found if handing.only is None or one.record in handing.only]


def takers_for(connection: Connection, villages: Collection[str], but: str) -> list[Actor]:
    """Those who may get cases of these villages, by name."""
    able = accounts.with_roles(connection, ASSIGNABLE)
    return [one for one in able if one.name != but and any(may_visit(one, village) for village in villages)]


def preview_handing(connection: Connection, actor: Actor, handing: Handing) -> HandingPreview:
    """
    What it means to hand on.

    Raises `NotAllowed`, and `InvalidRequest`: no-cases where nothing is meant, no-officers where nobody is
    named to whom any of them could go.
    """
    cases = chosen(connection, actor, handing)
    if not cases:
        raise InvalidRequest("nothing is to be handed on", code="no-cases")
    villages = {one.village for one in cases}
    able = {one.name: one.areas for one in takers_for(connection, villages, handing.officer)}
    named = {name: able[name] for name in handing.to if name in able}
    if not named:
        raise InvalidRequest("choose officers who have the villages", code="no-officers")
    spread = distribute({one.record: one.village for one in cases}, named, _loads(connection, named, cases))
    by_record = {one.record: one for one in cases}
    takers = tuple(_taker(connection, name, spread.officers, by_record) for name in sorted(named))
    return HandingPreview(
        handing,
        tuple(cases),
        spread.officers,
        tuple(one for one in takers if one.count),
        tuple(by_record[one] for one in spread.left),
        tuple(devices_of(connection, {handing.officer})),
        _seen(cases, spread.officers),
    )


def _loads(
    connection: Connection, named: Mapping[str, Collection[str]], cases: Sequence[HeldCase]
) -> list[tuple[str, str]]:
    """What the takers have already in the rounds of these cases: it counts when they are spread."""
    rounds = {one.round for one in cases}
    return [
        (name, one.village)
        for name, areas in named.items()
        for one in planned_cases.of_officer(connection, Whose(name, tuple(areas)))
        if one.round in rounds
    ]


def _taker(
    connection: Connection, name: str, shares: Mapping[str, str], cases: Mapping[str, HeldCase]
) -> Taker:
    own = [cases[record] for record, officer in shares.items() if officer == name]
    contacts = [one.seen for one in devices_of(connection, {name}) if one.seen is not None]
    since = max(contacts, default=None)
    size = planned_cases.bytes_since(connection, {one.village for one in own}, since)
    # Each assignment gets a line of its own, and travels whole.
    size += sum(
        len(one.state.to_bytes()) for one in records.load(connection, [c.record for c in own]).values()
    )
    return Taker(name, len(own), size, since is None)


def _seen(cases: Sequence[HeldCase], shares: Mapping[str, str]) -> str:
    told = [list[Json]([one.record, one.digest, shares.get(one.record, "")]) for one in cases]
    return digest_of(canonical_bytes(list[Json](told)))


# --- doing it --------------------------------------------------------------------------------------


def check_shown(connection: Connection, actor: Actor, handing: Handing, seen: str) -> HandingPreview:
    """
    What was shown, if it is still so: raises `Outdated` (preview-changed) where it is not, and as
    `preview_handing`.
    """
    preview = preview_handing(connection, actor, handing)
    if preview.seen != seen:
        raise Outdated("what was to be handed on has changed", code="preview-changed")
    return preview


def hand_some(
    connection: Connection, actor: Actor, officer: str, wanted: Mapping[str, tuple[str, str]], now: int
) -> Counter[str]:
    """
    Hands on some assignments in this transaction, each to somebody if it still has the digest that was shown.

    How many went to whom. Those who get something are asked for as they are now.
    """
    able = {one.name: one for one in accounts.with_roles(connection, ASSIGNABLE)}
    ledger = Ledger(connection, now)
    ledger.lock(wanted.keys())
    made: dict[str, tuple[str, Operation]] = {}
    for record, (to, digest) in sorted(wanted.items()):
        stored = ledger.records.get(record)
        if stored and _is_as_shown(actor, stored, officer, digest) and _may_have(stored, able.get(to)):
            made[record] = to, make_operation(actor, None, pieces_of_handing_on(stored.state, to), now)
    operations = [operation for _, operation in made.values()]
    verdicts = apply_office_operations(ledger, actor, operations)
    given = Counter(
        to for (to, _), verdict in zip(made.values(), verdicts, strict=True) if verdict.status == OK
    )
    if given:
        told: dict[str, Json] = {"from": officer, "to": dict[str, Json](given)}
        villages = {village for record in made for village in ledger.records[record].villages}
        put(connection, Act(actor.name, Audited.REASSIGN, list(made), min(villages), detail=told), now)
    ledger.write()
    return given


def _is_as_shown(actor: Actor, stored: StoredRecord, officer: str, digest: str) -> bool:
    is_allowed = is_authorized(actor, Action.PLAN, stored.subject) and not stored.is_set_aside
    return is_allowed and stored.state.digest == digest and officer in officers_in(stored.state)


def _may_have(stored: StoredRecord, person: Actor | None) -> bool:
    return person is not None and any(may_visit(person, village) for village in stored.villages)
