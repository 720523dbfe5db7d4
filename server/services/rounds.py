"""
Rounds: opening one in villages, changing and closing it there, and how far it has come.

A round has a record in each of its villages; whoever plans does so in his own ones, and the others stay as
they are. What is asked for many villages goes in batches, each a transaction of its own; asked twice, it
changes nothing the second time.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize, covered_villages, reach_of
from domain.canonical import Json, digest_of
from domain.cases import case_kind, list_visited
from domain.compose import Piece
from domain.errors import InvalidRequest, NotFound, Outdated
from domain.forms.definition import FormDefinition
from domain.operations import RECORD_ID, Operation
from domain.planning import round_record
from domain.rounds import Plan, pieces_of_change, pieces_of_round, said_by, said_of_closing
from server.clock import first_moment, office_day
from server.services.audit import Act, Audited, put
from server.services.forms import newest_definitions
from server.services.ledger import Ledger
from server.services.making import make_operation
from server.services.push import apply_office_operations
from server.services.submissions import narrowed
from server.store import areas, rounds
from server.store.log import OK
from server.store.rounds import Asked, Place, Tally
from server.store.transactions import Store

BATCH: Final = 200
"""Villages of one transaction, whose feeds are locked while it is written."""


@dataclass(frozen=True)
class RoundSeen:
    """
    A round as somebody sees it: in his villages.

    Where these say different things, `title` is what most of them say, `begins` the first and `due` the last
    day. `version` moves with every change in them.
    """

    id: str
    form: str
    title: str
    begins: str
    due: str
    places: tuple[Place, ...]

    @property
    def villages(self) -> tuple[str, ...]:
        return tuple(one.village for one in self.places)

    @cached_property
    def open_villages(self) -> frozenset[str]:
        """Those where it is not closed."""
        return frozenset(one.village for one in self.places if not one.is_closed)

    @property
    def is_closed(self) -> bool:
        """Whether it is so in all of them."""
        return not self.open_villages

    @property
    def is_alike(self) -> bool:
        """Whether all of them say the same."""
        return len({(one.title, one.begins, one.due, one.is_closed) for one in self.places}) == 1

    @property
    def version(self) -> str:
        return _version_of(self.places)


def _version_of(places: Iterable[Place]) -> str:
    return digest_of("\n".join(f"{one.record} {one.digest}" for one in places).encode())


def list_rounds(connection: Connection, actor: Actor) -> list[RoundSeen]:
    """The rounds of the actor's villages: open ones first, among them those that are due first."""
    authorize(actor, Action.READ)
    found: dict[str, list[Place]] = {}
    for one in rounds.places(connection, reach_of(actor, Action.READ).areas):
        found.setdefault(one.round, []).append(one)
    seen = [_seen(places) for places in found.values()]
    return sorted(seen, key=lambda one: (one.is_closed, one.due if not one.is_closed else "", one.id))


def find_round(
    connection: Connection, actor: Actor, round_id: str, action: Action = Action.READ
) -> RoundSeen:
    """A round in those of its villages that `action` reaches. Raises `NotAllowed` and `NotFound`."""
    authorize(actor, action)
    reach = reach_of(actor, action).areas
    places = rounds.places(connection, reach, round_id) if RECORD_ID.fullmatch(round_id) else []
    if not places:
        raise NotFound("there is no such round in these villages")
    return _seen(places)


def _seen(places: Sequence[Place]) -> RoundSeen:
    form = _most(one.form for one in places)
    begins, due = [one.begins for one in places], [one.due for one in places]
    title = _most(one.title for one in places)
    return RoundSeen(places[0].round, form, title, min(begins), max(due), tuple(places))


def _most(texts: Iterable[str]) -> str:
    """What is said most often; of several the first in order."""
    counted = Counter(texts)
    return min(counted, key=lambda one: (-counted[one], one))


# --- how far -------------------------------------------------------------------------------------


def list_of_round(connection: Connection, form_id: str) -> str | None:
    """The list whose cases are to be visited; none where the form is filled for no case."""
    found = next((one for one in newest_definitions(connection) if one.form_id == form_id), None)
    return list_visited(found) if found else None


def asked_of(
    connection: Connection,
    actor: Actor,
    seen: RoundSeen,
    now: int,
    area: str = "",
    officer: str | None = None,
) -> Asked | None:
    """What the store is asked for of a round; nothing where its form is filled for no case."""
    list_name = list_of_round(connection, seen.form)
    if list_name is None:
        return None
    days = sorted({one.begins for one in seen.places if one.begins})
    begins = tuple((day, first_moment(day)) for day in days)
    kind, areas_asked = case_kind(list_name), narrowed(actor, area)
    return Asked(seen.id, kind, seen.form, areas_asked, begins, office_day(now), officer)


def total_of(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    return sum(tallies, Tally(""))


# --- opening -------------------------------------------------------------------------------------


def check_form(connection: Connection, form_id: str) -> FormDefinition:
    """The form of a new round. Raises `InvalidRequest` (round-form) where none of that name is published."""
    found = next((one for one in newest_definitions(connection) if one.form_id == form_id), None)
    if found is None:
        raise InvalidRequest("no such form is published", code="round-form", form=form_id)
    return found


def open_round(
    store: Store, actor: Actor, round_id: str, form_id: str, plan: Plan, villages: Collection[str], now: int
) -> int:
    """
    Opens a round in those of the villages where it is not open yet; gives how many these are.

    `round_id` was made for whoever fills the form: pressed twice it opens one round. Raises `InvalidRequest`
    (round-form, round-villages) for what is no form or village, or a village that is not the actor's; and
    round-other where a round of this id says something else already, as when somebody went back to its form.
    """
    authorize(actor, Action.PLAN)
    if not RECORD_ID.fullmatch(round_id):
        raise InvalidRequest("this is no id of a round", code="round-id")
    with store.read() as connection:
        if rounds.plans(connection, round_id) - {(form_id, plan.title, plan.begins, plan.due)}:
            raise InvalidRequest("a round of this id says something else", code="round-other")
    return _open_in(store, actor, round_id, form_id, plan, villages, now)


def _open_in(
    store: Store, actor: Actor, round_id: str, form_id: str, plan: Plan, villages: Collection[str], now: int
) -> int:
    with store.read() as connection:
        check_form(connection, form_id)
        if not villages or areas.existing(connection, villages) != frozenset(villages):
            raise InvalidRequest("choose villages", code="round-villages")
    _refuse_foreign(actor, villages)
    begin = partial(_begin, actor=actor, round_id=round_id, form_id=form_id, plan=plan, now=now)
    return sum(_in_batches(store, sorted(villages), begin))


def _refuse_foreign(actor: Actor, villages: Collection[str]) -> None:
    """A person who planned for villages that are not his wants to know it, not half of the round."""
    if foreign := set(villages) - set(covered_villages(actor, villages, Action.PLAN)):
        raise InvalidRequest(
            "not all of these villages are yours", code="round-villages", not_yours=len(foreign)
        )


def _begin(
    connection: Connection,
    named: Sequence[str],
    actor: Actor,
    round_id: str,
    form_id: str,
    plan: Plan,
    now: int,
) -> int:
    ledger = Ledger(connection, now)
    ledger.lock({round_record(round_id, village) for village in named})
    new = [one for one in named if round_record(round_id, one) not in ledger.records]
    pieces = [pieces_of_round(round_id, village, form_id, plan) for village in new]
    return _apply(ledger, actor, pieces, {"round": round_id, "what": "open"})


def add_villages(store: Store, actor: Actor, round_id: str, villages: Collection[str], now: int) -> int:
    """
    Opens a round, as the actor sees it, in further villages; gives how many. Raises as `open_round`, but for
    round-other: where it is not alike everywhere, what most of it says is meant.
    """
    with store.read() as connection:
        seen = find_round(connection, actor, round_id, Action.PLAN)
    plan = Plan(seen.title, seen.begins, seen.due)
    return _open_in(store, actor, round_id, seen.form, plan, villages, now)


# --- changing ------------------------------------------------------------------------------------


def change_round(store: Store, actor: Actor, round_id: str, version: str, plan: Plan, now: int) -> int:
    """
    Gives a round another title or other days in the actor's villages; gives in how many that was new.

    Raises `NotFound`, and `Outdated` (round-changed) where it is not the `version` any more that he saw.
    """
    return _change(store, actor, round_id, version, said_by(plan), "change", now)


def close_round(store: Store, actor: Actor, round_id: str, version: str, is_closed: bool, now: int) -> int:
    """Closes a round in the actor's villages, or opens it again. Raises as `change_round`."""
    what = "close" if is_closed else "reopen"
    return _change(store, actor, round_id, version, said_of_closing(is_closed), what, now)


def _change(
    store: Store, actor: Actor, round_id: str, version: str, said: Mapping[str, str], what: str, now: int
) -> int:
    with store.read() as connection:
        seen = find_round(connection, actor, round_id, Action.PLAN)
    if seen.version != version:
        raise Outdated("the round has changed meanwhile", code="round-changed", version=seen.version)
    digests = {one.record: one.digest for one in seen.places}
    step = partial(_change_some, actor=actor, said=said, digests=digests, told=(round_id, what), now=now)
    return sum(_in_batches(store, sorted(digests), step))


def _change_some(
    connection: Connection,
    named: Sequence[str],
    actor: Actor,
    said: Mapping[str, str],
    digests: Mapping[str, str],
    told: tuple[str, str],
    now: int,
) -> int:
    ledger = Ledger(connection, now)
    ledger.lock(set(named))
    states = [ledger.records[one].state for one in named if one in ledger.records]
    if len(states) < len(named) or any(one.digest != digests[one.record] for one in states):
        raise Outdated("the round has changed meanwhile", code="round-changed")
    pieces = [found for state in states if (found := pieces_of_change(state, said))]
    return _apply(ledger, actor, pieces, {"round": told[0], "what": told[1]})


def _in_batches(store: Store, names: Sequence[str], step: Callable[..., int]) -> Iterator[int]:
    for start in range(0, len(names), BATCH):
        yield store.transact(partial(step, named=names[start : start + BATCH]))


def _apply(ledger: Ledger, actor: Actor, pieces: Sequence[list[Piece]], told: Mapping[str, Json]) -> int:
    """One operation for each record; what a rule holds is left out. Gives how many were taken in."""
    operations = [make_operation(actor, None, one, ledger.now) for one in pieces]
    verdicts = apply_office_operations(ledger, actor, operations)
    ledger.write()
    taken = [one for one, verdict in zip(operations, verdicts, strict=True) if verdict.status == OK]
    if taken:
        put_planned(ledger, actor, taken, told)
    return len(taken)


def put_planned(ledger: Ledger, actor: Actor, taken: Sequence[Operation], told: Mapping[str, Json]) -> None:
    """Puts on record what somebody planned."""
    named = {record for one in taken for record in one.records}
    village = min((one for record in named for one in ledger.records[record].villages), default="")
    act = Act(actor.name, Audited.PLAN, named, village, detail=told)
    put(ledger.connection, act, ledger.now)
