"""Accounts: the list, one of them, and what is changed there without a look at what it does."""

from dataclasses import dataclass
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor, Role, is_authorized
from domain.areas import AREA_CODE
from domain.errors import InvalidRequest
from server.clock import now_ms
from server.context import current_store
from server.services import accounts
from server.services.devices import devices_of_account
from server.store import areas, people
from server.store.accounts import StoredAccount
from server.store.devices import ShownDevice
from server.store.people import CLOSED, OPEN, ListedPerson, Sought
from server.web.blueprint import blueprint
from server.web.confirming import password_again
from server.web.filters import kecamatan_of
from server.web.paging import PAGE, pages_of, read_page
from server.web.session import current_actor, needs
from server.web.translation import gettext, lazy_gettext
from server.web.wording import LANGUAGE_NAMES

REFUSALS: Final = {
    "account-name": lazy_gettext(
        "A name has 1 to 64 letters, digits or . _ @ - and begins with a letter or a digit."
    ),
    "account-exists": lazy_gettext(
        "There is an account with this name already; capitals make no difference."
    ),
    "area-code": lazy_gettext("One of the codes is none of a village or an area."),
    "unknown-area": lazy_gettext("No village lies in one of the areas."),
    "no-areas": lazy_gettext("This role needs villages: tick some, or a kecamatan."),
    "role": lazy_gettext("Choose a role."),
    "own-account": lazy_gettext("Nobody changes his own account: ask another administrator."),
    "last-administrator": lazy_gettext("This is the last administrator: make another one first."),
    "account-disabled": lazy_gettext("This account is closed: open it first."),
    "bad-email": lazy_gettext("This is no e-mail address."),
    "language": lazy_gettext("There are pages in Indonesian and English."),
}
"""What is wrong with what was typed, by the codes of `server.services.accounts`."""
SHOWN_AREAS: Final = 4


@dataclass(frozen=True)
class Row:
    """An account in the list, with what its first areas are called, and how many more it has."""

    person: ListedPerson
    areas: tuple[str, ...]
    more: int


def refusal_words(refusal: InvalidRequest) -> str:
    """In words what is wrong. Raises what has none."""
    if refusal.code not in REFUSALS:
        raise refusal
    return str(REFUSALS[refusal.code])


def read_role(text: str) -> Role | None:
    """The role that somebody chose; nothing for what is none."""
    return Role(text) if text in set(Role) else None


def read_part_of_name(text: str) -> str:
    """What somebody looks for in names of accounts; PostgreSQL takes no NUL, which an address can hold."""
    return "".join(filter(str.isprintable, text)).strip()[:64]


# --- the list ------------------------------------------------------------------------------------


@blueprint.get("/people")
@needs(Action.MANAGE_ACCOUNTS)
def list_people() -> str:
    """The accounts, narrowed, a page at a time."""
    sought, number = _sought(), read_page(request.args.get("page"))
    with current_store().read() as connection:
        found = people.page(connection, sought, (number - 1) * PAGE, PAGE)
        total = people.count(connection, sought)
        shown = [one.areas[:SHOWN_AREAS] for one in found]
        called = dict(zip(codes := sorted({*sum(shown, ())}), areas.names_of(connection, codes), strict=True))
        kecamatan = kecamatan_of(areas.every_village(connection))
    rows = [
        Row(one, tuple(called[code] for code in some), len(one.areas) - len(some))
        for one, some in zip(found, shown, strict=True)
    ]
    kept = {"name": sought.name, "role": sought.role or "", "area": sought.area, "state": sought.state}
    kept = {name: value for name, value in kept.items() if value}
    pages = pages_of("office.list_people", number, total, kept)
    return render_template(
        "people.html",
        rows=rows,
        pages=pages,
        sought=sought,
        is_narrow=bool(kept),
        roles=tuple(Role),
        kecamatan=kecamatan,
    )


def _sought() -> Sought:
    """What the address asks for; what makes no sense there is left out."""
    area, state = (request.args.get(one, "") for one in ("area", "state"))
    return Sought(
        name=read_part_of_name(request.args.get("name", "")),
        role=read_role(request.args.get("role", "")),
        area=area if AREA_CODE.fullmatch(area) else "",
        state=state if state in (OPEN, CLOSED) else "",
    )


# --- one of them ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """An account as its page shows it."""

    account: StoredAccount
    areas: tuple[str, ...]
    devices: tuple[ShownDevice, ...]
    is_own: bool

    @property
    def actor(self) -> Actor:
        return self.account.actor

    @property
    def may_sign_in(self) -> bool:
        return is_authorized(self.account.actor, Action.SIGN_IN)

    @property
    def may_enrol(self) -> bool:
        return is_authorized(self.account.actor, Action.SYNC) and not self.account.is_disabled


@blueprint.get("/people/<person>")
@needs(Action.MANAGE_ACCOUNTS)
def show_person(person: str) -> str:
    """One account: its role and villages, its devices, what may be done about it."""
    return render_person(person)


@blueprint.post("/people/<person>/passphrase")
@needs(Action.MANAGE_ACCOUNTS)
@password_again
def make_passphrase(person: str) -> str | tuple[str, int]:
    """A new passphrase, shown once; whoever has the old one is let in no more."""
    if request.form.get("sure") != "yes":
        return render_person(person, refusal=gettext("Nothing was changed: tick the box first.")), 400
    made, by, now = accounts.make_passphrase(), current_actor().name, now_ms()
    current_store().transact(lambda c: accounts.set_password(c, person, made, now, by))
    return render_template("passphrase.html", person=person, passphrase=made, is_new=False)


@blueprint.post("/people/<person>/open")
@needs(Action.MANAGE_ACCOUNTS)
@password_again
def open_person(person: str) -> Response:
    """Opens an account that was closed."""
    by, now = current_actor().name, now_ms()
    current_store().transact(lambda c: accounts.enable_account(c, person, now, by))
    flash(gettext("Opened. Its password and its devices count again."), "good")
    return redirect(url_for("office.show_person", person=person))


@blueprint.post("/people/<person>/settings")
@needs(Action.MANAGE_ACCOUNTS)
@password_again
def change_settings(person: str) -> Response | tuple[str, int]:
    """What changes nobody's rights: the language of the pages, and where alarms are told by mail."""
    by, now = current_actor().name, now_ms()
    language, email = request.form.get("language", ""), request.form.get("email", "").strip()

    def save(connection: Connection) -> None:
        accounts.set_language(connection, person, language, now, by)
        if email != (accounts.find_account(connection, person).email or ""):
            accounts.set_email(connection, person, email, now, by)

    try:
        current_store().transact(save)
    except InvalidRequest as refusal:
        return render_person(person, refusal=refusal_words(refusal), email=email), 400
    flash(gettext("Saved."), "good")
    return redirect(url_for("office.show_person", person=person))


def render_person(name: str, refusal: str = "", email: str | None = None) -> str:
    """The page of an account; `email` is what was typed. Raises `NotFound`."""
    with current_store().read() as connection:
        account = accounts.find_account(connection, name)
        actor = account.actor
        shown = Person(
            account,
            areas.names_of(connection, actor.areas),
            tuple(devices_of_account(connection, actor.name)),
            actor.name == current_actor().name,
        )
    return render_template("person.html", person=shown, spoken=LANGUAGE_NAMES, refusal=refusal, email=email)
