"""What people and devices show to be let in: codes and tokens, of which only hashes are kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.access import Actor, Role
from server.models import Account, AccountArea, ApiToken, Device, EnrollCode, Throttle
from server.models_devices import DeviceConfirmation
from server.models_office import DeviceReport


@dataclass(frozen=True, slots=True)
class EnrolledDevice:
    """A device and its user. A revoked one reads nothing, but may hand in what it has not sent.

    That of a disabled account is not let in at all. `key` is empty while only the key's digest is known, and
    nothing for a device that has none.
    """

    id: str
    name: str
    actor: Actor
    is_revoked: bool
    is_disabled: bool
    seen: int | None
    key: str | None
    lock_id: str | None = None
    """Of the lock by which it gets nothing to read."""
    released_lock: str | None = None
    is_unconfirmed: bool = False
    """Whether it waits for the office to confirm its enrolment: until then it is let in nowhere."""
    skew: tuple[int, int] | None = None
    """By how many milliseconds its clock was ahead when that was last noted, and when that was."""


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """A device as the office lists it; `seen` is when it last asked, to the hour, `locked` since when."""

    id: str
    account: str
    name: str
    enrolled: int
    seen: int | None
    revoked: int | None
    locked: int | None
    lock_id: str | None


@dataclass(frozen=True, slots=True)
class StoredCode:
    """An enrolment code, and whose it is."""

    account: str
    expires: int
    used: int | None
    needs_confirmation: bool


def add_code(
    connection: Connection, code_hash: str, account: str, expires: int, needs_confirmation: bool = False
) -> None:
    """A new code; those that have run out are forgotten."""
    values = {"account": account, "expires": expires, "needs_confirmation": needs_confirmation}
    connection.execute(insert(EnrollCode).values(code_hash=code_hash, **values))


def forget_codes(connection: Connection, before: int) -> None:
    """Forgets the codes that ran out before a moment."""
    connection.execute(delete(EnrollCode).where(EnrollCode.expires < before))


def lock_code(connection: Connection, code_hash: str) -> StoredCode | None:
    """A code by its hash, locked: it can be used once."""
    query = select(EnrollCode.account, EnrollCode.expires, EnrollCode.used, EnrollCode.needs_confirmation)
    row = connection.execute(query.where(EnrollCode.code_hash == code_hash).with_for_update()).one_or_none()
    return StoredCode(*row) if row else None


def use_code(connection: Connection, code_hash: str, now: int) -> None:
    """Marks a code as used."""
    connection.execute(update(EnrollCode).where(EnrollCode.code_hash == code_hash).values(used=now))


def add_device(
    connection: Connection,
    device: str,
    account: str,
    name: str,
    token_hash: str,
    now: int,
    key_digest: str | None = None,
) -> None:
    """A newly enrolled device."""
    values = {"id": device, "account": account, "name": name, "token_hash": token_hash}
    values |= {"key_digest": key_digest} if key_digest else {}
    connection.execute(insert(Device).values(**values, created=now, seen=now))


def device_by_token(connection: Connection, token_hash: str) -> EnrolledDevice | None:
    """The device with this token and its user."""
    query = (
        select(Device.id, Device.name, Device.revoked, Device.seen, Device.key, Device.key_digest)
        .add_columns(Account.name, Account.role, AccountArea.area, Account.disabled)
        .add_columns(Device.lock_id, Device.released_lock)
        .add_columns(and_(DeviceConfirmation.nonce.is_not(None), DeviceConfirmation.confirmed.is_(None)))
        .add_columns(DeviceReport.skew, DeviceReport.reported)
        .outerjoin(DeviceReport, DeviceReport.device == Device.id)
        .outerjoin(DeviceConfirmation, DeviceConfirmation.device == Device.id)
        .join(Account, Account.name == Device.account)
        .outerjoin(AccountArea, AccountArea.account == Account.name)
        .where(Device.token_hash == token_hash)
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    device, name, revoked, seen, key, key_digest, *_, disabled, lock_id, released, waits = rows[0][:-2]
    skew = (rows[0].skew, rows[0].reported) if rows[0].reported is not None else None
    actor = _actor([(row[6], row[7], row[8]) for row in rows])
    known = key if key or not key_digest else ""
    is_revoked, is_disabled = revoked is not None, disabled is not None
    about = (device, name, actor, is_revoked, is_disabled, seen, known, lock_id, released)
    return EnrolledDevice(*about, is_unconfirmed=bool(waits), skew=skew)


def see_device(connection: Connection, device: str, now: int, app: str | None = None) -> None:
    """Notes that the device asked just now, and with which version of its program, if it says so."""
    told = {"app": app} if app else {}
    connection.execute(update(Device).where(Device.id == device).values(seen=now, **told))


def actor_by_api_token(connection: Connection, token_hash: str) -> Actor | None:
    """The person with this API token; none when it is revoked or the account disabled."""
    query = (
        select(Account.name, Account.role, AccountArea.area)
        .join(ApiToken, ApiToken.account == Account.name)
        .outerjoin(AccountArea, AccountArea.account == Account.name)
        .where(ApiToken.token_hash == token_hash, ApiToken.revoked.is_(None), Account.disabled.is_(None))
    )
    rows = connection.execute(query).all()
    return _actor([(row[0], row[1], row[2]) for row in rows]) if rows else None


def _actor(rows: Sequence[tuple[str, str, str | None]]) -> Actor:
    name, role, _ = rows[0]
    return Actor(name, Role(role), tuple(sorted(area for _, _, area in rows if area)))


def devices_of(connection: Connection, account: str | None) -> list[ListedDevice]:
    """The devices of an account, or of all of them; oldest first."""
    enrolled = (Device.id, Device.account, Device.name, Device.created)
    query = select(*enrolled, Device.seen, Device.revoked, Device.locked, Device.lock_id)
    if account is not None:
        query = query.where(Device.account == account)
    rows = connection.execute(query.order_by(Device.account, Device.created, Device.id))
    return [ListedDevice(*row) for row in rows]


def token_hashes_of(connection: Connection, account: str) -> list[tuple[str, str]]:
    """The devices of an account that are not revoked, each with the hash of its token."""
    query = select(Device.id, Device.token_hash).where(Device.account == account, Device.revoked.is_(None))
    return [(row.id, row.token_hash) for row in connection.execute(query.order_by(Device.id))]


def revoke_device(connection: Connection, device: str, now: int) -> None:
    """From now on the device reads nothing."""
    connection.execute(
        update(Device).where(Device.id == device, Device.revoked.is_(None)).values(revoked=now)
    )


def lock_device(connection: Connection, device: str, lock_id: str, now: int) -> bool:
    """
    From now on the device gets nothing to read; gives whether this is new.

    Not by a lock that the office took away before: whoever names that has not heard of it yet.
    """
    statement = update(Device).where(Device.id == device)
    statement = statement.where(or_(Device.lock_id.is_(None), Device.lock_id != lock_id))
    statement = statement.where(or_(Device.released_lock.is_(None), Device.released_lock != lock_id))
    since = func.coalesce(Device.locked, now)
    return connection.execute(statement.values(locked=since, lock_id=lock_id)).rowcount > 0


def release_device(connection: Connection, device: str, lock_id: str) -> None:
    """Takes a lock away; the device hears of it by its id."""
    statement = update(Device).where(Device.id == device, Device.lock_id == lock_id)
    connection.execute(statement.values(locked=None, lock_id=None, released_lock=lock_id))


def add_api_token(connection: Connection, token_hash: str, account: str, now: int) -> None:
    """A new token for the office API."""
    connection.execute(insert(ApiToken).values(token_hash=token_hash, account=account, created=now))


def revoke_api_tokens(connection: Connection, account: str, now: int) -> int:
    """Revokes all API tokens of an account; gives how many there were."""
    alive = update(ApiToken).where(ApiToken.account == account, ApiToken.revoked.is_(None))
    return connection.execute(alive.values(revoked=now)).rowcount


def set_password_given(connection: Connection, token_hash: str, now: int) -> None:
    """Notes that the owner of an API token has just given his password with it."""
    connection.execute(update(ApiToken).where(ApiToken.token_hash == token_hash).values(password_given=now))


def password_given(connection: Connection, token_hash: str) -> int | None:
    """When the owner of an API token last gave his password with it."""
    query = select(ApiToken.password_given).where(ApiToken.token_hash == token_hash)
    return connection.execute(query).scalar()


def forget_passwords_given(connection: Connection, account: str) -> None:
    """The password of an account is another one now: none was given with any of its tokens."""
    connection.execute(update(ApiToken).where(ApiToken.account == account).values(password_given=None))


# --- wrong guesses -------------------------------------------------------------------------------


def failures_since(connection: Connection, key: str, since: int) -> tuple[int, int]:
    """How many wrong guesses `key` has made in its span of time, and when that began (0 when it is over)."""
    query = select(Throttle.failures, Throttle.since).where(Throttle.key == key, Throttle.since >= since)
    row = connection.execute(query).one_or_none()
    return (row[0], row[1]) if row else (0, 0)


def count_failure(connection: Connection, key: str, since: int, now: int) -> None:
    """Counts a wrong guess; a span that began before `since` is over and begins again."""
    connection.execute(delete(Throttle).where(Throttle.since < since))
    made = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = made(Throttle).values(key=key, failures=1, since=now)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[Throttle.key], set_={"failures": Throttle.failures + 1}
        )
    )
