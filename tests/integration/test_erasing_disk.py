"""
What the database's own files still show after an erasure: nothing.

Broken on purpose, each time with a failing test here: the file was not written anew; the write-ahead log was
not emptied; PostgreSQL's tables were vacuumed in place.
"""

import resource
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlcipher3.dbapi2 import OperationalError

from domain.erasing import Erased
from server.clock import now_ms
from server.config import Config
from server.erasures_file import read_lines
from server.readiness import repeat_erasures
from server.services.erasures import carry_out, clean
from server.store.erasures import Erasure
from tests.support.erasing import CANARY, kept_in, rows_with
from tests.support.filings import edit, submit
from tests.support.office import Office
from tests.support.raw_device import RawDevice


def test_the_files_of_the_database_say_nothing_of_it(office: Office, asha: RawDevice, tmp_path: Path) -> None:
    """Earlier documents of a record lie in freed pages long before it is erased."""
    record = submit(asha, {"a": CANARY})
    sealed = set()
    for n in range(20):
        edit(asha, record, "b", f"{CANARY} {n} {'x' * 300}")
        submit(asha, {"a": f"another {n}"})
        sealed |= _sealed_of(office, record)
    _settle(office)
    assert any(one in _bytes_of(office) for one in sealed)
    erasure = Erasure("A" * 22, now_ms(), record, "kepala", Erased(frozenset({record})))
    office.store.transact(lambda c: carry_out(c, erasure, kept_in(tmp_path).append, now_ms()))
    assert clean(office.store, now_ms())
    _settle(office)
    left = _bytes_of(office)
    assert not [one for one in sealed if one in left]
    assert clean(office.store, now_ms())


def test_who_still_sees_the_past_is_waited_for(office: Office, asha: RawDevice, tmp_path: Path) -> None:
    """Broken on purpose: PostgreSQL's tables were to be written anew all the same, which waited for ever."""
    record = submit(asha, {"a": CANARY})
    sealed = _sealed_of(office, record)
    erasure = Erasure("A" * 22, now_ms(), record, "kepala", Erased(frozenset({record})))
    with office.store.read() as reader:
        assert reader.execute(text("SELECT count(*) FROM record")).scalar() == 1
        office.store.transact(lambda c: carry_out(c, erasure, kept_in(tmp_path).append, now_ms()))
        assert not clean(office.store, now_ms())
    assert clean(office.store, now_ms())
    _settle(office)
    left = _bytes_of(office)
    assert not [one for one in sealed if one in left]


def test_a_server_that_dies_before_the_commit_ends_the_erasure_at_its_next_start(
    office: Office, asha: RawDevice, tmp_path: Path
) -> None:
    """It had been confirmed, and the file tells of it: nobody may find the person there again."""
    record = submit(asha, {"a": CANARY})
    erasure = Erasure("A" * 22, now_ms(), record, "kepala", Erased(frozenset({record})))

    def keep_and_die(one: Erasure) -> None:
        kept_in(tmp_path).append(one)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        office.store.transact(lambda c: carry_out(c, erasure, keep_and_die, now_ms()))
    assert rows_with(office.store)
    repeat_erasures(office.store, Config(tmp_path, office.url))
    assert rows_with(office.store) == set()


@pytest.mark.parametrize("torn", ["", '{"event":"erased","erasure":"B', "\x00\x00"])
def test_a_line_that_a_killed_process_left_hides_no_other(tmp_path: Path, torn: str) -> None:
    one, other = (
        Erasure(letter * 22, 1, "00000000-0000-4000-8000-000000000001", "kepala", Erased(frozenset({letter})))
        for letter in "AB"
    )
    file = kept_in(tmp_path)
    assert file.read() == []
    file.append(one)
    with file.path.open("a") as opened:
        opened.write(torn)
    file.append(other)
    file.append(other)
    assert file.read() == [one, other]
    logged = [f"2026-11-25 host verilap[1]: {line}" for line in file.path.read_text().splitlines()]
    assert read_lines(logged) == [one, other]


def test_where_the_file_cannot_be_written_nothing_is_erased(
    office: Office, asha: RawDevice, tmp_path: Path
) -> None:
    """A full disk takes a part of a line, and says so by nothing else than how much it took."""
    record = submit(asha, {"a": CANARY})
    erasure = Erasure("A" * 22, now_ms(), record, "kepala", Erased(frozenset({record})))
    file = kept_in(tmp_path)
    file.append(erasure)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    other = replace(erasure, id="B" * 22)

    def keep_a_part(one: Erasure) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file.path.stat().st_size + 20, before[1]))
        try:
            file.append(one)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)

    with pytest.raises(OSError, match="No space left"):
        office.store.transact(lambda c: carry_out(c, other, keep_a_part, now_ms()))
    assert rows_with(office.store)
    assert file.read() == [erasure]
    file.append(other)
    assert file.read() == [erasure, other]


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_and_not_taken_for_a_busy_database(
    office: Office, asha: RawDevice, tmp_path: Path
) -> None:
    """Broken on purpose: every error of SQLite counted as busy, and cleaning waited silently for ever."""
    record = submit(asha, {"a": CANARY})
    erasure = Erasure("A" * 22, now_ms(), record, "kepala", Erased(frozenset({record})))
    office.store.transact(lambda c: carry_out(c, erasure, kept_in(tmp_path).append, now_ms()))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(OperationalError):
            clean(office.store, now_ms())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert clean(office.store, now_ms())


def _sealed_of(office: Office, record: str) -> set[bytes]:
    """Some of what stands in the database for it: sealed, and so found nowhere else."""
    queries = (
        "SELECT document FROM record WHERE id = :record",
        "SELECT body FROM operation JOIN operation_record ON operation = id WHERE record = :record",
    )
    with office.store.read() as connection:
        found = [row[0] for one in queries for row in connection.execute(text(one), {"record": record})]
    return {bytes(one)[40:100] for one in found}


def _settle(office: Office) -> None:
    if not office.store.is_sqlite:
        with office.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))


def _bytes_of(office: Office) -> bytes:
    """SQLite's files; of PostgreSQL those of all tables of this database."""
    if office.store.is_sqlite:
        file = Path(make_url(office.url).database or "")
        return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
    query = (
        "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class"
        " WHERE relkind IN ('r', 't') AND oid >= 16384 AND pg_relation_filepath(oid) IS NOT NULL"
    )
    with office.store.engine.connect() as connection:
        return b"".join(bytes(row[0]) for row in connection.execute(text(query)))
