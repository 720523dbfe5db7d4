"""
A phone has a store that `verilap` opens: what is unsent comes to the office from its own files.

The phone's code runs in Node.js over the files of a real store. Broken on purpose, each seen here: another
cipher than SQLCipher's; the log left out of what is handed over; `recovery.key` with the spelling of the
key; the last piece of a sealed file not marked as such; the proof made with the token instead of its digest;
a size in the archive that is none.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from client_sync.cli import main
from client_sync.database import open_database
from client_sync.store import Store
from schemas import recovery_key
from server.cli import main as server_main
from server.config import Config
from server.installation import initialise
from tests.support.attached import PHOTO_FORM, photo
from tests.support.filings import KECAMATAN, REGENCY, VILLAGE
from tests.support.local_line import KEY, enrolled
from tests.support.office import Office
from tests.support.phone_app import run_typescript
from tests.support.server import environment_of
from tests.support.terminal import Ended
from tests.support.uploading import kept_bytes

pytestmark = pytest.mark.engine

PASSPHRASE: Final = "kata sandi kunci kantor"
RAW_KEY: Final = KEY[2:-1]
Run = Callable[..., Ended]
Serve = Callable[..., Result]


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery_key, "COST", {"n": 2, "r": 1, "p": 1})


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = Config(tmp_path / "server", f"sqlite:///{tmp_path / 'verilap.db'}")
    initialise(made)
    return made


@pytest.fixture
def office(config: Config) -> Iterator[Office]:
    made = Office(config.database_url, config.data)
    made.person("head", "head", REGENCY)
    made.person("asha", "officer", KECAMATAN)
    made.publish(PHOTO_FORM)
    yield made
    made.close()


@pytest.fixture
def serve(config: Config, office: Office) -> Serve:
    def run(*arguments: object) -> Result:
        env: dict[str, str | None] = {**environment_of(config), "VERILAP_RECOVERY_PASSPHRASE": PASSPHRASE}
        return CliRunner().invoke(server_main, [str(one) for one in arguments], env=env)

    return run


@pytest.fixture
def key(serve: Serve, tmp_path: Path) -> Path:
    """The office's private key."""
    file = tmp_path / "office.key"
    assert serve("recovery-key", "new", "--out", file).exit_code == 0
    return file


@pytest.fixture
def phone(office: Office, key: Path, tmp_path: Path) -> Path:
    """A store with three unsent forms, one of them with a photo, which stand in its log: it was killed."""
    home = tmp_path / "home"
    with enrolled(office, "asha", home) as device:
        device.sync()
        for name in ("Budi", "Citra"):
            device.new("foto", VILLAGE, {"nama": name})
        record = device.new("foto", VILLAGE, {"nama": "Dewi"}).record
        (tmp_path / "rumah.jpg").write_bytes(photo(1, 800, 600))
        device.attach(record, "foto", tmp_path / "rumah.jpg")
        killed = shutil.copytree(home, tmp_path / "phone")
    (killed / "recovery.key").unlink()
    run_typescript("hand_over.ts", killed, RAW_KEY)
    return killed


@pytest.fixture
def recover(key: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `verilap recover` in the office."""

    def run(source: Path, out: Path) -> Ended:
        monkeypatch.setenv("VERILAP_RECOVERY_PASSPHRASE", PASSPHRASE)
        monkeypatch.setenv("VERILAP_LANG", "en")
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(["recover", str(source), "--key", str(key), "--out", str(out)])
        printed = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Ended(end.value.code, printed.out, printed.err)

    return run


def logged(office: Office) -> list[str]:
    with office.store.read() as connection:
        found = connection.execute(text("SELECT status FROM operation WHERE author = 'asha'"))
        return list(found.scalars())


def test_the_device_opens_what_the_phone_has_written_and_not_yet_moved_out_of_its_log(
    phone: Path, tmp_path: Path
) -> None:
    assert (phone / "device.db-wal").stat().st_size > 0
    copied = shutil.copytree(phone, tmp_path / "copied")
    store = Store.over(open_database(copied, KEY, 1))
    assert store.settings.get("from-the-phone") == "a canary of the phone"
    assert len(store.outbox.unsent_ids()) == 4
    store.close()
    for file in phone.iterdir():
        assert b"canary" not in file.read_bytes(), file


def test_unsent_work_that_the_phone_sealed_is_taken_in_as_if_it_had_come_by_a_sync(
    office: Office, phone: Path, key: Path, serve: Serve
) -> None:
    for known in (0, 4):
        taken = serve("take-unsent", phone / "unsent", "--key", key, "--by", "head")
        assert taken.exit_code == 0, taken.output
        assert f"4 changes of asha: 4 accepted, 0 held back, 0 left out; {known} of them" in taken.output
        assert "2 photos and files of asha kept" in taken.output
    assert logged(office) == ["ok"] * 4
    store = Store.over(open_database(phone, KEY, 1))
    assert all(kept_bytes(office, one.hash) == store.files.read(one) for one in store.files.all())
    store.close()


@pytest.mark.parametrize("source", ["folder", "archive"])
def test_the_office_takes_unsent_work_out_of_a_phone_whose_pin_is_forgotten(
    source: str, office: Office, phone: Path, key: Path, serve: Serve, recover: Run, tmp_path: Path
) -> None:
    """From the folder as from the one file that the phone hands over."""
    given, out = phone if source == "folder" else phone / "store.zip", tmp_path / "out"
    done = recover(given, out)
    assert (done.status, "4 unsent changes" in done.out) == (0, True), done.err
    taken = serve("take-unsent", out, "--key", key, "--by", "head")
    assert "4 held back" in taken.output, taken.output
    assert logged(office) == ["held"] * 4


def test_an_archive_that_is_none_or_lacks_the_key_is_refused(
    phone: Path, recover: Run, tmp_path: Path
) -> None:
    whole = (phone / "store.zip").read_bytes()
    lacking = phone / "lacking.zip"
    lacking.write_bytes(whole.replace(b"recovery.key", b"something.el"))
    torn = phone / "torn.zip"
    torn.write_bytes(whole[:-30])
    for source in (lacking, torn, phone / "unsent", phone / "absent"):
        done = recover(source, tmp_path / "out")
        assert (done.status, "[no-recovery-file]" in done.err) == (1, True), done.err
    assert not (tmp_path / "out").exists()
