"""
Work of a device that cannot sync: a file that only the office opens, taken in there, never lost or doubled.

By the real commands. Broken on purpose, each seen here: a revoked device, a forged file or recovered work
that was accepted; the device's own copy that stayed held; a file of which the first half was taken before the
second was found to be altered; a key of another office; a file that was replaced; `recovery.key` that was
kept for an older key.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from client_sync.cli import main
from client_sync.device import Device
from domain.canonical import Json, canonical_bytes, digest_of
from domain.files import FileAnswer, file_hash, read_file_answer
from schemas import recovery_key
from schemas.recovery_key import read_private, write_private
from schemas.sealing import UNSENT, open_sealed, public_of, seal
from schemas.unsent import Manifest, UnsentFile, digest_of_ids, prove, write_lines
from server.cli import main as server_main
from server.clock import now_ms
from server.config import Config
from server.installation import initialise
from server.services import accounts
from server.services.enrol import make_code
from server.services.tokens import hash_token
from tests.support.attached import PHOTO_FORM, photo
from tests.support.builders import new_id, submission_json
from tests.support.filings import KECAMATAN, REGENCY, VILLAGE
from tests.support.ledger_check import assert_sound
from tests.support.local_line import KEY, URL, LocalLine, enrolled, impatient
from tests.support.office import Office
from tests.support.server import environment_of
from tests.support.terminal import Ended
from tests.support.uploading import holders, kept_bytes

PASSPHRASE: Final = "kata sandi kunci kantor"
FORM: Final = "verifikasi_anak"
Run = Callable[..., Ended]
Serve = Callable[..., Result]
DEVICE_PASSPHRASE: Final = "an officer's passphrase"


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """`tests/property/test_sealing.py` has the real cost."""
    monkeypatch.setattr(recovery_key, "COST", {"n": 2, "r": 1, "p": 1})


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    made = Config(tmp_path / "server", database_url)
    initialise(made)
    return made


@pytest.fixture
def office(config: Config) -> Iterator[Office]:
    made = Office(config.database_url, config.data)
    made.person("head", "head", REGENCY)
    yield made
    made.close()


@pytest.fixture
def serve(config: Config, office: Office) -> Serve:
    """Runs `verilap-server`."""

    def run(*arguments: object, passphrase: str = PASSPHRASE, language: str = "en_US.UTF-8") -> Result:
        env: dict[str, str | None] = {**environment_of(config), "LANG": language}
        env["VERILAP_RECOVERY_PASSPHRASE"] = passphrase
        return CliRunner().invoke(server_main, [str(one) for one in arguments], env=env)

    return run


@pytest.fixture
def key(serve: Serve, tmp_path: Path) -> Path:
    """The office's private key."""
    file = tmp_path / "office.key"
    made = serve("recovery-key", "new", "--out", file)
    assert made.exit_code == 0, made.output
    return file


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def verilap(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `verilap` on Asha's device."""

    def run(*arguments: object, language: str = "en", passphrase: str = PASSPHRASE, key: str = KEY) -> Ended:
        names = {"HOME": str(home), "KEY": key, "LANG": language, "RECOVERY_PASSPHRASE": passphrase}
        for name, value in names.items():
            monkeypatch.setenv(f"VERILAP_{name}", value)
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(one) for one in arguments])
        printed = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Ended(end.value.code, printed.out, printed.err)

    return run


@pytest.fixture
def phone(office: Office, key: Path, home: Path) -> Iterator[Device]:
    """Asha's, which knows the office's key; Budi's record is on it."""
    budi = office.device("budi", "officer", KECAMATAN)
    budi.sync(budi.submission(READING, {"a": "what she has only read"}))
    office.person("asha", "officer", KECAMATAN)
    with enrolled(office, "asha", home) as opened:
        opened.sync()
        yield opened


READING: Final = new_id()


def logged(office: Office) -> dict[str, tuple[str, str | None, str]]:
    """Status, code and account of every operation but Budi's."""
    query = "SELECT id, status, code, account FROM operation WHERE author <> 'budi'"
    with office.store.read() as connection:
        return {row.id: (row.status, row.code, row.account) for row in connection.execute(text(query))}


def forged(phone: Device, public: bytes, operations: list[dict[str, Json]], **told: Any) -> bytes:
    """A file as the device would write it, or one that says something else."""
    lines = [canonical_bytes({**one}) for one in operations]
    replica = phone.store.settings.replica
    assert replica
    facts = {
        "replica": replica.id,
        "author": "asha",
        "made": 1,
        "app": "0",
        "count": len(lines),
        "digest": digest_of_ids(digest_of(one) for one in lines),
        "is_recovered": False,
        **told,
    }
    token = facts.pop("token", phone.identity.token)
    manifest = Manifest(**facts)
    proof = prove(manifest, hash_token(token))
    return b"".join(seal(write_lines(manifest, proof, lines), public, UNSENT, os.urandom(32)))


def submissions(phone: Device, count: int) -> list[dict[str, Json]]:
    replica = phone.store.settings.replica
    assert replica
    about: dict[str, Any] = {
        "author": "asha",
        "replica": replica.id,
        "form": f"{FORM}@2026010101",
        "village": VILLAGE,
    }
    return [submission_json({"a": "x" * 200}, record=new_id(), n=1000 + i, **about) for i in range(count)]


def test_a_locked_device_hands_its_work_over_in_a_file_and_its_own_copies_are_duplicates(
    office: Office, phone: Device, key: Path, verilap: Run, serve: Serve, tmp_path: Path
) -> None:
    filed = [phone.new(FORM, VILLAGE, {"a": f"a secret {i}", "r": "restricted"}).record for i in range(3)]
    phone.store.settings.put("lock", "AAAAAAAAAAA")
    out = tmp_path / "work"
    written = verilap("unsent", "--out", out)
    assert (written.status, "3 unsent changes" in written.out) == (0, True), written.err
    data = out.read_bytes()
    assert not any(word in data for word in (b"secret", b"restricted", b"asha"))
    private = read_private(key.read_bytes(), PASSPHRASE)
    with out.open("rb") as opened:
        plain = b"".join(open_sealed(opened, private, UNSENT))
    assert (b"a secret 2" in plain, b"only read" in plain) == (True, False)
    for known in (0, 3):
        taken = serve("take-unsent", out, "--key", key, "--by", "head")
        assert taken.exit_code == 0, taken.output
        assert f"3 changes of asha: 3 accepted, 0 held back, 0 left out; {known} of them" in taken.output
    assert set(logged(office).values()) == {("ok", None, "asha")}
    phone.store.settings.put("lock", None)
    report = phone.sync()
    assert (report.is_quiet, report.sent, report.verdicts["ok"], report.sent_again) == (True, 3, 3, 0)
    assert set(filed) < {one.record for one in phone.dossiers()}
    assert phone.sync().traffic.requests == 1
    with office.store.read() as connection:
        assert_sound(connection)
        audited = connection.execute(text("SELECT account FROM audit WHERE action = 'unsent-taken'"))
        assert list(audited.scalars()) == ["head", "head"]


def attached(office: Office, phone: Device, folder: Path) -> tuple[str, FileAnswer]:
    """A form with a photo that no sync has seen."""
    record = phone.new("foto", VILLAGE, {"nama": "Asha"}).record
    (folder / "rumah.jpg").write_bytes(photo(1, 800, 600))
    phone.attach(record, "foto", folder / "rumah.jpg")
    answer = read_file_answer(phone.dossier(record).answers["foto"])
    assert answer
    return record, answer


@pytest.fixture
def photographer(office: Office, phone: Device) -> Device:
    office.publish(PHOTO_FORM)
    phone.sync()
    return phone


def test_photos_go_along_and_are_the_authors(
    office: Office, photographer: Device, key: Path, verilap: Run, serve: Serve, tmp_path: Path
) -> None:
    """Broken on purpose: photos left out of the file; of a device whose text was sent, no file at all."""
    phone, out = photographer, tmp_path / "work"
    _, answer = attached(office, phone, tmp_path)
    written = verilap("unsent", "--out", out)
    assert "2 photos and files" in written.out, written.err
    assert b"JFIF" not in out.read_bytes()
    for _ in range(2):
        taken = serve("take-unsent", out, "--key", key, "--by", "head")
        assert (taken.exit_code, "2 photos and files of asha kept" in taken.output) == (0, True), taken.output
    kept = phone.store.files.find(answer.hash)
    assert kept
    assert kept_bytes(office, answer.hash) == phone.store.files.read(kept)
    assert holders(office, answer.hash, "asha", "budi") == {"asha"}
    report = phone.sync()
    assert (report.is_quiet, report.files.known, report.files.sent) == (True, 2, 0)


def test_a_device_whose_text_was_sent_hands_its_photos_over_alone(
    office: Office, photographer: Device, key: Path, verilap: Run, serve: Serve, tmp_path: Path
) -> None:
    phone, out = photographer, tmp_path / "work"
    phone.store.settings.put("originals", "wifi")
    _, answer = attached(office, phone, tmp_path)
    phone.sync()
    written = verilap("unsent", "--out", out)
    assert (written.status, "1 photos and files" in written.out) == (0, True), written.err
    assert serve("take-unsent", out, "--key", key, "--by", "head").exit_code == 0
    assert kept_bytes(office, answer.hash)
    assert phone.sync().files.waiting == 0


SPOILT: Final[dict[str, Callable[[UnsentFile], UnsentFile]]] = {
    "altered": lambda one: one._replace(pieces=[b"x" * one.size]),
    "short": lambda one: one._replace(pieces=list(one.pieces)[:-1]),
    "long": lambda one: one._replace(pieces=[*one.pieces, b"x"]),
    "size": lambda one: one._replace(size=one.size - 1),
    "hash": lambda one: one._replace(hash="x" * 43),
    "huge": lambda one: one._replace(size=51 * 1024 * 1024),
}


def test_of_a_file_with_a_photo_that_is_spoilt_nothing_is_taken(
    office: Office, photographer: Device, key: Path, serve: Serve, tmp_path: Path
) -> None:
    """Broken on purpose: the hash not compared; a size not looked at; what stands behind it left aside."""
    phone, public = photographer, public_of(read_private(key.read_bytes(), PASSPHRASE))
    operations = [canonical_bytes({**one}) for one in submissions(phone, 1)]
    data = photo()
    hash_ = file_hash(sha256(data).digest())
    replica = phone.store.settings.replica
    assert replica
    digest = digest_of_ids([*map(digest_of, operations), hash_])
    manifest = Manifest(replica.id, "asha", 1, "0", 1, digest, False, 1)
    proof = prove(manifest, hash_token(phone.identity.token))
    whole = UnsentFile(hash_, len(data), [data[:1000], data[1000:]])
    files = {how: spoil(whole) for how, spoil in SPOILT.items()}
    for how, file in {**files, "whole": whole}.items():
        out = tmp_path / how
        lines = write_lines(manifest, proof, operations, [file])
        out.write_bytes(b"".join(seal(lines, public, UNSENT, os.urandom(32))))
        taken = serve("take-unsent", out, "--key", key, "--by", "head")
        assert (taken.exit_code, "unsent-malformed" in taken.output) == (
            (0, False) if how == "whole" else (1, True)
        )
        assert len(logged(office)) == (1 if how == "whole" else 0), how


def test_what_is_recovered_without_the_officer_waits_for_a_person_or_for_himself(
    office: Office, key: Path, home: Path, verilap: Run, serve: Serve, tmp_path: Path
) -> None:
    office.person("asha", "officer", KECAMATAN)
    with office.store.write() as connection:
        code = make_code(connection, "asha", now_ms())
    connect: Any = lambda _url: LocalLine(office.client)  # noqa: E731
    with Device.open(home, DEVICE_PASSPHRASE, connect=connect, patience=impatient()) as phone:
        phone.enroll(URL, code)
        first, second = (phone.new(FORM, VILLAGE, {"a": str(i)}) for i in range(2))
        shutil.copytree(home, tmp_path / "found")
        before = {file.name: file.read_bytes() for file in (tmp_path / "found").iterdir()}
        out = tmp_path / "recovered"
        wrong = verilap("recover", tmp_path / "found", "--key", key, "--out", out, passphrase="guessed")
        assert (wrong.status, "[recovery-key-closed]" in wrong.err) == (2, True)
        done = verilap("recover", tmp_path / "found", "--key", key, "--out", out)
        assert (done.status, "2 unsent changes" in done.out) == (0, True), done.err
        assert {file.name: file.read_bytes() for file in (tmp_path / "found").iterdir()} == before
        taken = serve("take-unsent", out, "--key", key, "--by", "head")
        assert "2 held back" in taken.output
        assert "Nobody vouches" in taken.output
        assert set(logged(office).values()) == {("held", "from-file", "asha")}
        head = office.api("head", "head", REGENCY)
        decided = head.post(f"held/{first.operations[0]}", {"decision": "ok", "reason": "it is hers"})
        assert decided[0] == 200, decided
        report = phone.sync()
        assert (report.is_quiet, report.refused) == (True, [])
        assert {status for status, *_ in logged(office).values()} == {"ok"}
        assert {one.record for one in phone.dossiers()} == {first.record, second.record}
        assert phone.store.outbox.refused() == []
    with office.store.read() as connection:
        assert_sound(connection)


def test_the_work_of_a_revoked_device_a_closed_account_or_no_device_at_all_is_held(
    office: Office, phone: Device, key: Path, serve: Serve, tmp_path: Path
) -> None:
    public = public_of(read_private(key.read_bytes(), PASSPHRASE))

    def taken(name: str, **told: Any) -> set[tuple[str, str | None, str]]:
        (one,) = submissions(phone, 1)
        (tmp_path / name).write_bytes(forged(phone, public, [one], **told))
        done = serve("take-unsent", tmp_path / name, "--key", key, "--by", "head")
        assert done.exit_code == 0, done.output
        return {logged(office)[digest_of(canonical_bytes({**one}))]}

    assert taken("sound") == {("ok", None, "asha")}
    held = {("held", "from-file", "asha")}
    assert taken("forged", token="a" * 43) == held
    assert taken("recovered", is_recovered=True) == held
    with office.store.write() as connection:
        accounts.disable_account(connection, "asha", now_ms())
    assert taken("closed") == held
    with office.store.write() as connection:
        accounts.enable_account(connection, "asha", now_ms())
    assert taken("open") == {("ok", None, "asha")}
    office.revoke("asha")
    assert taken("revoked") == held


def test_more_than_a_request_holds_is_taken_in_and_a_file_that_is_not_whole_leaves_nothing_behind(
    office: Office, phone: Device, key: Path, serve: Serve, tmp_path: Path
) -> None:
    public = public_of(read_private(key.read_bytes(), PASSPHRASE))
    many = submissions(phone, 600)
    good = forged(phone, public, many)
    bad = {
        "empty": (b"", "sealed-not"),
        "another file": (b"PK" + good, "sealed-not"),
        "cut": (good[:-1], "sealed-altered"),
        "cut at a piece": (good[: -(len(good) % 65552 or 65552)], "sealed-altered"),
        "flipped at its end": (good[:-9] + bytes([good[-9] ^ 1]) + good[-8:], "sealed-altered"),
        "of a stranger": (forged(phone, public, many[:1], author="nobody"), "unsent-author"),
        "with less": (forged(phone, public, many[:2], count=3), "unsent-malformed"),
        "with more": (forged(phone, public, many[:2], count=1), "unsent-malformed"),
        "with others": (forged(phone, public, many[:2], digest=digest_of(b"x")), "unsent-malformed"),
        "of no store": (forged(phone, public, many[:1], replica="x"), "unsent-malformed"),
        "of nothing": (forged(phone, public, []), "unsent-malformed"),
        "of noise": (b"".join(seal([b"noise" * 99_999], public, UNSENT, b"7" * 32)), "unsent-malformed"),
        "of one long line": (
            b"".join(seal([b"x" * 3_000_000], public, UNSENT, b"7" * 32)),
            "unsent-malformed",
        ),
    }
    for name, (data, code) in bad.items():
        (tmp_path / "file").write_bytes(data)
        refused = serve("take-unsent", tmp_path / "file", "--key", key, "--by", "head")
        assert (refused.exit_code, f"({code})" in refused.output) == (1, True), (name, refused.output)
    for by, code in (("asha", "not-allowed"), ("nobody", "unknown-account")):
        refused = serve("take-unsent", tmp_path / "file", "--key", key, "--by", by)
        assert (refused.exit_code, f"({code})" in refused.output) == (1, True), refused.output
    assert serve("take-unsent", tmp_path / "none", "--key", key, "--by", "head").exit_code == 1
    assert logged(office) == {}
    (tmp_path / "file").write_bytes(good)
    taken = serve("take-unsent", tmp_path / "file", "--key", key, "--by", "head")
    assert "600 changes of asha: 600 accepted" in taken.output, taken.output
    assert len(logged(office)) == 600


def test_a_new_key_is_told_and_what_was_sealed_to_the_older_one_is_opened_by_that(
    office: Office, phone: Device, key: Path, home: Path, verilap: Run, serve: Serve, tmp_path: Path
) -> None:
    again = serve("recovery-key", "new", "--out", key)
    assert (again.exit_code, "(file-exists)" in again.output) == (1, True)
    assert key.stat().st_mode & 0o077 == (home / "recovery.key").stat().st_mode & 0o077 == 0
    phone.new(FORM, VILLAGE, {"a": "1"})
    verilap("unsent", "--out", tmp_path / "old")
    newer = tmp_path / "newer.key"
    assert serve("recovery-key", "new", "--out", newer).exit_code == 0
    listed = serve("recovery-key", "list").stdout.splitlines()
    assert ["told to devices" in one for one in listed] == [False, True]
    crossed = serve("take-unsent", tmp_path / "old", "--key", newer, "--by", "head")
    assert (crossed.exit_code, "(sealed-other-key)" in crossed.output) == (1, True)
    before = (home / "recovery.key").read_bytes()
    shutil.copytree(home, tmp_path / "before")
    phone.sync()
    assert (home / "recovery.key").read_bytes() != before
    phone.new(FORM, VILLAGE, {"a": "2"})
    for folder, right, wrong, count in ((tmp_path / "before", key, newer, 1), (home, newer, key, 1)):
        refused = verilap("recover", folder, "--key", wrong, "--out", tmp_path / "never")
        assert (refused.status, "[sealed-other-key]" in refused.err) == (2, True)
        out = folder.with_name(f"{folder.name}-out")
        assert f"{count} unsent" in verilap("recover", folder, "--key", right, "--out", out).out
        assert serve("take-unsent", out, "--key", right, "--by", "head").exit_code == 0
    (home / "recovery.key").write_bytes(b"altered")
    verilap("status")
    done = verilap("recover", home, "--key", newer, "--out", tmp_path / "mended")
    assert done.status == 0, done.err


def test_the_key_of_another_office_opens_nothing_here(
    office: Office, phone: Device, key: Path, serve: Serve, tmp_path: Path
) -> None:
    strange = tmp_path / "strange.key"
    strange.write_bytes(write_private(b"9" * 32, PASSPHRASE, bytes(16)))
    (tmp_path / "file").write_bytes(forged(phone, public_of(b"9" * 32), submissions(phone, 1)))
    for file, code in ((strange, "unknown-recovery-key"), (tmp_path / "file", "recovery-key-file")):
        refused = serve("take-unsent", tmp_path / "file", "--key", file, "--by", "head")
        assert (refused.exit_code, f"({code})" in refused.output) == (1, True), refused.output
    closed = serve("take-unsent", tmp_path / "file", "--key", key, "--by", "head", passphrase="guessed")
    assert "(recovery-key-closed)" in closed.output
    assert (
        "(recovery-passphrase)" in serve("recovery-key", "new", "--out", tmp_path / "n", passphrase="").output
    )
    assert not (tmp_path / "n").exists()


def test_a_device_says_what_it_lacks_and_replaces_no_file(
    office: Office, home: Path, verilap: Run, serve: Serve, tmp_path: Path
) -> None:
    office.person("asha", "officer", KECAMATAN)
    key, out = tmp_path / "office.key", tmp_path / "out"
    with enrolled(office, "asha", home) as phone:
        phone.sync()
        told = verilap("unsent", "--out", out)
        assert (told.status, "[no-office-key]" in told.err) == (1, True)
        assert not (home / "recovery.key").exists()
        assert serve("recovery-key", "new", "--out", key).exit_code == 0
        told = verilap("recover", home, "--key", key, "--out", out)
        assert (told.status, "[no-recovery-file]" in told.err) == (1, True)
        phone.sync()
        told = verilap("unsent", "--out", out)
        assert (told.status, "Nothing is unsent" in told.out, out.exists()) == (0, True, False)
        phone.new(FORM, VILLAGE, {"a": "1"})
        out.write_text("somebody's")
        for arguments in (("unsent",), ("recover", home, "--key", key)):
            told = verilap(*arguments, "--out", out, language="id")
            assert (told.status, "[file-exists]" in told.err, out.read_text()) == (2, True, "somebody's")
        told = verilap("unsent", "--out", tmp_path / "no" / "folder")
        assert (told.status, "[out-file]" in told.err) == (1, True)
        told = verilap("recover", home, "--key", tmp_path / "none", "--out", tmp_path / "x")
        assert (told.status, "[key-file]" in told.err) == (2, True)
        told = verilap("recover", home, "--key", key, "--out", tmp_path / "x", passphrase="")
        assert (told.status, "[recovery-passphrase]" in told.err) == (2, True)
        (tmp_path / "other").mkdir()
        with enrolled(office, "asha", tmp_path / "other" / "home"):
            shutil.copy(home / "recovery.key", tmp_path / "kept")
        (home / "device.db").write_bytes(b"damaged" * 9999)
        told = verilap("recover", home, "--key", key, "--out", tmp_path / "x")
        assert (told.status, "[recovery-stale]" in told.err) == (1, True)


def test_a_file_is_there_whole_or_not_at_all_whenever_its_writer_is_killed(
    office: Office, phone: Device, key: Path, home: Path, serve: Serve, tmp_path: Path
) -> None:
    for i in range(40):
        phone.new(FORM, VILLAGE, {"a": f"unsent {i}"})
    environment = {**os.environ, "VERILAP_HOME": str(home), "VERILAP_KEY": KEY}
    folder = tmp_path / "out"
    folder.mkdir()
    for i in range(12):
        command = "from client_sync.cli import main; import sys; main(sys.argv[1:])"
        arguments = [sys.executable, "-c", command, "unsent", "--out", str(folder / f"file-{i}")]
        process = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL)
        try:
            process.wait(0.25 + i * 0.03)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    assert not any(b"unsent 7" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for file in folder.glob("file-*"):
        if file.suffix == "":
            done = serve("take-unsent", file, "--key", key, "--by", "head")
            assert "40 changes of asha: 40 accepted" in done.output
    assert phone.store.outbox.count_queued() == 40
    assert phone.sync().verdicts["ok"] == 40
