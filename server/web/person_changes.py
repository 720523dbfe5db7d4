"""A new account; another role, other villages or the end of one, after a look at what that does."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import ALLOWED, Action, Role, has_areas, is_authorized
from domain.errors import InvalidRequest
from server.clock import now_ms
from server.context import current_store
from server.services import account_effect, accounts
from server.services.account_effect import Effect, ShownAnewError, Wish
from server.store import areas
from server.web.blueprint import blueprint
from server.web.confirming import password_again
from server.web.filters import Kecamatan, kecamatan_of
from server.web.people import read_role, refusal_words
from server.web.session import current_actor, needs
from server.web.translation import gettext
from server.web.wording import LANGUAGE_NAMES

Answer = Response | tuple[str, int]


@dataclass(frozen=True)
class Picker:
    """
    The villages to choose from, by kecamatan, the areas above them, and the codes of what is ticked.

    `further` are codes that are ticked and stand in none of these.
    """

    above: tuple[str, ...]
    kecamatan: tuple[Kecamatan, ...]
    chosen: frozenset[str]
    further: tuple[str, ...]

    def count_in(self, kecamatan: Kecamatan) -> int:
        """How many of its villages are ticked one by one."""
        return sum(one.code in self.chosen for one in kecamatan.villages)


def picker_of(connection: Connection, chosen: frozenset[str]) -> Picker:
    """All villages that there are."""
    grouped = tuple(kecamatan_of(areas.every_village(connection)))
    above = tuple(sorted({one.code[:length] for one in grouped for length in (2, 5)}))
    known = {*above, *(one.code for one in grouped), *(v.code for one in grouped for v in one.villages)}
    return Picker(above, grouped, chosen, tuple(sorted(chosen - known)))


# --- a new one -----------------------------------------------------------------------------------


@blueprint.get("/people/~new")
@needs(Action.MANAGE_ACCOUNTS)
def new_person() -> str:
    """Where a new account is described. No account has a name that begins so."""
    return _render_new(role=None, chosen=frozenset())


@blueprint.post("/people/~new")
@needs(Action.MANAGE_ACCOUNTS)
@password_again
def add_person() -> str | Answer:
    """Makes an account; whoever signs in gets a passphrase, which is shown once."""
    name, role, codes = request.form.get("name", "").strip(), _role(), _codes()
    language = request.form.get("language", "id")
    by, now = current_actor().name, now_ms()
    try:
        if role is None:
            raise InvalidRequest("no role was chosen", code="role")
        made = accounts.make_passphrase() if _signs_in(role) else None
        wanted = codes if has_areas(role) else ()
        language = language if language in LANGUAGE_NAMES else "id"
        current_store().transact(
            lambda c: accounts.add_account(c, name, role, wanted, made, now, language, by)
        )
    except InvalidRequest as refusal:
        words = refusal_words(refusal)
        return _render_new(role=role, chosen=frozenset(codes), name=name, refusal=words), 400
    if made:
        return render_template("passphrase.html", person=name, passphrase=made, is_new=True)
    flash(gettext("The account is there. Enrol a device for it next."), "good")
    return redirect(url_for("office.show_person", person=name))


def _signs_in(role: Role) -> bool:
    return Action.SIGN_IN in ALLOWED[role]


def _render_new(role: Role | None, chosen: frozenset[str], **facts: Any) -> str:
    with current_store().read() as connection:
        picker = picker_of(connection, chosen)
    return render_template(
        "person_form.html", picker=picker, role=role, roles=tuple(Role), spoken=LANGUAGE_NAMES, **facts
    )


# --- another role, other villages ----------------------------------------------------------------


@blueprint.get("/people/<person>/change")
@needs(Action.MANAGE_ACCOUNTS)
def change_person(person: str) -> str:
    """Where another role and other villages are chosen."""
    return _render_change(person)


@blueprint.post("/people/<person>/change")
@needs(Action.MANAGE_ACCOUNTS)
@password_again
def save_person(person: str) -> str | Answer:
    """Shows what a change would do, and saves it once that was seen."""
    role, codes = _role(), _codes()
    if request.form.get("step") == "edit":
        return _render_change(person, role, codes)
    try:
        if role is None:
            raise InvalidRequest("no role was chosen", code="role")
        wish = Wish(person, role, codes if has_areas(role) else ())
        return _show_or_save(wish, gettext("Saved. It counts from the next page and the next sync on."))
    except InvalidRequest as refusal:
        return _render_change(person, role, codes, refusal=refusal_words(refusal)), 400


@blueprint.get("/people/<person>/close")
@needs(Action.MANAGE_ACCOUNTS)
def close_person(person: str) -> str:
    """What closing an account would do."""
    return _render_effect(Wish(person), _effect(Wish(person)))


@blueprint.post("/people/<person>/close")
@needs(Action.MANAGE_ACCOUNTS)
@password_again
def save_closing(person: str) -> str | Answer:
    """Closes an account, once it was seen what that does."""
    wish = Wish(person)
    try:
        return _show_or_save(wish, gettext("Closed. Its password, devices and tokens open nothing any more."))
    except InvalidRequest as refusal:
        return _render_effect(wish, _effect(wish), refusal=refusal_words(refusal)), 400


def _show_or_save(wish: Wish, done: str) -> str | Answer:
    """The page that shows what would happen; after a press there, what was done. Raises `InvalidRequest`."""
    by, now, shown = current_actor().name, now_ms(), request.form.get("shown", "")
    accounts.refuse_own(wish.name, by)
    if request.form.get("step") != "save":
        return _render_effect(wish, _effect(wish))
    try:
        current_store().transact(lambda c: account_effect.fulfil(c, wish, shown, by, now))
    except ShownAnewError as anew:
        words = gettext("Not saved: something has changed meanwhile. This is how it is now; look once more.")
        return _render_effect(wish, anew.effect, refusal=words), 409
    flash(done, "good")
    return redirect(url_for("office.show_person", person=wish.name))


def _effect(wish: Wish) -> Effect:
    with current_store().read() as connection:
        return account_effect.show(connection, wish)


def _render_effect(wish: Wish, effect: Effect, refusal: str = "") -> str:
    with current_store().read() as connection:
        names = {
            which: areas.names_of(connection, one.areas) if one else ()
            for which, one in (("before", effect.before), ("after", effect.after))
        }
        villages = {one.code: one for one in areas.villages_in(connection, effect.assignments)}
    return render_template(
        "person_effect.html",
        wish=wish,
        effect=effect,
        names=names,
        villages=villages,
        may_sync=is_authorized(effect.after, Action.SYNC) if effect.after else False,
        refusal=refusal,
    )


def _render_change(
    person: str, role: Role | None = None, codes: tuple[str, ...] | None = None, refusal: str = ""
) -> str:
    with current_store().read() as connection:
        account = accounts.find_account(connection, person)
        actor = account.actor
        picker = picker_of(connection, frozenset(actor.areas if codes is None else codes))
    return render_template(
        "person_form.html",
        person=actor.name,
        picker=picker,
        role=role or actor.role,
        roles=tuple(Role),
        refusal=refusal,
        is_own=actor.name == current_actor().name,
    )


def _role() -> Role | None:
    return read_role(request.form.get("role", ""))


def _codes() -> tuple[str, ...]:
    """What was ticked; read and checked by `accounts.read_areas`."""
    return tuple(one[:20] for one in request.form.getlist("area"))
