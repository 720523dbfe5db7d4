"""
The command ``verilap``: a device in a terminal.

Exit status: 0 it was done, 1 it cannot be done now (the sentence says why; what was
saved stays saved), 2 the request makes no sense and nothing was saved. Errors become
sentences in one place, `main`.
"""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from client_sync import file_commands, task_commands
from client_sync.commanding import Context, as_json, pass_context, print_json, tell_notices
from client_sync.config import Language, read_language
from client_sync.usage import VERSION, SpokenGroup, Verbatim, show_error
from domain.errors import InvalidRequest, MalformedOperation, NotFound, TooLarge, VerilapError

if TYPE_CHECKING:
    from client_sync.unsent import Written

NONSENSE: Final = (InvalidRequest, MalformedOperation, NotFound, TooLarge)


@click.group(cls=SpokenGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--lang", type=click.Choice(["id", "en"]), help="Bahasa pesan / language of messages.")
@click.version_option(package_name="verilap", help=VERSION)
@click.pass_context
def cli(context: click.Context, lang: Language | None) -> None:
    """Verifikasi lapangan di perangkat petugas / field verification on an officer's device.

    VERILAP_HOME: folder perangkat / the device's folder. VERILAP_KEY: kata sandi / its passphrase.
    """
    context.obj.language = lang or context.obj.language
    context.call_on_close(context.obj.close)


@cli.command()
@click.argument("url")
@click.argument("code", required=False)
@click.option("--name", help="Nama perangkat / the device's name.")
@pass_context
def enroll(context: Context, url: str, code: str | None, name: str | None) -> None:
    """
    Daftarkan perangkat ini / enrol this device with a one-use CODE, or with URL#CODE as a QR code says it.
    """
    from client_sync.transport import check_url, is_open_line
    from domain.enrolling import split_address

    if code is None:
        url, code = split_address(url)
    if not code:
        raise click.UsageError("URL CODE, URL#CODE")

    if is_open_line(check_url(url)):
        context.say("open-line", is_aside=True, url=url)
    with context.first_store():
        device = context.device(create=True)
        identity = device.enroll(url, code, name)
    context.say("enrolled", **{**vars(identity), "areas": ", ".join(identity.areas) or "-"})
    if device.number is not None:
        context.say("confirmation-number", number=device.number)
    elif not device.store.forms.published():
        context.say("forms-later", is_aside=True)


@cli.command()
@click.argument("form")
@click.option("--village", help="Kode desa, biasanya desa kasus / the village's code, usually the case's.")
@click.option("--case", metavar="ID", help="Kasus yang dikunjungi / the case that it is about.")
@click.option("--answers", metavar="FILE|-", help='JSON {"path": "value"}.')
@click.option("--xml", metavar="FILE|-", help="Instans XForm / an XForm instance.")
@click.option("--attach", multiple=True, metavar="PATH=FILE", help="Foto, berkas / a photo, a file.")
@pass_context
def new(
    context: Context,
    form: str,
    village: str | None,
    case: str | None,
    answers: str | None,
    xml: str | None,
    attach: tuple[str, ...],
) -> None:
    """Simpan formulir baru / file a new form; the record's id is on the last line."""
    from client_sync.answers import read_answers

    if village is None and case is None:
        raise click.UsageError("--village / --case")
    if (answers is None) == (xml is None):
        raise click.UsageError("--answers / --xml")
    if attach and xml is not None:
        raise click.UsageError("--attach / --xml")
    if xml is not None:
        saved = context.xml_instances().new_from_xml(form, village, _read_xml(xml), case=case)
    else:
        filled = read_answers(_read_file(answers or ""))
        files = {path: Path(str(name)) for path, name in _assignments(attach).items()}
        saved = context.attachments().new_with(form, village, filled, files, case=case)
    tell_notices(context, saved)
    click.echo(saved.record)


@cli.command("set")
@click.argument("record")
@click.argument("values", metavar="PATH=VALUE…", nargs=-1)
@click.option("--remove", multiple=True, metavar="PATH", help="Hapus anggota / remove a member.")
@click.option("--restore", multiple=True, metavar="PATH", help="Pulihkan anggota / bring one back.")
@click.option("--xml", metavar="FILE|-", help="Instans XForm yang diubah / the XForm instance, changed.")
@click.option("--was", metavar="FILE|-", help="Instans sebelum diubah / the instance before that.")
@pass_context
def set_(
    context: Context,
    record: str,
    values: tuple[str, ...],
    remove: tuple[str, ...],
    restore: tuple[str, ...],
    xml: str | None,
    was: str | None,
) -> None:
    """Ubah jawaban / change answers of a record."""
    if (xml is not None and (values or remove or restore)) or (was is not None and xml is None):
        raise click.UsageError("--xml, --was")
    if xml is not None:
        written = _read_xml(was) if was is not None else None
        saved = context.xml_instances().set_from_xml(record, _read_xml(xml), written)
    else:
        saved = context.writer().set(record, _assignments(values), remove=remove, restore=restore)
    tell_notices(context, saved)
    context.say("saved")


@cli.command(cls=Verbatim)
@click.argument("record")
@click.argument("path")
@click.argument("value")
@pass_context
def resolve(context: Context, record: str, path: str, value: str) -> None:
    """Putuskan konflik / settle a conflict; a contested removal: PATH#removal keep|remove.

    VALUE: jawaban atau kode dalam [ ] / an answer, or what stands in [ ] beside one.
    """
    from client_sync.wording import verdict_words

    writer = context.writer()
    if code := writer.reader.why_not_settle(record, path):
        context.say("settle-for-office", is_aside=True, why=verdict_words(code, "", context.language))
    writer.resolve(record, path, value)
    context.say("saved")


@cli.command()
@click.argument("operation")
@pass_context
def dismiss(context: Context, operation: str) -> None:
    """Sembunyikan kiriman yang tertahan atau tidak dimasukkan / hide what was held back or left out."""
    context.writer().dismiss(operation)
    context.say("dismissed", operation=operation)


@cli.command("list")
@as_json
@pass_context
def list_(context: Context, is_json: bool) -> None:
    """Daftar data / the records on this device."""
    from client_sync import printing, shown

    lines = shown.list_json(context.reader())
    print_json(lines) if is_json else printing.print_list(lines, context.language)


@cli.command()
@click.argument("list_name", metavar="[LIST]", required=False)
@as_json
@pass_context
def cases(context: Context, list_name: str | None, is_json: bool) -> None:
    """Daftar kasus / the cases on this device: of the lists anak, keluarga, penyaluran."""
    from client_sync import printing, shown

    lines = shown.cases_json(context.reader(), list_name)
    print_json(lines) if is_json else printing.print_cases(lines, context.language)


@cli.command()
@click.argument("record")
@click.option("--json", "shape", flag_value="json", help="JSON.")
@click.option("--xml", "shape", flag_value="xml", help="Instans XForm / the XForm instance.")
@pass_context
def show(context: Context, record: str, shape: str | None) -> None:
    """Tampilkan satu data / one record with everything in view."""
    from client_sync import printing, shown
    from client_sync.expressions import context_at
    from client_sync.questions import questions_of
    from domain.opened import Opened
    from schemas.reading import record_xml

    reader = context.reader()
    dossier = reader.show(record, Opened.EXPORT if shape == "xml" else Opened.READ)
    if shape == "xml":
        moment = context_at(reader.filled_at(dossier))
        click.echo(record_xml(dossier, reader.definition_of(dossier), moment), nl=False)
        return
    told: Mapping[str, Any] = shown.record_json(reader, dossier)
    if shape == "json":
        print_json(told)
    else:
        printing.print_record(told, questions_of(reader, told["kind"], told["form"], context.language))


@cli.command()
@as_json
@pass_context
def status(context: Context, is_json: bool) -> None:
    """Keadaan perangkat / how this device stands."""
    from client_sync import printing, shown

    told = shown.status_json(context.reader())
    print_json(told) if is_json else printing.print_status(told, context.language)


@cli.command()
@as_json
@pass_context
def conflicts(context: Context, is_json: bool) -> None:
    """Konflik terbuka / open conflicts."""
    from client_sync import printing, shown

    reader = context.reader()
    told = shown.all_conflicts_json(reader)
    print_json(told) if is_json else printing.print_conflicts(told, reader, context.language)


@cli.command()
@click.option("--json", "is_json", is_flag=True, help="JSON, satu per baris / one a line.")
@pass_context
def heads(context: Context, is_json: bool) -> None:
    """Ujung jejak audit yang diketahui / what this device knows of the office's audit."""
    from client_sync import printing, shown

    told = shown.heads_json(context.reader())
    if not is_json:
        printing.print_heads(told, context.language)
        return
    for one in told:
        click.echo(json.dumps(one))


@cli.command()
@as_json
@click.option("--retries", type=click.IntRange(1, 1000), help="Berapa kali mencoba / attempts in a row.")
@click.option("--wifi", is_flag=True, help="Sambungan ini Wi-Fi / this line is Wi-Fi: see verilap files.")
@pass_context
def sync(context: Context, is_json: bool, retries: int | None, wifi: bool) -> None:
    """Kirim dan ambil sampai selesai / sync until nothing is left."""
    from client_sync import printing

    device = context.device(attempts=retries)
    try:
        with printing.progress(context.language, device.store.outbox.count_queued()) as told:
            report = device.sync(told, is_wifi=wifi)
    except VerilapError as error:
        if is_json:
            _print_failed(error)
        raise
    print_json(report.to_json()) if is_json else printing.print_report(report, context.language)
    if report.revoked:
        context.say("revoked", is_aside=True)
    if report.locked:
        context.say("sync-locked", is_aside=True)
    if report.revoked or report.locked or not report.is_quiet or not report.files.is_done:
        raise click.exceptions.Exit(1)


@cli.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Berkas baru / the new file.")
@pass_context
def unsent(context: Context, out: Path) -> None:
    """Tulis yang belum terkirim untuk kantor / write what is unsent to a file that only the office opens."""
    from client_sync.unsent import write_unsent

    workspace = context.workspace()
    _tell_unsent(context, write_unsent(workspace.store, out, workspace.now), out)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--key", "key_file", required=True, type=click.Path(path_type=Path), help="Kunci kantor / its key."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Berkas baru / the new file.")
@pass_context
def recover(context: Context, folder: Path, key_file: Path, out: Path) -> None:
    """Di kantor: ambil yang belum terkirim tanpa kata sandinya / take out what is unsent, passphrase lost.

    VERILAP_RECOVERY_PASSPHRASE: kata sandi kunci kantor / the passphrase of the office's key.
    """
    from client_sync.config import read_recovery_passphrase
    from client_sync.desk import now_ms
    from client_sync.unsent import recover

    _tell_unsent(context, recover(folder, key_file, read_recovery_passphrase(), out, now_ms()), out)


def _tell_unsent(context: Context, written: "Written", out: Path) -> None:
    if written.operations:
        context.say("unsent-written", count=written.operations, file=out)
    if written.files:
        context.say("unsent-files", count=written.files, file=out)
    if not any(written):
        context.say("unsent-none")


file_commands.add_to(cli)
task_commands.add_to(cli)


# --- inside --------------------------------------------------------------------------------------


def _read_xml(name: str) -> bytes:
    """As much as is needed to see that it is too large."""
    from domain.forms.instance import MAX_BYTES

    return _read_file(name, code="instance-file", most=MAX_BYTES + 1)


def _read_file(name: str, *, code: str = "answers-file", most: int = -1) -> bytes:
    """The bytes of a file or of standard input, at most so many. Raises `InvalidRequest`."""
    if name == "-":
        return sys.stdin.buffer.read(most)
    try:
        with open(name, "rb") as file:
            return file.read(most)
    except (OSError, ValueError) as error:  # the latter: a name that no file can have
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{name} cannot be read: {reason}"
        raise InvalidRequest(message, code=code, file=name, reason=reason) from None


def _assignments(values: tuple[str, ...]) -> dict[str, object]:
    """PATH=VALUE pairs. Raises `InvalidRequest`."""
    found: dict[str, object] = {}
    for text in values:
        path, sign, value = text.partition("=")
        if not sign:
            raise InvalidRequest(f"{text!r} is no PATH=VALUE", code="assignment", text=text)
        if path in found:
            raise InvalidRequest(f"{path} appears twice", code="path-twice", path=path)
        found[path] = value
    return found


def _print_failed(error: VerilapError) -> None:
    """What was done before it failed, and why it did."""
    report: Any = error.facts.get("report")
    done: Mapping[str, object] = report.to_json() if report else {}
    print_json({**done, "error": {"code": error.code, "message": error.message}})


def main(arguments: list[str] | None = None) -> None:
    """Runs the command and exits; every error becomes a sentence and an exit status here."""
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    for stream in (sys.stdout, sys.stderr):
        # Answers may hold half characters from an argument; telling of them must not fail.
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    context = Context(read_language(os.environ))
    try:
        result = cli.main(arguments, prog_name="verilap", obj=context, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        show_error(error, context.language)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _complain(context, "interrupted")
        return 1
    except VerilapError as error:
        return _explain(context, error)
    except BrokenPipeError:
        return 1
    except Exception as error:  # noqa: BLE001 - a person must never meet a traceback
        _complain(context, "bug", kind=type(error).__name__)
        return 1


def _explain(context: Context, error: VerilapError) -> int:
    from client_sync.catalogue import explain, say

    if error.code == "store-damaged" and "moved" not in error.facts:
        sentence = say("store-damaged-found", context.language, **error.facts)
    else:
        sentence = explain(error, context.language)
    click.echo(f"{sentence} [{error.code}]", err=True)
    return 2 if isinstance(error, NONSENSE) else 1


def _complain(context: Context, code: str, **facts: object) -> None:
    context.say(code, is_aside=True, **facts)
