"""
A stolen database shows no answer: what can hold one is sealed, and bound to the place where it stands.

Broken on purpose: each of `sealed` and `sealed_text` in `server/store/` put aside in turn; the place left out
of what is authenticated; plain values taken in a store that was sealed whole; old rows left in SQLite's free
pages and in PostgreSQL's statistics after the upgrade.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, LargeBinary, String, insert, text

from domain.access import Action
from domain.merge import RecordState
from server.config import Config
from server.installation import initialise
from server.models import Base
from server.models_files import UploadPiece, UploadRow
from server.services import alarms, saved_views, second_person
from server.services.check_store import Checked, check_store
from server.services.keys import describe_keys
from server.services.restricting import restrict
from server.store import accounts, files, imports, jobs, log, settings
from server.store.files import StoredFile, StoredView
from server.store.log import LoggedOperation
from server.store.sealing import (
    BODY,
    COLUMNS,
    DOCUMENT,
    MESSAGE,
    PIECE,
    REASON,
    SETTING,
    SealedColumn,
    opened,
    opened_text,
    sealed,
    sealed_text,
)
from server.vault import UNREADABLE
from tests.support.examining import DEFINITION, Desk
from tests.support.filings import KECAMATAN, REGENCY, VILLAGE, arrives, submit, with_restricted
from tests.support.office import NOW, Office
from tests.support.postgres import Cluster, database_name
from tests.support.sealed import columns_with, downgrade, files_with, lay_open

NAME, NIK, STREET = "Kenanga Wulansari", "6402184107150001", "Gang Kamboja 17"
SECRET, REMARK, ODD, NUMBER = "lebam-di-lengan", "orang-tua-menolak", "bukan-sebuah-operasi", "tigapuluh-enam"
HEADING, HELD, WHY = "nama-anak-Kenanga", "ditahan-Melati", "alasan-Cempaka"
PURPOSE, REFUSAL, DELAY = "untuk-sidang-Flamboyan", "belum-perlu-Anggrek", "ditunda-dulu-Teratai"
CARE = "ditelepon-Wijaya"
BYTES, KEY = "potongan-foto-Kamboja", "kunci-berkas-Seroja-32-byte-lagi"
VIEW = "tampilan-Edelweis"
CANARIES = [
    NAME,
    NIK,
    STREET,
    SECRET,
    REMARK,
    ODD,
    NUMBER,
    HEADING,
    HELD,
    WHY,
    PURPOSE,
    REFUSAL,
    DELAY,
    CARE,
    BYTES,
    KEY,
    VIEW,
]

PLAIN = {
    "setting": "digests, and the secret of imports, which is sealed",
    "account": "names of those who work here, and where they are told of alarms",
    "account_area": "codes",
    "enroll_code": "hashes",
    "device": "what its user calls it",
    "api_token": "hashes",
    "throttle": "what was guessed at",
    "replica": "cursors",
    "village": "names of villages",
    "form": "forms, and no answers",
    "form_media": "lists of a form",
    "operation": "who sent it and what became of it; a verdict is told in our words",
    "operation_record": "ids",
    "record": "kind, form, state: what the queue asks for",
    "examination": "counts",
    "problem": "where, and which",
    "import_mapping": "a digest of the headings",
    "imported_case": "ids",
    "feed_head": "numbers",
    "feed_tag": "numbers",
    "feed_row": "ids",
    "data_key": "wrapped",
    "recovery_key": "public halves",
    "find_token": "keyed hashes",
    "confirmation": "who asked for what, and who decided",
    "audit": "who saw which record, and no answer",
    "audit_record": "ids",
    "audit_head": "digests",
    "device_confirmation": "digests",
    "device_chain": "digests",
    "erasure": "ids, and who asked",
    "erased": "ids and places",
    "restriction": "of whom, and who restricted it",
    "set_aside": "ids",
    "file": "digests, sizes and types",
    "file_view": "sizes",
    "file_holder": "digests, and who sent them",
    "file_use": "ids and digests",
    "upload": "digests and sizes, and who sends them",
    "upload_piece": "numbers",
    "doomed_object": "random names",
    "stray_object": "random names",
    "submission_fact": "ids, codes, states, who entered it and when",
    "part_fact": "ids and states",
    "round_fact": "what the office plans for everybody",
    "assignment_fact": "ids, and who is to visit",
    "late_fact": "ids, and whose it is",
    "alarm": "ids, who says so, and who takes care",
    "alarm_village": "codes",
    "alarm_mail": "ids, and who is told",
    "saved_view": "whose it is",
    "settled": "ids, places, and who settled it",
    "job": "who ordered what, and how far it is",
    "job_piece": "numbers",
    "device_report": "clocks",
}
"""Tables whose texts and bytes are no answers, but for the columns that are sealed."""


@pytest.fixture
def office(config: Config) -> Iterator[Office]:
    """A store with a canary in every kind of answer."""
    made = Office(config.database_url, config.data)
    made.publish(DEFINITION)
    asha = made.device("asha", "officer", KECAMATAN)
    record = submit(asha, {"a": NAME, "b": NIK, "m/m_2a/x": STREET})
    with_restricted(asha, SECRET)
    rani = made.device("rani", "officer", "64.02.01.2004")
    rani.sync(rani.operation([("b", HELD, [])], record=record), {"odd": ODD})
    desk = Desk(made)
    desk.file(asha, a=NUMBER)
    desk.work()
    hana = made.api("hana", "head", REGENCY)
    etag = hana.get(f"records/{record}")["etag"]
    told = {"decision": "return", "etag": etag, "comment": REMARK, "remarks": {}}
    assert hana.post(f"records/{record}/review", told)[0] == 200
    (held,) = (one["id"] for one in hana.get("held")["held"] if one["code"] == "outside-scope")
    assert hana.post(f"held/{held}", {"decision": "void", "reason": WHY})[0] == 200
    case = "ffffffff-ffff-4fff-bfff-ffffffffffff"  # the last: damaged is the first
    arrives(asha, asha.operation([("$village", VILLAGE, [])], record=case, kind="case:anak"))
    made.person("hilda", "head", REGENCY)
    with made.store.write() as connection:
        first, second = (accounts.actor_of(connection, name) for name in ("hana", "hilda"))
        asked = second_person.ask(connection, first, Action.EXPORT_RESTRICTED, record, PURPOSE, NOW)
        second_person.refuse(connection, second, asked, REFUSAL, NOW)
        imports.keep_mapping(connection, "anak", "AAAA", {"columns": [HEADING]}, 0)
        settings.write(connection, settings.IMPORT_SECRET, "ab" * 32)
        saved_views.keep(connection, first, VIEW, f"officer={VIEW}")
    restrict(made.store, first, case, DELAY, NOW)
    submit(asha, {"g/bahaya_segera": "1"})
    with made.store.write() as connection:
        (alarm,) = alarms.open_alarms(connection, first)
        alarms.acknowledge(connection, first, alarm.stored.id, CARE, NOW)
    _add_file(made)
    _add_job(made)
    yield made
    made.close()


def _add_file(office: Office) -> None:
    """A file with what is shown of it, and one that is on its way."""
    file, key = "A" * 43, KEY.encode()
    with office.store.write() as connection:
        files.add(connection, StoredFile(file, 1, "B" * 22, key, NOW))
        files.add_view(connection, StoredView(file, "thumbnail", "C" * 22, key, "image/jpeg", 1, 1, 1))
        told = {"id": "D" * 22, "account": "asha", "device": "", "hash": file, "length": 99}
        connection.execute(insert(UploadRow), {**told, "created": NOW, "touched": NOW})
        data = sealed(connection, PIECE, ("D" * 22, 0), BYTES.encode())
        connection.execute(insert(UploadPiece), {"upload": "D" * 22, "offset": 0, "data": data})


def _add_job(office: Office) -> None:
    """A job with somebody's name in all that it holds."""
    with office.store.write() as connection:
        job = jobs.add(connection, "hana", "export-list", (REGENCY,), {"said": NAME}, NOW)
        jobs.go_on(connection, job, NOW, cursor={"at": NAME}, done=1, total=2, result={"said": NAME})
        jobs.write_pieces(connection, job, jobs.MADE, NAME.encode())


def differences(office: Office) -> list[str]:
    with office.store.read() as connection:
        return [one.key for one in check_store(connection, Checked())]


def test_no_value_and_no_log_line_has_an_answer(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    assert columns_with(office.store.engine, [*CANARIES, "ab" * 32]) == {}
    assert not any(one in caplog.text for one in CANARIES)
    assert differences(office) == []
    with office.store.read() as connection:
        assert describe_keys(connection, office.store.vault).waiting == 0
        assert imports.find_mapping(connection, "anak", "AAAA") == {"columns": [HEADING]}
        assert settings.read(connection, [settings.IMPORT_SECRET]) == {settings.IMPORT_SECRET: "ab" * 32}
        reasons = {row.reason for row in _log(connection) if row}
    assert WHY in reasons


def _log(connection: Connection) -> list[LoggedOperation | None]:
    ids = connection.execute(text("SELECT id FROM operation")).scalars().all()
    return [log.row_of(connection, one) for one in ids]


def test_what_is_found_when_nothing_is_sealed(office: Office) -> None:
    """That the canaries are in every column that is sealed, and that the search finds them there."""
    lay_open(office.store)
    found = columns_with(office.store.engine, [*CANARIES, "ab" * 32])
    assert set(found) == {f"{one.table}.{one.column}" for one in COLUMNS}
    assert set().union(*found.values()) == {*CANARIES, "ab" * 32}


def test_the_files_of_the_database_have_no_answer(
    office: Office, config: Config, request: pytest.FixtureRequest
) -> None:
    assert files_with(_folder(office, config, request), CANARIES) == {}


def _folder(office: Office, config: Config, request: pytest.FixtureRequest) -> Path:
    """Where the bytes of the database lie: tables, indexes and what is written ahead."""
    if config.is_sqlite:
        return Path(config.database_url.removeprefix("sqlite:///")).parent
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with office.store.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
        base = connection.execute(text("SHOW data_directory")).scalar_one()
        oid = connection.execute(
            text("SELECT oid FROM pg_database WHERE datname = :name"),
            {"name": database_name(config.database_url)},
        ).scalar_one()
    assert cluster
    return Path(base) / "base" / str(oid)


def test_an_upgrade_seals_what_was_plain_and_leaves_no_trace_of_it(
    office: Office, config: Config, request: pytest.FixtureRequest
) -> None:
    before = differences(office)
    digests = _digests(office)
    lay_open(office.store)
    with office.store.engine.connect() as connection:  # samples of values stand in PostgreSQL's statistics
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    downgrade(office.app, "0009")
    office.store.engine.dispose()
    assert files_with(_folder(office, config, request), [NAME]) != {}
    initialise(config)
    assert columns_with(office.store.engine, CANARIES) == {}
    office.store.engine.dispose()
    assert files_with(_folder(office, config, request), CANARIES) == {}
    assert differences(office) == before == []
    assert _digests(office) == digests
    # From then on nobody can slip in what is not sealed.
    with office.store.write() as connection:
        assert opened(connection, BODY, "R1", b"{}") == UNREADABLE
        assert opened_text(connection, REASON, "R1", "plain") is None


def _digests(office: Office) -> dict[str, str]:
    with office.store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(text("SELECT id, digest FROM record"))}


SWAPPED = [
    ("operation", "body", "check-operation-changed"),
    ("record", "document", "check-document"),
]


@pytest.mark.parametrize(("table", "column", "told"), SWAPPED)
def test_a_value_that_was_moved_to_another_row_is_not_opened(
    office: Office, table: str, column: str, told: str
) -> None:
    with office.store.write() as connection:
        one, other = connection.execute(text(f"SELECT id FROM {table} ORDER BY id")).scalars().all()[:2]
        query = f"UPDATE {table} SET {column} = (SELECT {column} FROM {table} WHERE id = :b) WHERE id = :a"
        connection.execute(text(query), {"a": one, "b": other})
    assert told in differences(office)


def test_a_value_is_bound_to_its_table_column_and_row(office: Office) -> None:
    with office.store.write() as connection:
        made = sealed(connection, BODY, "R1", b"{}")
        assert opened(connection, BODY, "R1", made) == b"{}"
        assert opened(connection, BODY, "R2", made) == UNREADABLE
        assert opened(connection, DOCUMENT, "R1", made) == UNREADABLE
        beside = sealed_text(connection, MESSAGE, "R1", "{}")
        assert opened_text(connection, MESSAGE, "R1", beside) == "{}"
        assert opened_text(connection, REASON, "R1", beside) is None
        assert opened(connection, BODY, "R1", b"{}") == UNREADABLE
        for place in range(len(made)):
            changed = made[:place] + bytes([made[place] ^ 1]) + made[place + 1 :]
            assert opened(connection, BODY, "R1", changed) == UNREADABLE
        for length in range(len(made)):
            assert opened(connection, BODY, "R1", made[:length]) == UNREADABLE
        assert sealed(connection, BODY, "R1", b"{}") != made


@pytest.mark.parametrize(
    "column", [one for one in COLUMNS if one != SETTING], ids=lambda one: f"{one.table}.{one.column}"
)
def test_one_damaged_row_hinders_no_other(office: Office, column: SealedColumn) -> None:
    """The other records are shown; a list with a damaged document is not. A setting: `test_keys`."""
    value = "'\x02AAAA'" if column.is_text else ":garbage"
    first = f"SELECT min({column.key[0]}) FROM {column.table} WHERE {column.column} IS NOT NULL"
    with office.store.write() as connection:
        statement = f"UPDATE {column.table} SET {column.column} = {value} WHERE {column.key[0]} = ({first})"
        connection.execute(text(statement), {} if column.is_text else {"garbage": b"\xff\x01" + b"\0" * 60})
    hana = office.api("hana")
    for path in ("cases", *(() if column is DOCUMENT else ("held", "records"))):
        assert hana.call("GET", path)[0] == 200
    with office.store.read() as connection:
        ids = connection.execute(text("SELECT id FROM record")).scalars().all()
    statuses = [hana.call("GET", f"records/{one}")[0] for one in ids]
    assert statuses.count(200) >= len(ids) - 2


def test_every_column_that_may_hold_an_answer_is_sealed() -> None:
    """A new table with texts or bytes has to say here why they are no answers, or be sealed."""
    kinds = (LargeBinary, String)
    texts = {t.name for t in Base.metadata.sorted_tables if any(isinstance(c.type, kinds) for c in t.columns)}
    assert texts == set(PLAIN)
    for one in COLUMNS:
        assert [c.name for c in Base.metadata.tables[one.table].primary_key] == list(one.key)


def test_a_document_reads_as_before(office: Office) -> None:
    with office.store.read() as connection:
        for one, document in connection.execute(text("SELECT id, document FROM record")).all():
            assert RecordState.from_bytes(opened(connection, DOCUMENT, one, document)).record == one


def test_an_account_of_another_village_is_told_as_little_as_before(office: Office) -> None:
    far = office.api("lena", "supervisor", "64.02.01")
    assert far.get("records")["records"] == []
    assert office.api("siti", "supervisor", VILLAGE).get("records")["records"]
