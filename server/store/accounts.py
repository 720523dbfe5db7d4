"""Accounts: who there is, with which role and areas."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from domain.access import Actor, Role
from server.models import Account, AccountArea


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """A person's account; `failures` counts wrong passwords since a right one, the latest at `failed`."""

    actor: Actor
    password_hash: str | None
    language: str
    disabled: int | None
    failures: int
    failed: int | None
    email: str | None = None

    @property
    def is_disabled(self) -> bool:
        return self.disabled is not None


_COLUMNS = (
    Account.name,
    Account.role,
    Account.password_hash,
    Account.language,
    Account.disabled,
    Account.failures,
    Account.failed,
    Account.email,
)


def find(connection: Connection, name: str, lock: bool = False) -> StoredAccount | None:
    """The account with this name, however its letters are capitalised."""
    query = select(*_COLUMNS).where(Account.folded_name == fold(name))
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return None
    actor = Actor(row.name, Role(row.role), areas_of(connection, row.name))
    return StoredAccount(
        actor, row.password_hash, row.language, row.disabled, row.failures, row.failed, row.email
    )


def fold(name: str) -> str:
    """What two names must not share. Names are ASCII."""
    return name.lower()


def actor_of(connection: Connection, name: str) -> Actor:
    """The person with exactly this name, disabled or not. Raises `LookupError`."""
    role = connection.execute(select(Account.role).where(Account.name == name)).scalar()
    if role is None:
        raise LookupError(name)
    return Actor(name, Role(role), areas_of(connection, name))


def areas_of(connection: Connection, name: str) -> tuple[str, ...]:
    """The areas of an account, in order."""
    query = select(AccountArea.area).where(AccountArea.account == name).order_by(AccountArea.area)
    return tuple(connection.execute(query).scalars())


def with_roles(connection: Connection, roles: Collection[Role]) -> list[Actor]:
    """Everybody with one of the roles whose account is open, by name."""
    query = select(Account.name, Account.role, AccountArea.area)
    query = query.outerjoin(AccountArea, AccountArea.account == Account.name)
    query = query.where(Account.role.in_(sorted(roles)), Account.disabled.is_(None))
    found: dict[tuple[str, str], list[str]] = {}
    for name, role, area in connection.execute(query.order_by(Account.name, AccountArea.area)):
        found.setdefault((name, role), []).extend([area] if area else [])
    return [Actor(name, Role(role), tuple(within)) for (name, role), within in found.items()]


def lock_with_roles(connection: Connection, roles: Collection[Role]) -> set[str]:
    """The names of those with one of the roles whose account is open; their rows are locked."""
    query = select(Account.name).where(Account.role.in_(sorted(roles)), Account.disabled.is_(None))
    return set(connection.execute(query.order_by(Account.name).with_for_update()).scalars())


def add(connection: Connection, actor: Actor, password_hash: str | None, language: str, now: int) -> None:
    """A new account."""
    connection.execute(
        insert(Account).values(
            name=actor.name,
            folded_name=fold(actor.name),
            role=actor.role.value,
            password_hash=password_hash,
            language=language,
            created=now,
            failures=0,
        )
    )
    _add_areas(connection, actor)


def change(connection: Connection, actor: Actor) -> None:
    """Gives an account the role and the areas of `actor`."""
    connection.execute(update(Account).where(Account.name == actor.name).values(role=actor.role.value))
    connection.execute(delete(AccountArea).where(AccountArea.account == actor.name))
    _add_areas(connection, actor)


def _add_areas(connection: Connection, actor: Actor) -> None:
    rows = [{"account": actor.name, "area": area} for area in sorted(set(actor.areas))]
    if rows:
        connection.execute(insert(AccountArea), rows)


def set_password(connection: Connection, name: str, password_hash: str) -> None:
    """A new password; wrong ones counted before are forgotten."""
    _set(connection, name, password_hash=password_hash, failures=0, failed=None)


def set_language(connection: Connection, name: str, language: str) -> None:
    """Another language for the pages of an account."""
    _set(connection, name, language=language)


def replace_hash(connection: Connection, name: str, before: str | None, after: str) -> None:
    """Another hash of the same password; none where somebody has given a new password meanwhile."""
    same = update(Account).where(Account.name == name, Account.password_hash == before)
    connection.execute(same.values(password_hash=after))


def set_email(connection: Connection, name: str, email: str | None) -> None:
    """Another address, or none."""
    _set(connection, name, email=email)


def set_disabled(connection: Connection, name: str, since: int | None) -> None:
    """Disables an account, or enables it again."""
    _set(connection, name, disabled=since)


def set_failures(connection: Connection, name: str, failures: int, failed: int | None) -> None:
    """How many wrong passwords there were, and when the latest."""
    _set(connection, name, failures=failures, failed=failed)


def _set(connection: Connection, name: str, **values: object) -> None:
    connection.execute(update(Account).where(Account.name == name).values(**values))
