"""
What another role, other villages or closing an account would do, told before it is done.

Nothing is changed here. What was shown is bound to what is saved by `Effect.digest`: it covers what a person
decides by (the account as it is, the villages, assignments, unsent work, readers that would be missing), and
not the numbers of records, which change every minute of a busy day.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.access import TABLE, Action, Actor, Role, reach_of
from domain.areas import Village
from domain.canonical import Json, canonical_bytes, digest_of
from domain.errors import VerilapError
from server.services.accounts import change_account, changed, disable_account, find_account
from server.services.devices import devices_of_account
from server.store import accounts, reaches
from server.store.accounts import StoredAccount
from server.store.devices import ShownDevice
from server.store.reaches import Tally


@dataclass(frozen=True)
class Alone:
    """A village for which nobody would be left, and how much waits there for somebody now."""

    village: Village
    waiting: int


@dataclass(frozen=True)
class Effect:
    """
    What would become of an account. `after` is nothing where it would be closed.

    `lost` and `gained` are villages, `loses` and `gets` what he could read or not read there; `devices` those
    of his that are not revoked; `assignments` how many open ones of his would be nobody's, by village: also
    where he reads on, but in a role that visits nobody; `unread` where nobody would review any more, with the
    records in conflict, and `unheard` where nobody would take care of alarms, with the open ones.
    """

    before: Actor
    after: Actor | None
    is_closed: bool
    lost: tuple[Village, ...]
    gained: tuple[Village, ...]
    loses: Tally
    gets: Tally
    devices: tuple[ShownDevice, ...]
    assignments: Mapping[str, int]
    unread: tuple[Alone, ...]
    unheard: tuple[Alone, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether role and areas stay as they are."""
        return self.after == self.before

    @property
    def unsent(self) -> int:
        """How many changes his devices still held when they last handed something in."""
        return sum(one.waiting_count for one in self.devices)

    @property
    def drafts(self) -> int:
        """How many forms were being filled then."""
        return sum(one.drafts for one in self.devices)

    @property
    def digest(self) -> str:
        """Of what somebody decides by; another one says that something has changed meanwhile."""
        told: dict[str, Json] = {
            "before": _told(self.before),
            "after": _told(self.after),
            "closed": self.is_closed,
            "lost": [one.code for one in self.lost],
            "gained": [one.code for one in self.gained],
            "devices": [[one.id, one.waiting_count, one.drafts] for one in self.devices],
            "assignments": dict[str, Json](self.assignments),
            "unread": [one.village.code for one in self.unread],
            "unheard": [[one.village.code, one.waiting] for one in self.unheard],
        }
        return digest_of(canonical_bytes(told))


def _told(actor: Actor | None) -> Json:
    return [actor.name, actor.role.value, *actor.areas] if actor else None


def effect_of(
    connection: Connection, account: StoredAccount, after: Actor | None, *, is_counted: bool = True
) -> Effect:
    """
    What it would do to give the account the role and areas of `after`, or to close it (`None`).

    Records are left uncounted for whoever only compares the digest, in the transaction that saves.
    """
    before = account.actor
    old = reach_of(before, Action.READ)
    nobody = Actor(before.name, before.role, ())
    new = reach_of(after or nobody, Action.READ)
    lost = reaches.villages_without(connection, old.areas, new.areas)
    visits = (reach_of(one, Action.VISIT).areas for one in (before, after or nobody))
    unvisited = [one.code for one in reaches.villages_without(connection, *visits)]
    return Effect(
        before=before,
        after=after,
        is_closed=account.is_disabled,
        lost=lost,
        gained=reaches.villages_without(connection, new.areas, old.areas),
        loses=reaches.tally(connection, old, new) if is_counted else Tally(),
        gets=reaches.tally(connection, new, old) if is_counted else Tally(),
        devices=tuple(devices_of_account(connection, before.name)),
        assignments=reaches.open_assignments(connection, before.name, unvisited),
        unread=_alone(connection, before, after, Action.REVIEW, reaches.conflicts_in),
        unheard=_alone(connection, before, after, Action.ACKNOWLEDGE, reaches.alarms_in),
    )


def _alone(
    connection: Connection,
    before: Actor,
    after: Actor | None,
    action: Action,
    waiting: Callable[[Connection, Collection[str]], Mapping[str, int]],
) -> tuple[Alone, ...]:
    """The villages for which nobody would be left who may do this, where somebody may now."""
    others = [one for one in accounts.with_roles(connection, TABLE[action]) if one.name != before.name]
    left = [*others, *([after] if after else [])]
    areas = {area for one in left for area in reach_of(one, action).areas}
    alone = reaches.villages_without(connection, reach_of(before, action).areas, areas)
    found = waiting(connection, [one.code for one in alone])
    return tuple(Alone(one, found.get(one.code, 0)) for one in alone)


# --- done as it was shown ------------------------------------------------------------------------


class ShownAnewError(VerilapError):
    """Something of what was shown is different by now; nothing was changed. `effect` is what it would do."""

    code = "effect-changed"

    def __init__(self, effect: Effect) -> None:
        super().__init__("what it would do has changed meanwhile")
        self.effect = effect


@dataclass(frozen=True)
class Wish:
    """Another role and other areas (codes) for an account; or, with neither, that it be closed."""

    name: str
    role: Role | None = None
    codes: tuple[str, ...] | None = None

    def after(self, connection: Connection, before: Actor) -> Actor | None:
        """The account as it would be. Raises `InvalidRequest`."""
        if self.role is None and self.codes is None:
            return None
        return changed(connection, before, self.role, self.codes)


def show(connection: Connection, wish: Wish) -> Effect:
    """What it would do. Raises `NotFound` and `InvalidRequest`."""
    account = find_account(connection, wish.name)
    return effect_of(connection, account, wish.after(connection, account.actor))


def fulfil(connection: Connection, wish: Wish, shown: str, by: str, now: int) -> None:
    """
    Does what was shown under this digest. Raises `ShownAnewError` where it would do something else by now,
    and what `change_account` and `disable_account` raise.
    """
    account = find_account(connection, wish.name, lock=True)
    after = wish.after(connection, account.actor)
    if effect_of(connection, account, after, is_counted=False).digest != shown:
        raise ShownAnewError(effect_of(connection, account, after))
    if after is None:
        disable_account(connection, wish.name, now, by)
    else:
        change_account(connection, wish.name, wish.role, wish.codes, now, by)
