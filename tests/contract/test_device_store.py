"""The device store, as the phone app's must be too: encrypted, durable, checked when it is opened.

Broken on purpose: `synchronous=NORMAL` left in place; the settings not read back; a damaged file
opened as if it were whole; a file that was lost opened as a new one; the counter taken in a
transaction of its own; a draft that a sync altered.
"""

import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from client_sync import database
from client_sync.database import FILE, KEY_CHECK, RECOVERY, raw_key, spelt_key
from client_sync.device import Device
from client_sync.errors import NotEnrolled, StoreDamaged, StoreFailed, StoreTooNew, StoreUnsound, WrongKey
from client_sync.sql import schema_files, statements
from client_sync.store import Store, open_store
from client_sync.store.files import PIECE, KeptFile
from client_sync.store.outbox import KEPT_MS
from domain.errors import InvalidRequest, VerilapError
from domain.files import FileAnswer
from schemas.replies import ACCEPTED, HELD, PublishedForm, Verdict, Whole
from server.store import transactions
from tests.support.builders import RECORD, REPLICA, VILLAGE, edit, operation
from tests.support.devices import KEY, Fleet, fleet
from tests.support.loopback import FORM

__all__ = ["fleet"]

RELEASED_0001 = "af109c0050595700"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = open_store(tmp_path, KEY, 1)
    made.settings.begin_replica(REPLICA)
    return made


# --- opening -------------------------------------------------------------------------------------


def test_the_settings_that_durability_rests_on_are_in_force(store: Store) -> None:
    pragma = store.database.pragma
    assert (pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")) == ("wal", 2, 1)
    assert pragma("cipher_version")


def test_a_library_that_ignores_a_setting_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SETTINGS", (("journal_mode", "DELETE", "wal"),))
    with pytest.raises(StoreFailed):
        open_store(tmp_path, KEY, 1)


def test_the_library_has_no_fault_of_the_write_ahead_log() -> None:
    """Two processes may share the store, which before 3.51.3 could lose committed rows."""
    assert dbapi2.sqlite_version_info >= (3, 51, 3)


def test_nothing_readable_is_on_the_disk(store: Store, tmp_path: Path) -> None:
    store.save(operation([("nama", "Rahasia Sekali", ())]), 1)
    for file in tmp_path.iterdir():
        data = file.read_bytes()
        assert b"Rahasia" not in data
        assert b"SQLite format" not in data
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(tmp_path / FILE).execute("SELECT * FROM operation")


@pytest.mark.parametrize("key", ["it's; DROP TABLE--", "kata sandi ü 🔑", "x'" + "5a" * 32 + "'"])
def test_the_key_that_a_passphrase_makes_opens_the_store_too_and_says_nothing_of_the_passphrase(
    tmp_path: Path, key: str
) -> None:
    """What the office gets in `recovery.key`. Broken on purpose: another number of rounds."""
    made = open_store(tmp_path, key, 1)
    made.settings.put("x", "kept")
    raw = raw_key(made.database, key)
    made.close()
    (tmp_path / KEY_CHECK).unlink()
    opened = open_store(tmp_path, spelt_key(raw), 1)
    assert opened.settings.get("x") == "kept"
    opened.close()


def test_what_opens_a_damaged_store_is_moved_aside_with_it(tmp_path: Path) -> None:
    """Broken on purpose: `recovery.key` stayed, and would have been taken for that of the next store."""
    open_store(tmp_path, KEY, 1).close()
    (tmp_path / RECOVERY).write_bytes(b"sealed")
    (tmp_path / FILE).write_bytes(b"not a database" * 999)
    with pytest.raises(StoreDamaged) as damaged:
        open_store(tmp_path, KEY, 1)
    assert (Path(str(damaged.value.facts["moved"])) / RECOVERY).read_bytes() == b"sealed"
    assert not (tmp_path / RECOVERY).exists()


def test_only_its_owner_may_read_the_folder(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    open_store(home, KEY, 1)
    assert home.stat().st_mode & 0o777 == 0o700
    assert all(file.stat().st_mode & 0o077 == 0 for file in home.iterdir() if file.suffix != ".db-shm")


@pytest.mark.parametrize("key", ["geheim", "it's; DROP TABLE--", 'x"y', "kata sandi ü 🔑", "x'00'"])
def test_any_passphrase_opens_its_own_store_and_no_other_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(database, "ROUNDS", 10)
    open_store(tmp_path, key, 1).close()
    open_store(tmp_path, key, 2).close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(WrongKey):
        open_store(tmp_path, key + "x", 3)
    assert (tmp_path / FILE).read_bytes() == before
    open_store(tmp_path, key, 4).close()


def test_a_store_of_a_newer_version_is_left_alone(store: Store, tmp_path: Path) -> None:
    store.database._connection.execute("PRAGMA user_version = 9999")
    store.close()
    with pytest.raises(StoreTooNew):
        open_store(tmp_path, KEY, 1)


def test_a_library_that_can_lose_committed_rows_is_refused_before_anything_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: `open_database` did not look; it looked after it had made the folder."""
    monkeypatch.setattr(dbapi2, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(StoreUnsound) as caught:
        open_store(tmp_path / "home", KEY, 1)
    assert caught.value.facts == {"version": "3.51.2", "least": "3.51.3"}
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("check", [database.check_sqlite_version, transactions.check_sqlite_version])
def test_server_and_device_draw_the_line_at_the_same_version(
    check: Callable[[tuple[int, ...]], None],
) -> None:
    """Broken on purpose: one of the two constants was set to 3.51.2; `<` became `<=`."""
    check((3, 51, 3))
    check((3, 52, 0))
    check((4, 0, 0))
    for version in ((3, 51, 2), (3, 50, 7), (3, 7, 0)):
        with pytest.raises(VerilapError) as caught:
            check(version)
        assert caught.value.code == "store-unsound"


def test_a_step_of_the_schema_is_taken_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = schema_files()[0]
    half = first._replace(statements=(*first.statements[:3], "CREATE TABLE broken (", *first.statements[3:]))
    with monkeypatch.context() as patch:
        patch.setattr(database, "schema_files", lambda: (half,))
        with pytest.raises(StoreFailed):
            open_store(tmp_path, KEY, 1)
    assert open_store(tmp_path, KEY, 1).records.ids() == []


# --- damage --------------------------------------------------------------------------------------


def filled(home: Path) -> int:
    """A store with some megabytes, every page of it in use; gives the size of its file."""
    store = open_store(home, KEY, 1)
    store.settings.begin_replica(REPLICA)
    with store.transaction():
        for n in range(1, 60):
            store.save(operation([("nama", "x" * 20_000, ())], n=n), 1)
    store.database._connection.execute("VACUUM")  # nobody reads a free page, nor misses it
    store.close()
    return (home / FILE).stat().st_size


@pytest.mark.parametrize("place", [0, 0.0001, 0.3, 0.5, 0.99])
@pytest.mark.parametrize("fault", ["bit", "zeroes", "cut"])
def test_a_damaged_file_is_noticed_and_moved_aside_never_deleted(
    tmp_path: Path, place: float, fault: str
) -> None:
    size = filled(tmp_path)
    at = int(size * place) // 4096 * 4096 + (1000 if fault == "bit" else 0)
    damage(tmp_path / FILE, fault, at)
    damaged = (tmp_path / FILE).read_bytes()
    with pytest.raises((StoreDamaged, WrongKey)) as failure:
        open_store(tmp_path, KEY, 7)
    assert isinstance(failure.value, StoreDamaged)
    moved = Path(str(failure.value.facts["moved"]))
    assert (moved / FILE).read_bytes() == damaged
    assert not (tmp_path / FILE).exists()
    open_store(tmp_path, KEY, 8).close()  # and one can begin anew


def damage(file: Path, fault: str, at: int) -> None:
    data = bytearray(file.read_bytes())
    if fault == "bit":
        data[at] ^= 1
    elif fault == "zeroes":
        data[at : at + 4096] = bytes(4096)
    else:
        del data[at:]
    file.write_bytes(data)


def test_a_damaged_file_and_a_wrong_key_leave_the_file_where_it_is(tmp_path: Path) -> None:
    size = filled(tmp_path)
    damage(tmp_path / FILE, "bit", size // 2)
    with pytest.raises(WrongKey):
        open_store(tmp_path, KEY.replace("5a", "5b"), 7)
    assert (tmp_path / FILE).exists()


def test_a_store_that_is_gone_is_no_new_store(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / FILE).unlink()
    with pytest.raises(StoreDamaged):
        Device.open(tmp_path, KEY, create=False)
    with pytest.raises(NotEnrolled):
        Device.open(tmp_path, KEY, create=False)


def test_without_its_key_digest_a_store_is_never_called_damaged(tmp_path: Path) -> None:
    """A wrong passphrase would look the same."""
    size = filled(tmp_path)
    (tmp_path / KEY_CHECK).unlink()
    damage(tmp_path / FILE, "bit", size // 2)
    with pytest.raises(WrongKey):
        open_store(tmp_path, KEY, 1)
    assert (tmp_path / FILE).exists()


def test_damage_inside_a_row_is_noticed_when_it_is_read(store: Store) -> None:
    one = operation([("nama", "a", ())])
    store.save(one, 1)
    store.database._connection.execute(
        "UPDATE operation SET raw = CAST(replace(raw, 'asha', 'budi') AS BLOB)"
    )
    store.database._connection.execute("UPDATE record SET view = X'00'")
    with pytest.raises(StoreDamaged):
        list(store.outbox.queued(10))
    with pytest.raises(StoreDamaged):
        store.records.shown(RECORD)


# --- saving --------------------------------------------------------------------------------------


def test_a_full_disk_refuses_plainly_and_leaves_what_was_saved(store: Store) -> None:
    store.save(operation(n=1), 1)
    pages = store.database.pragma("page_count")
    store.database._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreFailed):
        store.save(operation([("nama", "x" * 60_000, ())], n=2), 1)
    assert store.outbox.count_queued() == 1
    assert store.records.shown(RECORD) is not None
    store.database._connection.execute("PRAGMA max_page_count = 1000000")
    store.save(operation([("nama", "x" * 60_000, ())], n=2), 1)


def test_a_busy_store_is_told_plainly(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_MS", 1)
    other = open_store(tmp_path, KEY, 1)
    with store.transaction(), pytest.raises(StoreFailed), other.transaction():
        pass


def test_a_transaction_inside_another_is_part_of_it(store: Store) -> None:
    def fail_late() -> None:
        with store.transaction():
            store.save(operation(n=1), 1)
            with store.transaction():
                store.save(operation(n=2), 1)
            raise KeyError

    with pytest.raises(KeyError):
        fail_late()
    assert store.outbox.count_queued() == 0
    assert store.records.shown(RECORD) is None


def test_a_counter_is_never_used_twice(fleet: Fleet) -> None:
    """Not by a second process on the same store, nor after a filling that was refused."""
    asha = fleet.phone()
    again = fleet.open(asha.home)
    asha.new("anak", VILLAGE, {"nama": "a"})
    with pytest.raises(InvalidRequest):
        asha.new("anak", VILLAGE, {"nama": None})
    again.new("anak", VILLAGE, {"nama": "b"})
    asha.new("anak", VILLAGE, {"nama": "c"})
    assert [op.n for op in asha.operations()] == [1, 2, 3]


CHILD = """
    import os, signal, sys
    from pathlib import Path
    from client_sync.desk import Workspace
    from client_sync.writer import Writer
    home, key = sys.argv[1:]
    writer = Writer(Workspace.at(Path(home), key))
    while True:
        saved = writer.new("anak", "64.02.18.2007", {"nama": "x" * 500})
        os.write(1, (saved.record + chr(10)).encode())
"""


def test_what_was_shown_as_saved_survives_sigkill(fleet: Fleet) -> None:
    asha = fleet.phone()
    asha.close()
    child = [sys.executable, "-c", textwrap.dedent(CHILD), str(asha.home), KEY]
    for lines in (1, 3, 10):
        process = subprocess.Popen(child, stdout=subprocess.PIPE)
        assert process.stdout is not None
        shown = [process.stdout.readline().decode().strip() for _ in range(lines)]
        os.kill(process.pid, signal.SIGKILL)
        shown += [line.decode().strip() for line in process.stdout.readlines()]
        process.wait()
        process.stdout.close()
        again = fleet.open(asha.home)
        for record in shown:
            assert again.dossier(record).answers["nama"] == "x" * 500
        counters = [op.n for op in again.operations()]
        assert counters == list(range(1, len(counters) + 1))
        again.close()


# --- what is kept --------------------------------------------------------------------------------


def test_an_operation_is_kept_until_it_is_contained_and_ninety_days_old(store: Store) -> None:
    one, two = operation(n=1), operation([("b", "2", ())], n=2)
    store.save(one, 1)
    store.save(two, 1)
    store.outbox.acknowledge([(one.id, ACCEPTED), (two.id, Verdict(HELD))], 1000)
    store.outbox.prune(1000 + KEPT_MS + 1)
    assert store.outbox.status_of(one.id) == "ok"  # not contained yet
    store.outbox.contain_accepted(RECORD)
    store.outbox.prune(1000 + KEPT_MS)
    assert store.outbox.status_of(one.id) == "ok"
    store.outbox.prune(1000 + KEPT_MS + 1)
    assert (store.outbox.status_of(one.id), store.outbox.status_of(two.id)) == (None, "held")


def test_the_view_is_the_document_and_what_is_not_in_it(store: Store) -> None:
    first = operation([("a", "1", ()), ("$village", VILLAGE, ())], n=1)
    store.save(first, 1)
    state = store.records.shown(RECORD)
    assert state is not None
    store.outbox.acknowledge([(first.id, ACCEPTED)], 1)
    store.records.take([Whole(state, (VILLAGE,))], {})
    second = edit("a", "2", first, n=2)
    store.save(second, 1)
    assert store.records.stored(RECORD) == state
    shown = store.records.shown(RECORD)
    assert shown is not None
    assert shown.values_at("a") == ["2"]
    assert store.feeds.villages_of(RECORD) == {VILLAGE}
    store.records.drop(RECORD)
    left = store.records.shown(RECORD)
    assert left is not None
    assert (left.values_at("a"), store.records.stored(RECORD)) == (["2"], None)


def test_a_draft_survives_and_no_sync_alters_it(fleet: Fleet) -> None:
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    record = asha.new("anak", VILLAGE, {"nama": "a", "umur": "1"}).record
    asha.sync()
    budi.sync()
    draft = asha.drafts.start_correction(record)
    asha.drafts.type_answer(draft.id, "nama", "c")
    budi.set(record, {"nama": "b"})
    budi.sync()
    asha.sync()
    asha.close()
    again = fleet.open(asha.home)
    assert [(one.path, one.value) for one in again.store.drafts.answers(draft.id)] == [("nama", "c")]
    again.drafts.finish_draft(draft.id)
    # What Asha typed before she could see it does not replace Budi's answer.
    assert {seen.value for seen in again.dossier(record).conflicts["nama"]} == {"b", "c"}
    assert again.store.drafts.all() == []


# --- files ---------------------------------------------------------------------------------------

FILE_HASH = "A" * 43
OTHER_HASH = "B" * 42 + "A"
OTHER_RECORD = RECORD[:-1] + "2"


def keep(store: Store, file: str, size: int = 3 * PIECE // 2, n: int = 1, record: str = RECORD) -> KeptFile:
    """A file and the operation that names it."""
    kept, data = KeptFile(file, "a.jpg", "image/jpeg", size, n), random.Random(file).randbytes(size)
    value = FileAnswer(file, "a.jpg", size, "image/jpeg").to_text()
    with store.transaction():
        store.files.add(kept, data)
        store.save(operation([("foto", value, ()), ("$village", VILLAGE, ())], record=record, n=n), n)
    return kept


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_any_part_of_a_file_is_read_as_it_was_kept(store: Store, size: int) -> None:
    """Broken on purpose: a part that begins inside a piece began at the piece."""
    kept, data = keep(store, FILE_HASH, size), random.Random(FILE_HASH).randbytes(size)
    places = sorted({0, 1, PIECE - 1, PIECE, PIECE + 1, size - 1, size} & set(range(size + 1)))
    for start in places:
        assert store.files.read(kept, start) == data[start:]
        for end in places[places.index(start) :]:
            assert store.files.read(kept, start, end - start) == data[start:end]
    assert b"".join(store.files.pieces(kept)) == data


def test_a_piece_that_is_missing_is_damage(store: Store) -> None:
    kept = keep(store, FILE_HASH)
    store.database._connection.execute("DELETE FROM file_piece WHERE position = 0")
    with pytest.raises(StoreDamaged):
        store.files.read(kept)


def test_the_same_file_is_kept_once_and_stays_as_long_as_one_record_has_it(store: Store) -> None:
    """Broken on purpose: a file went with the first of its records."""
    keep(store, FILE_HASH)
    keep(store, FILE_HASH, n=2, record=OTHER_RECORD)
    assert len(store.files.waiting()) == 1
    store.files.sent([FILE_HASH], 1)
    store.records.erase(RECORD)
    assert store.files.find(FILE_HASH) is not None
    store.records.erase(OTHER_RECORD)
    assert store.files.all() == []
    assert store.database._connection.execute("SELECT count(*) FROM file_piece").fetchone() == (0,)


def test_what_is_erased_takes_its_unsent_files_along(store: Store) -> None:
    keep(store, FILE_HASH)
    keep(store, OTHER_HASH, n=2, record=OTHER_RECORD)
    store.records.erase(RECORD)
    assert [one.hash for one in store.files.all()] == [OTHER_HASH]


def test_a_store_of_before_there_were_files_gets_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(database, "schema_files", lambda: schema_files()[:3])
        made = open_store(tmp_path, KEY, 1)
        made.settings.begin_replica(REPLICA)
        made.settings.put("x", "kept")
        made.close()
    opened = open_store(tmp_path, KEY, 2)
    assert opened.settings.get("x") == "kept"
    assert not opened.files.any()
    assert opened.files.read(keep(opened, FILE_HASH))


# --- the statements ------------------------------------------------------------------------------


def test_every_statement_is_understood_and_every_one_is_used(store: Store) -> None:
    """By `verilap`, or by the phone app alone."""
    folders = (Path(database.__file__).parent, Path(__file__).parents[2] / "officer_app" / "src")
    used = "".join(path.read_text() for folder in folders for path in folder.rglob("*.[pt][ys]"))
    for name, statement in statements().items():
        explained = f"EXPLAIN {statement}"
        numbered = [int(number) for number in re.findall(r"\?(\d+)", statement)]
        store.database._connection.execute(explained, [None] * max(numbered, default=statement.count("?")))
        assert f'"{name}"' in used, name


@pytest.mark.parametrize("name", ["listed_records", "count_queued_forms", "queued_records"])
def test_what_is_asked_for_every_page_reads_no_documents(store: Store, name: str) -> None:
    """
    Most pages of a store hold documents, and each that is read is decrypted: 75 ms for 2,500 records.

    Broken on purpose: `record_listed` without the digests; `JOIN` for `CROSS JOIN`.
    """
    explained = store.database._connection.execute(f"EXPLAIN QUERY PLAN {statements()[name]}").fetchall()
    plan = [row[3] for row in explained]
    of_records = [step for step in plan if re.match(r"(SCAN|SEARCH) (record|s)\b", step)]
    assert all("USING COVERING INDEX record_listed" in step for step in of_records), plan
    assert not [step for step in plan if re.match(r"SCAN (r|s)\b", step)], plan


def test_released_schema_files_are_never_edited() -> None:
    """The digest of each released file; a change of the schema is a new file."""
    folder = Path(database.__file__).parent / "sql"
    released = {"0001_device.sql": RELEASED_0001}
    for name, digest in released.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest()[:16] == digest, name


def test_nothing_newer_than_sqlite_3_38_is_used() -> None:
    """The phone app runs the same files; what came later shows by these words."""
    text = "\n".join((*statements().values(), *(s for file in schema_files() for s in file.statements)))
    newer = ("RIGHT JOIN", "FULL JOIN", "FULL OUTER", "IS DISTINCT", "JSONB", " CONCAT(", "STRING_AGG", "->>")
    assert not [word for word in newer if word in text.upper()]


def test_a_form_definition_is_kept_as_it_came(store: Store) -> None:
    with store.transaction():
        store.forms.publish([PublishedForm("anak", "1", {"id": "Anak"}, "d1")])
    assert store.forms.without_definition() == [("anak", "1")]
    store.forms.keep_definition("anak", "1", json.dumps(FORM))
    definition = store.forms.definition("anak@1")
    assert definition is not None
    assert definition.is_restricted("anggota/m_1/luka")
    with store.transaction():
        store.forms.publish([PublishedForm("anak", "1", {"id": "Anak"}, "d2")])
    assert store.forms.without_definition() == [("anak", "1")]
