"""``verilap-server``: what an administrator does from a shell, beside a running server or without one."""

import sys
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.access import ALLOWED, Action, Role
from domain.errors import InvalidRequest
from server.access import of_the_shell, stands_for
from server.audit_commands import audit
from server.clock import now_ms, office_time
from server.config import read_config
from server.console import REFUSED, PlainGroup, installed_store, say, say_error, warn
from server.device_commands import device, lease
from server.files_commands import files
from server.form_commands import list_forms, publish_form, retire_form
from server.import_command import import_cases
from server.keys_commands import index, keys, tell_place
from server.mail_commands import mail
from server.recovery_commands import recovery_key, take_unsent
from server.rehearse_command import rehearse
from server.retention_command import retention
from server.subject_commands import subject
from server.texts import sentence

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from domain.access import Actor
    from server.blobs import Blobs
    from server.store.transactions import Store

ROLES = click.Choice([role.value for role in Role])
LANGUAGES = click.Choice(["id", "en"])


@click.group(
    cls=PlainGroup, help=sentence("help-main"), context_settings={"help_option_names": ["-h", "--help"]}
)
def main() -> None:
    """The group of all commands."""


@of_the_shell("without a store there are no accounts")
@main.command(help=sentence("help-init"))
def init() -> None:
    """Makes or migrates the store."""
    from sqlalchemy.engine import make_url

    from server.installation import initialise
    from server.migrations import HEAD

    config = read_config()
    before = initialise(config)
    if before is None:
        say("init-made")
    else:
        say("init-current" if before == HEAD else "init-migrated", before=before, after=HEAD)
    database = make_url(config.database_url).render_as_string(hide_password=True)
    say("init-places", data=config.data, database=database)
    say("files-place", place=config.files if config.is_files_s3 else config.files_folder)
    tell_place(config.key_source)


# --- accounts ------------------------------------------------------------------------------------


@stands_for(Action.MANAGE_ACCOUNTS)
@main.command("add-user", help=sentence("help-add-user"))
@click.argument("name")
@click.option("--role", type=ROLES, required=True, help=sentence("option-role"))
@click.option("--villages", default="", metavar="CODE[,CODE…]", help=sentence("option-villages"))
@click.option("--password-stdin", is_flag=True, help=sentence("option-password-stdin"))
@click.option("--language", type=LANGUAGES, default="id", help=sentence("option-language"))
def add_user(name: str, role: str, villages: str, password_stdin: bool, language: str) -> None:
    """Adds an account."""
    from server.services import accounts

    chosen = Role(role)
    with installed_store() as store:
        password = _read_password(name, password_stdin, is_needed=Action.SIGN_IN in ALLOWED[chosen])
        store.transact(
            lambda connection: accounts.add_account(
                connection, name, chosen, villages.split(","), password, now_ms(), language
            )
        )
    say("user-added", name=name, role=role)
    if password is None:
        warn("password-none", name=name)


def _read_password(name: str, from_stdin: bool, is_needed: bool) -> str | None:
    """From standard input or the terminal; none where nothing comes from either and none is needed."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = _ask_password(name, is_needed)
    elif is_needed:
        raise InvalidRequest("no terminal", code="no-password")
    else:
        return None
    return password if password or is_needed else None


def _ask_password(name: str, is_needed: bool) -> str:
    """What was typed twice; an empty one is taken only where none is needed."""
    asked = sentence("ask-password" if is_needed else "ask-password-or-none", name=name)
    default = None if is_needed else ""
    typed = click.prompt(
        asked, default=default, show_default=False, hide_input=True, confirmation_prompt=sentence("ask-again")
    )
    return str(typed)


@stands_for(Action.MANAGE_ACCOUNTS)
@main.command("set-password", help=sentence("help-set-password"))
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help=sentence("option-password-stdin"))
def set_password(name: str, password_stdin: bool) -> None:
    """Replaces a password."""
    from server.services import accounts

    with installed_store() as store:
        with store.read() as connection:
            accounts.find_account(connection, name)
        password = _read_password(name, password_stdin, is_needed=True) or ""
        store.transact(lambda connection: accounts.set_password(connection, name, password, now_ms()))
    say("password-set", name=name)


@stands_for(Action.MANAGE_ACCOUNTS)
@main.command("change-user", help=sentence("help-change-user"))
@click.argument("name")
@click.option("--role", type=ROLES, help=sentence("option-role"))
@click.option("--villages", metavar="CODE[,CODE…]", help=sentence("option-villages"))
@click.option("--email", metavar="ADDRESS", help=sentence("option-email"))
def change_user(name: str, role: str | None, villages: str | None, email: str | None) -> None:
    """Changes role, areas or address: all of what is asked for, or nothing."""
    from server.services import accounts

    chosen = Role(role) if role else None
    codes = villages.split(",") if villages is not None else None
    is_moved = email is None or chosen is not None or codes is not None

    def change(connection: "Connection") -> "tuple[Actor, str | None]":
        actor = accounts.find_account(connection, name).actor
        if is_moved:
            actor = accounts.change_account(connection, name, chosen, codes, now_ms())
        return actor, None if email is None else accounts.set_email(connection, name, email, now_ms())

    with installed_store() as store:
        actor, address = store.transact(change)
    if is_moved:
        say("user-changed", name=actor.name, role=actor.role.value, areas=", ".join(actor.areas))
    if email is not None:
        say("email-set" if address else "email-none", name=actor.name)


@stands_for(Action.MANAGE_ACCOUNTS)
@main.command("disable-user", help=sentence("help-disable-user"))
@click.argument("name")
def disable_user(name: str) -> None:
    """Closes an account."""
    from server.services import accounts

    with installed_store() as store:
        store.transact(lambda connection: accounts.disable_account(connection, name, now_ms()))
    say("user-disabled", name=name)


@stands_for(Action.MANAGE_ACCOUNTS)
@main.command("enable-user", help=sentence("help-enable-user"))
@click.argument("name")
def enable_user(name: str) -> None:
    """Opens a closed account."""
    from server.services import accounts

    with installed_store() as store:
        store.transact(lambda connection: accounts.enable_account(connection, name, now_ms()))
    say("user-enabled", name=name)


@stands_for(Action.MANAGE_ACCOUNTS)
@main.command(help=sentence("help-enroll"))
@click.argument("name")
@click.option("--confirm", "needs_confirmation", is_flag=True, help=sentence("option-confirm"))
def enroll(name: str, needs_confirmation: bool) -> None:
    """Prints a one-use code alone on the last line."""
    from server.services.enrol import make_code

    with installed_store() as store:
        code = store.transact(lambda connection: make_code(connection, name, now_ms(), needs_confirmation))
    say("code-made", name=name)
    click.echo(code)


@stands_for(Action.MANAGE_ACCOUNTS)
@main.command(help=sentence("help-devices"))
@click.argument("name", required=False)
def devices(name: str | None) -> None:
    """Lists devices, one a line."""
    from server.services.tokens import list_devices

    with installed_store() as store, store.read() as connection:
        listed = list_devices(connection, name)
    for one in listed:
        seen = office_time(one.seen) if one.seen else "-"
        facts = {"device": one.id, "account": one.account, "name": one.name, "seen": seen}
        if one.revoked is None:
            say("device-listed", **facts, enrolled=office_time(one.enrolled))
        else:
            say(
                "device-listed-revoked",
                **facts,
                enrolled=office_time(one.enrolled),
                revoked=office_time(one.revoked),
            )
        if one.locked is not None:
            say("device-listed-locked", since=office_time(one.locked))
    if not listed:
        warn("devices-none")


@stands_for(Action.MANAGE_ACCOUNTS)
@main.command("revoke-device", help=sentence("help-revoke-device"))
@click.argument("name")
@click.option("--device", help=sentence("option-device"))
def revoke_device(name: str, device: str | None) -> None:
    """Revokes devices."""
    from server.services.tokens import revoke_devices

    with installed_store() as store:
        revoked = store.transact(lambda connection: revoke_devices(connection, name, device, now_ms()))
    for one in revoked:
        say("device-revoked", device=one)


@stands_for(Action.MANAGE_ACCOUNTS)
@main.command(help=sentence("help-token"))
@click.argument("name")
@click.option("--revoke", is_flag=True, help=sentence("option-revoke"))
def token(name: str, revoke: bool) -> None:
    """Prints an API token alone on the last line."""
    from server.services.tokens import make_api_token, revoke_api_tokens

    with installed_store() as store:
        if revoke:
            count = store.transact(lambda connection: revoke_api_tokens(connection, name, now_ms()))
            say("tokens-revoked", count=count, name=name)
            return
        made = store.transact(lambda connection: make_api_token(connection, name, now_ms()))
    say("token-made", name=name)
    click.echo(made)


# --- villages and forms --------------------------------------------------------------------------


@stands_for(Action.MANAGE_ACCOUNTS)
@main.command("load-areas", help=sentence("help-load-areas"))
@click.argument("file", type=click.Path(path_type=Path))
def load_areas(file: Path) -> None:
    """Loads villages."""
    from server.services.load_areas import load_areas, read_areas_file

    with installed_store() as store:
        villages = read_areas_file(file.read_bytes())
        loaded = store.transact(lambda connection: load_areas(connection, villages))
    say("areas-loaded", total=loaded.total, new=loaded.new, changed=loaded.changed)


for _command in (
    publish_form,
    list_forms,
    retire_form,
    rehearse,
    import_cases,
    audit,
    index,
    keys,
    files,
    device,
    lease,
    recovery_key,
    take_unsent,
    subject,
    retention,
    mail,
):
    main.add_command(_command)


# --- the server ----------------------------------------------------------------------------------


@of_the_shell("it is the server itself")
@main.command(help=sentence("help-run"))
@click.option("--host", default="127.0.0.1", show_default=True, help=sentence("option-host"))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help=sentence("option-port")
)
@click.option("--no-work", is_flag=True, help=sentence("option-no-work"))
def run(host: str, port: int, no_work: bool) -> None:
    """Serves until a signal, with a worker beside it."""
    from server.app import create_app
    from server.context import context_of, store_of
    from server.logs import forward_libraries
    from server.readiness import check_ready, check_schema, repeat_erasures
    from server.serving import WebServer
    from server.working import WorkerBeside

    config = read_config()
    check_ready(config)
    app = create_app(config)
    check_schema(store_of(app))
    repeat_erasures(store_of(app), config)
    _warn_of_storage(context_of(app).blobs)
    forward_libraries()
    server = WebServer(app, host, port)
    server.stop_on_signals()
    shown = f"[{host}]" if ":" in host else host
    say("listening", url=f"http://{shown}:{server.port}")
    sys.stdout.flush()
    with nullcontext() if no_work else WorkerBeside():
        server.run()
    store_of(app).engine.dispose()
    say("stopped")


def _warn_of_storage(blobs: "Blobs") -> None:
    """Answers come in and are read without it; so a storage that is away keeps no server from serving."""
    from server.blobs import BlobsAwayError

    try:
        blobs.look()
    except BlobsAwayError as error:
        click.echo(say_error(error), err=True)
        warn("files-not-usable")


@of_the_shell("it examines and seals, and tells numbers")
@main.command(help=sentence("help-work"))
@click.option("--once", is_flag=True, help=sentence("option-once"))
def work(once: bool) -> None:
    """Examines records until a signal, or until none is left."""
    from threading import Event

    from server.blobs.opening import open_blobs
    from server.logs import configure
    from server.working import serve_until_stopped, work_once
    from server.working_alarms import AlarmWork

    config = read_config()
    if not once:
        serve_until_stopped(config, Event())
        return
    configure(config.log_format)
    with installed_store() as store:
        done = work_once(store, blobs=open_blobs(config), alarms=AlarmWork.of(config))
    say("work-done", records=done.records, problems=done.with_problems)


@of_the_shell("it tells which records differ, and nothing of them")
@main.command(help=sentence("help-check"))
def check() -> None:
    """Compares the store with its log, and problems with the records they stand beside."""
    from server.logs import configure
    from server.services.check_problems import check_problems
    from server.services.check_store import Checked, check_store

    configure(read_config().log_format)
    checked, count = Checked(), 0
    with installed_store() as store:
        with store.read() as connection:
            for difference in chain(check_store(connection, checked), check_problems(connection, checked)):
                count += 1
                say(difference.key, **difference.facts)
        count += _count_missing_files(store)
    if read_config().mail is None:
        warn("mail-none")
    if checked.unexamined:
        say("check-unexamined", records=checked.unexamined)
    looked_at = {"records": checked.records, "operations": checked.operations}
    if count:
        say("check-different", count=count, **looked_at)
        sys.exit(REFUSED)
    say("check-fine", **looked_at)


def _count_missing_files(store: "Store") -> int:
    """Tells shortly how many files are not in the storage; one that is away is told, and is no difference."""
    from server.blobs import BlobsAwayError
    from server.blobs.opening import open_blobs
    from server.services.check_files import count_missing

    try:
        missing, total = count_missing(store, open_blobs(read_config()))
    except BlobsAwayError as error:
        warn("check-files-away", message=error.message)
        return 0
    if missing:
        say("check-files-missing", missing=missing, total=total)
    return missing
