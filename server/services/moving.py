"""
Moving a case to another village, with what is planned about it, after a look at what that means.

Whoever plans where the case is may give it away, wherever to: afterwards it may lie outside of his villages.
Submissions stay where the visit was. What officers who lose the case hand in later is held and told to both
sides (`server.services.work_notes`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.access import TABLE, Action, Actor, authorize, covered_villages, is_authorized
from domain.areas import Village, is_covered, is_village
from domain.canonical import Json, canonical_bytes, digest_of
from domain.cases import case_name, list_of
from domain.compose import Piece
from domain.errors import InvalidRequest, NotFound, Outdated
from domain.forms.masking import masked_text
from domain.handing_over import MOVED, officers_in, pieces_of_move
from domain.merge import preds_of_edit
from domain.operations import RECORD_ID, VILLAGE, Change
from domain.planning import Round, read_round, round_record
from domain.reasons import read_reason
from domain.rounds import Plan, pieces_of_round
from server.services.assignments import ASSIGNABLE
from server.services.audit import Act, Audited, put
from server.services.devices import devices_of
from server.services.ledger import Ledger
from server.services.making import make_operation
from server.services.push import apply_allowed
from server.store import accounts, areas, planned_cases, records
from server.store.devices import ShownDevice
from server.store.planned_cases import PlannedCase
from server.store.records import StoredRecord


@dataclass(frozen=True)
class MovedTask:
    """
    What becomes of an assignment: it stays with the officers who have the new village, if it was anybody's.

    `is_open_there` tells whether its round is open in the new village; where it has none it becomes known
    there as a closed one, which whoever plans there may open.
    """

    title: str
    officers: tuple[str, ...]
    staying: tuple[str, ...]
    is_open_there: bool


@dataclass(frozen=True)
class MovePreview:
    """
    What moving a case means.

    `losing` are the accounts that may read it now and not afterwards, `gaining` the other way round;
    `devices` those of who loses it, with what may still come from them. `seen` stands for the records that
    all this was worked out from.
    """

    case: str
    name: str
    list_name: str
    origin: tuple[Village, ...]
    target: Village
    tasks: tuple[MovedTask, ...]
    losing: tuple[Actor, ...]
    gaining: tuple[Actor, ...]
    devices: tuple[ShownDevice, ...]
    seen: str


def movable_case(connection: Connection, actor: Actor, case: str) -> StoredRecord:
    """A case that the actor may move. Raises `NotFound` and `NotAllowed`."""
    stored = records.load(connection, [case]).get(case) if RECORD_ID.fullmatch(case) else None
    return _checked(actor, case, stored)


def _checked(actor: Actor, case: str, stored: StoredRecord | None) -> StoredRecord:
    is_case = stored is not None and list_of(stored.state.kind) is not None
    if stored is None or not is_case or not is_authorized(actor, Action.READ, stored.subject):
        raise NotFound("there is no such case", code="unknown-record", record=case)
    authorize(actor, Action.PLAN, stored.subject)
    return stored


def preview_move(connection: Connection, actor: Actor, case: str, village: str) -> MovePreview:
    """
    What moving a case to a village means.

    Raises as `movable_case`, and `InvalidRequest`: unknown-village, same-village.
    """
    stored = movable_case(connection, actor, case)
    planned = _open_ones(connection, case)
    named = records.load(connection, [*(one.record for one in planned), *_rounds_of(planned, village)])
    return _preview(connection, stored, planned, named, village)


def _open_ones(connection: Connection, case: str) -> list[PlannedCase]:
    return [one for one in planned_cases.of_cases(connection, [case]) if not one.is_closed]


def _rounds_of(planned: Iterable[PlannedCase], village: str) -> set[str]:
    """The records of the rounds where the assignments are, and where they go to."""
    return {round_record(one.round, place) for one in planned for place in (one.village, village)}


def _preview(
    connection: Connection,
    stored: StoredRecord,
    planned: Sequence[PlannedCase],
    named: Mapping[str, StoredRecord],
    village: str,
) -> MovePreview:
    # PostgreSQL takes no NUL, which a form can hold.
    target = next(iter(areas.villages_in(connection, [village])), None) if is_village(village) else None
    if target is None:
        raise InvalidRequest("there is no such village", code="unknown-village", village=village)
    if stored.villages == {village}:
        raise InvalidRequest("the case is there already", code="same-village", village=village)
    readers = accounts.with_roles(connection, TABLE[Action.READ].keys())
    losing = tuple(one for one in readers if _reads(one, stored.villages) and not _reads(one, {village}))
    gaining = tuple(one for one in readers if _reads(one, {village}) and not _reads(one, stored.villages))
    tasks = tuple(_task(one, named, village, _working(readers)) for one in planned if one.record in named)
    return MovePreview(
        case=stored.state.record,
        name=masked_text(case_name(stored.state)),
        list_name=list_of(stored.state.kind) or "",
        origin=tuple(areas.villages_in(connection, stored.villages)),
        target=target,
        tasks=tasks,
        losing=losing,
        gaining=gaining,
        devices=tuple(devices_of(connection, {one.name for one in losing})),
        seen=_seen(stored, planned, named, village),
    )


def _reads(actor: Actor, villages: Collection[str]) -> bool:
    return bool(covered_villages(actor, villages))


def _working(people: Iterable[Actor]) -> dict[str, tuple[str, ...]]:
    """The areas of everybody to whom cases may be assigned."""
    return {one.name: one.areas for one in people if one.role in ASSIGNABLE}


def _task(
    one: PlannedCase, named: Mapping[str, StoredRecord], village: str, working: Mapping[str, tuple[str, ...]]
) -> MovedTask:
    officers = sorted(officers_in(named[one.record].state))
    here = _round_in(one, one.village, named)
    there = _round_in(one, village, named)
    staying = tuple(name for name in officers if is_covered(village, working.get(name, ())))
    title = here.title if here else ""
    return MovedTask(title, tuple(officers), staying, there is not None and not there.is_closed)


def _round_in(one: PlannedCase, village: str, named: Mapping[str, StoredRecord]) -> Round | None:
    stored = named.get(round_record(one.round, village))
    return read_round(stored.state) if stored else None


def _seen(
    stored: StoredRecord, planned: Sequence[PlannedCase], named: Mapping[str, StoredRecord], village: str
) -> str:
    """Stands for what the preview shows of records: the case, its assignments, their rounds."""
    digests = [list[Json]([record, one.state.digest]) for record, one in sorted(named.items())]
    told: list[Json] = [village, stored.state.digest, [one.record for one in planned], list[Json](digests)]
    return digest_of(canonical_bytes(told))


# --- doing it --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MoveOrder:
    """A case, the village where it goes, why, and the preview that whoever orders it has seen."""

    case: str
    village: str
    reason: str
    seen: str


def move_case(connection: Connection, actor: Actor, order: MoveOrder, now: int) -> None:
    """
    Moves a case with its assignments in open rounds, in one operation.

    Raises as `preview_move`; `InvalidRequest` for the reason (`read_reason`); and `Outdated`: preview-changed
    where something of what was shown is otherwise by now, processing-restricted where the case is set aside.
    """
    why = read_reason(order.reason)
    movable_case(connection, actor, order.case)
    ledger = Ledger(connection, now)
    planned = _open_ones(connection, order.case)
    named = {*(one.record for one in planned), *_rounds_of(planned, order.village)}
    ledger.lock({order.case, *named})
    stored = _checked(actor, order.case, ledger.records.get(order.case))
    there = {one: ledger.records[one] for one in named if one in ledger.records}
    preview = _preview(connection, stored, planned, there, order.village)
    if preview.seen != order.seen:
        raise Outdated("what is planned about the case has changed", code="preview-changed")
    pieces = [*_of_case(stored, order.village, why), *_of_tasks(connection, planned, there, order.village)]
    operation = make_operation(actor, None, pieces, now)
    apply_allowed(ledger, actor, operation)
    told: dict[str, Json] = {"operation": operation.id, "to": order.village, "reason": why}
    village = min(stored.villages, default="")
    put(connection, Act(actor.name, Audited.MOVE, operation.records, village, detail=told), now)
    ledger.write()


def _of_case(stored: StoredRecord, village: str, why: str) -> Iterator[Piece]:
    state = stored.state
    for path, value in ((VILLAGE, village), (MOVED, why)):
        yield Piece(state.record, state.kind, Change(path, value, preds_of_edit(state, path)))


def _of_tasks(
    connection: Connection, planned: Sequence[PlannedCase], named: Mapping[str, StoredRecord], village: str
) -> Iterator[Piece]:
    working = _working(accounts.with_roles(connection, TABLE[Action.READ].keys()))
    for one in planned:
        if one.record in named:
            yield from pieces_of_move(named[one.record].state, village, working)
            here = _round_in(one, one.village, named)
            if here and round_record(one.round, village) not in named:
                # Known there, and no other case there becomes one of it.
                plan = Plan(here.title, here.begins, here.due)
                yield from pieces_of_round(one.round, village, here.form, plan, is_closed=True)
