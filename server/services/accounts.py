"""Accounts: made by an administrator, let in by password, closed when somebody leaves."""

import re
import secrets
from collections.abc import Collection, Iterable
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from sqlalchemy import Connection

from domain import passwords
from domain.access import TABLE, Action, Actor, Role, authorize, has_areas, is_authorized
from domain.areas import read_area
from domain.canonical import Json, to_text
from domain.enrolling import ALPHABET
from domain.errors import InvalidRequest, NotFound, NotSignedIn
from server.mail_settings import check_address
from server.services.audit import CONSOLE, Act, Audited, put
from server.services.throttle import ThrottledError
from server.store import accounts, alarms, areas, credentials
from server.store.accounts import StoredAccount
from server.store.transactions import Store

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
LANGUAGES: Final = ("id", "en")
FREE_TRIES: Final = 5
LONGEST_WAIT_MS: Final = 15 * 60 * 1000

_hasher = PasswordHasher()  # Argon2id with the parameters of RFC 9106 for little memory
_NOBODY: Final = (
    f"$argon2id$v={ARGON2_VERSION}$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    f"${to_text(bytes(_hasher.salt_len))}${to_text(bytes(_hasher.hash_len))}"
)
"""What a password is compared with where there is no account: no password's hash, and as slow to compare.

Spelt, since computing one takes a quarter of a second, at every command.
"""


def add_account(
    connection: Connection,
    name: str,
    role: Role,
    area_codes: Iterable[str],
    password: str | None,
    now: int,
    language: str = "id",
    by: str = CONSOLE,
) -> Actor:
    """A new account. Without a password it can enrol devices, but not sign in. `by` is who makes it.

    Raises `InvalidRequest` with a code: account-name, account-exists, area-code,
    unknown-area, no-areas, role-without-areas, password-length, password-common, password-name.
    """
    if not NAME.fullmatch(name):
        raise InvalidRequest(
            "a name has 1 to 64 letters, digits or . _ @ - and begins with a letter or digit",
            code="account-name",
            name=name,
        )
    if taken := accounts.find(connection, name):
        raise InvalidRequest(
            f"there is an account {taken.actor.name} already", code="account-exists", name=taken.actor.name
        )
    actor = Actor(name, role, read_areas(connection, role, area_codes))
    if password is not None:
        passwords.check_password(name, password)
    accounts.add(connection, actor, hash_password(password) if password is not None else None, language, now)
    _put_on_record(connection, Audited.ACCOUNT_ADDED, actor, by, now)
    return actor


def _put_on_record(connection: Connection, action: Audited, actor: Actor, by: str, now: int) -> None:
    told: dict[str, Json] = {
        "account": actor.name,
        "role": actor.role.value,
        "areas": list[Json](actor.areas),
    }
    put(connection, Act(by, action, detail=told), now)


def read_areas(connection: Connection, role: Role, codes: Iterable[str]) -> tuple[str, ...]:
    """The areas of an account, checked against the villages that were loaded."""
    read = sorted({read_area(code.strip()) for code in codes if code.strip()})
    for code in read:
        if not areas.is_area(connection, code):
            raise InvalidRequest(f"no village lies in {code}", code="unknown-area", area=code)
    if read and not has_areas(role):
        raise InvalidRequest(f"the role {role} goes by no villages", code="role-without-areas", role=role)
    if not read and has_areas(role):
        raise InvalidRequest(f"an account with the role {role} needs villages", code="no-areas", role=role)
    return tuple(_without_contained(read))


def _without_contained(codes: Collection[str]) -> list[str]:
    """An area says all of the villages in it."""
    return [
        code for code in codes if not any(code != other and code.startswith(other + ".") for other in codes)
    ]


def hash_password(password: str) -> str:
    """The Argon2id hash."""
    return _hasher.hash(password.encode("utf-8", "surrogatepass"))


def find_account(connection: Connection, name: str, lock: bool = False) -> StoredAccount:
    """The account; locked where it is to be changed by what it is. Raises `NotFound`."""
    found = accounts.find(connection, name, lock) if NAME.fullmatch(name) else None
    if found is None:
        raise NotFound(f"there is no account {name}", code="unknown-account", name=name)
    return found


def enabled_account(connection: Connection, name: str) -> StoredAccount:
    """The account, unless it is disabled. Raises `NotFound` and `InvalidRequest`."""
    found = find_account(connection, name)
    if found.is_disabled:
        raise InvalidRequest(f"the account {name} is disabled", code="account-disabled", name=name)
    return found


def acting_account(connection: Connection, name: str, action: Action) -> Actor:
    """The person for whom a command acts. Raises `NotFound`, `InvalidRequest`, and `NotAllowed`."""
    actor = enabled_account(connection, name).actor
    authorize(actor, action)
    return actor


def set_password(connection: Connection, name: str, password: str, now: int, by: str = CONSOLE) -> None:
    """A new password for an account. Raises `NotFound` and `InvalidRequest`."""
    account = find_account(connection, name)
    passwords.check_password(account.actor.name, password)
    accounts.set_password(connection, account.actor.name, hash_password(password))
    credentials.forget_passwords_given(connection, account.actor.name)
    _put_on_record(connection, Audited.PASSWORD_SET, account.actor, by, now)


def make_passphrase() -> str:
    """Sixteen letters that cannot be taken for each other, in groups of four: 80 bits, to be told once."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def set_language(connection: Connection, name: str, language: str, now: int, by: str = CONSOLE) -> None:
    """The language of an account's pages. Raises `NotFound`, `InvalidRequest` (code ``language``)."""
    account = find_account(connection, name)
    if language not in LANGUAGES:
        raise InvalidRequest("there are pages in Indonesian and English", code="language")
    if language != account.language:
        accounts.set_language(connection, account.actor.name, language)
        _put_on_record(connection, Audited.ACCOUNT_CHANGED, account.actor, by, now)


def change_account(
    connection: Connection,
    name: str,
    role: Role | None,
    codes: Iterable[str] | None,
    now: int,
    by: str = CONSOLE,
) -> Actor:
    """Another role or other areas for an account. Raises `NotFound` and `InvalidRequest`.

    Where the new role goes by no areas, those of the old one end with it. Refused (``last-administrator``)
    where nobody would be left who manages accounts; and whoever changes his own (``own-account``).
    """
    before = find_account(connection, name).actor
    after = changed(connection, before, role, codes)
    refuse_own(before.name, by)
    if not is_authorized(after, Action.MANAGE_ACCOUNTS):
        _refuse_last(connection, before)
    accounts.change(connection, after)
    _put_on_record(connection, Audited.ACCOUNT_CHANGED, after, by, now)
    return after


def changed(connection: Connection, before: Actor, role: Role | None, codes: Iterable[str] | None) -> Actor:
    """The account as it would be. Raises `InvalidRequest`."""
    chosen = role or before.role
    kept = before.areas if has_areas(chosen) else ()
    return Actor(before.name, chosen, read_areas(connection, chosen, kept if codes is None else codes))


def set_email(
    connection: Connection, name: str, email: str | None, now: int, by: str = CONSOLE
) -> str | None:
    """
    Where a person is told of alarms, or nowhere (nothing, or an empty text); gives the address.

    Raises `NotFound`, and `InvalidRequest` (bad-email) for what is no address. The address itself is not
    put on record, which nobody could ever take out again.
    """
    account = find_account(connection, name).actor
    address = check_address(email) if email and email.strip() else None
    accounts.set_email(connection, account.name, address)
    # Where the old address was not known, its letters wait for a day.
    alarms.retry(connection, account.name, now)
    told: dict[str, Json] = {"account": account.name, "email": address is not None}
    put(connection, Act(by, Audited.ACCOUNT_CHANGED, detail=told), now)
    return address


def disable_account(connection: Connection, name: str, now: int, by: str = CONSOLE) -> None:
    """
    From now on its password, devices and tokens open nothing.

    Raises `NotFound`, and `InvalidRequest`: ``last-administrator``, ``own-account``.
    """
    account = find_account(connection, name)
    refuse_own(account.actor.name, by)
    _refuse_last(connection, account.actor)
    accounts.set_disabled(connection, account.actor.name, account.disabled or now)
    _put_on_record(connection, Audited.ACCOUNT_DISABLED, account.actor, by, now)


def enable_account(connection: Connection, name: str, now: int, by: str = CONSOLE) -> None:
    """Opens a disabled account again. Raises `NotFound`."""
    account = find_account(connection, name)
    accounts.set_disabled(connection, account.actor.name, None)
    _put_on_record(connection, Audited.ACCOUNT_ENABLED, account.actor, by, now)


def refuse_own(name: str, by: str) -> None:
    """Nobody gives himself rights, nor takes them from himself by mistake. Raises `InvalidRequest`."""
    if name == by:
        raise InvalidRequest("somebody else changes this account", code="own-account", name=name)


def _refuse_last(connection: Connection, leaving: Actor) -> None:
    """Accounts are locked while they are counted: two who close each other's at once leave one open."""
    if not is_authorized(leaving, Action.MANAGE_ACCOUNTS):
        return
    managing = accounts.lock_with_roles(connection, TABLE[Action.MANAGE_ACCOUNTS])
    if managing <= {leaving.name}:
        raise InvalidRequest(
            f"{leaving.name} is the last who manages accounts", code="last-administrator", name=leaving.name
        )


# --- signing in ----------------------------------------------------------------------------------


def sign_in(store: Store, name: str, password: str, now: int) -> Actor:
    """The person behind a name and a password, if his role may sign in at all.

    Raises what `check_password` raises, and `NotAllowed`.
    """
    account = check_password(store, name, password, now)
    authorize(account.actor, Action.SIGN_IN)
    better = _better_hash(account, password)

    def let_in_with_it(connection: Connection) -> None:
        let_in(connection, account, Audited.SIGN_IN, now)
        if better:
            accounts.replace_hash(connection, account.actor.name, account.password_hash, better)

    store.transact(let_in_with_it)
    return account.actor


def _better_hash(account: StoredAccount, password: str) -> str | None:
    """A hash with the parameters of today, where the one that is kept has lesser ones."""
    kept = account.password_hash
    return hash_password(password) if kept and _hasher.check_needs_rehash(kept) else None


def check_password(store: Store, name: str, password: str, now: int) -> StoredAccount:
    """The account with this name and this password; wrong ones are counted.

    Raises `NotSignedIn` with the code wrong-password whatever of the two is wrong, and
    `ThrottledError` after too many wrong ones. The slow hash is computed outside all
    transactions.
    """
    with store.read() as connection:
        account = accounts.find(connection, name) if NAME.fullmatch(name) else None
    if account and (wait := _wait_ms(account, now)) > 0:
        raise ThrottledError(wait)
    is_right = verify_password(account.password_hash if account else None, password)
    if account is None or account.is_disabled or not is_right:
        if account:
            store.transact(lambda connection: _count_failure(connection, name, now))
        raise NotSignedIn("the name or the password is wrong", code="wrong-password")
    return account


def let_in(connection: Connection, account: StoredAccount, action: Audited, now: int) -> None:
    """Forgets the wrong passwords before the right one, which is put on record as `action`."""
    if account.failures:
        accounts.set_failures(connection, account.actor.name, 0, None)
    put(connection, Act(account.actor.name, action), now)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one; takes as long for an account that does not exist."""
    if len(password) > passwords.LONGEST:
        return False
    try:
        _hasher.verify(password_hash or _NOBODY, password.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def _wait_ms(account: StoredAccount, now: int) -> int:
    """From the fifth wrong password on each further try waits twice as long, up to a quarter of an hour."""
    if account.failures < FREE_TRIES or account.failed is None:
        return 0
    pause: int = min(1000 * 2 ** min(account.failures - FREE_TRIES, 20), LONGEST_WAIT_MS)
    return account.failed + pause - now


def _count_failure(connection: Connection, name: str, now: int) -> None:
    account = accounts.find(connection, name, lock=True)
    if account:
        accounts.set_failures(connection, account.actor.name, account.failures + 1, now)
