"""
The keys of an installation: the first ones, other ones in their place, and sealing what they have not sealed.

Everything here may run beside servers and workers, may be killed at any time, and goes on when it is begun
again: a key is given up only once nothing is left that it sealed, and nobody can seal by it any more.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from domain.errors import VerilapError
from server.key_file import KeySource, new_master, write_key_file
from server.services.audit import CONSOLE, Act, Audited, put
from server.services.indexing import index_everything
from server.store import keys
from server.store.resealing import count_others, reseal_some
from server.store.sealing import COLUMNS
from server.store.transactions import Store
from server.vault import DATA, FIND, KEY_BYTES, MasterKey, Vault, WrappedKey, wrap_key

FIRST: Final = 1
PURPOSES: Final = (DATA, FIND)
"""Of the keys that are made together; the one for finding has the next number."""
Tell = Callable[[int], None]
"""Is told how many values were sealed so far."""


@dataclass(frozen=True)
class Resealed:
    """How many values were sealed, and how many could not be opened and stay as they are."""

    sealed: int = 0
    unreadable: int = 0


def make_first_keys(connection: Connection, vault: Vault, now: int) -> None:
    """The keys of a database that has none; rows that are there already may be plain until all are sealed."""
    keys.lock(connection)
    if keys.read_all(connection):
        return
    has_rows = any(count_others(connection, one, FIRST) for one in COLUMNS)
    _add(connection, vault, FIRST, now, admits_plain=has_rows)


def _add(connection: Connection, vault: Vault, number: int, now: int, *, admits_plain: bool) -> None:
    """A data key, and behind it the key by which is found what was stored since."""
    master = vault.masters()[0]
    made = [
        wrap_key(secrets.token_bytes(KEY_BYTES), number + i, purpose, master, now, admits_plain=admits_plain)
        for i, purpose in enumerate(PURPOSES)
    ]
    keys.add(connection, made)


# --- sealing -------------------------------------------------------------------------------------


def seal_everything(store: Store, tell: Tell = lambda _: None) -> Resealed:
    """Seals by the newest key whatever it has not sealed; then gives up the others and what is plain."""
    with store.read() as connection:
        newest = max(_data_keys(keys.read_all(connection)))
    sealed = unreadable = 0
    for column in COLUMNS:
        after = None
        while True:
            batch = store.transact(partial(reseal_some, column=column, number=newest, after=after))
            sealed, unreadable, after = sealed + batch.sealed, unreadable + batch.unreadable, batch.last
            if after is None:
                break
            tell(sealed)
    store.transact(partial(_give_up_others, vault=store.vault, newest=newest))
    return Resealed(sealed, unreadable)


def _give_up_others(connection: Connection, vault: Vault, newest: int) -> None:
    """Where nothing is left that needs them, under the lock that makes sure that nothing comes."""
    keys.lock(connection)
    stored = keys.read_all(connection)
    is_newest = max(_data_keys(stored)) == newest
    if not is_newest or any(count_others(connection, one, newest) for one in COLUMNS):
        return
    keys.remove(connection, set(_data_keys(stored)) - {newest})
    for one in stored:
        if one.admits_plain:
            keys.replace(connection, _wrapped_anew(vault, one, admits_plain=False))


def _wrapped_anew(vault: Vault, key: WrappedKey, *, admits_plain: bool) -> WrappedKey:
    masters = vault.masters()
    secret = vault.unwrap(key, {one.id: one for one in masters})
    return wrap_key(secret, key.number, key.purpose, masters[0], key.made, admits_plain=admits_plain)


# --- other keys ----------------------------------------------------------------------------------


def rotate_data(store: Store, now: int, tell: Tell = lambda _: None) -> Resealed:
    """Another data key seals everything; an earlier rotation that was not finished is finished instead."""
    with store.read() as connection:
        stored = keys.read_all(connection)
    if len(stored) > len(PURPOSES):
        finished = _renew(store, tell)
        # What nobody can open keeps its key for ever, and no new one back.
        if finished.sealed or len(stored) - len(_data_keys(stored)) > 1:
            return finished
    store.transact(partial(_add_next, vault=store.vault, now=now))
    return _renew(store, tell)


def _renew(store: Store, tell: Tell) -> Resealed:
    done = seal_everything(store, tell)
    index_everything(store)
    return done


def _add_next(connection: Connection, vault: Vault, now: int) -> None:
    keys.lock(connection)
    stored = keys.read_all(connection)
    following = max(one.number for one in stored) + 1
    _add(connection, vault, following, now, admits_plain=any(one.admits_plain for one in stored))
    put(connection, Act(CONSOLE, Audited.DATA_KEY_ROTATED, detail={"number": following}), now)


def _data_keys(stored: Iterable[WrappedKey]) -> list[int]:
    return [one.number for one in stored if one.purpose == DATA]


def rotate_master(store: Store, source: KeySource, now: int) -> MasterKey:
    """
    Another master key wraps the keys; gives the new one.

    In a file a new one is made: first it stands there before the old one, then the keys are wrapped, then the
    old one is moved to a file of its own, for backups. In the environment it has to stand there already.
    """
    masters = source.read()
    with store.read() as connection:
        wrapped_by = {one.master for one in keys.read_all(connection)}
    if not source.is_file and masters[0].id in wrapped_by:
        raise VerilapError("put another key before the one in the environment", code="key-in-environment")
    if source.is_file and len(masters) == 1:  # else an earlier rotation was not finished
        write_key_file(source.file, [new_master(), *masters])
    store.transact(partial(_wrap_all, vault=store.vault, now=now))
    current, *former = source.read()
    if source.is_file:
        for one in former:
            write_key_file(former_file(source, one), [one])
        write_key_file(source.file, [current])
    return current


FORMER: Final = "former"


def former_file(source: KeySource, key: MasterKey) -> Path:
    """Where a key goes that wraps nothing any more but what stands in backups."""
    return source.file.with_name(f"{source.file.name}.{FORMER}-{key.id}")


def former_files(source: KeySource) -> list[Path]:
    """Those that lie beside the current one."""
    return sorted(source.file.parent.glob(f"{source.file.name}.{FORMER}-*")) if source.is_file else []


def _wrap_all(connection: Connection, vault: Vault, now: int) -> None:
    keys.lock(connection)
    for one in keys.read_all(connection):
        keys.replace(connection, _wrapped_anew(vault, one, admits_plain=one.admits_plain))
    put(connection, Act(CONSOLE, Audited.MASTER_KEY_ROTATED, detail={"master": vault.masters()[0].id}), now)


# --- telling -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeysTold:
    """What an administrator may know of the keys; `waiting` values are sealed by an older key, or by none."""

    masters: tuple[str, ...]
    stored: tuple[WrappedKey, ...]
    waiting: int


def describe_keys(connection: Connection, vault: Vault) -> KeysTold:
    """The state of the keys, without any of them."""
    stored = tuple(keys.read_all(connection))
    newest = max(_data_keys(stored))
    waiting = sum(count_others(connection, one, newest) for one in COLUMNS)
    return KeysTold(tuple(one.id for one in vault.masters()), stored, waiting)
