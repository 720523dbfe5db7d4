"""Problems stand beside a record soon after it was acknowledged, and nothing stale is ever shown."""

import json
import threading
from threading import Event
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from domain.forms.problems import MESSAGES, Problem
from server import expressions
from server.migrations import HEAD
from server.services import examine, forms, problems
from server.services.publish_form import publish
from server.store import examinations
from server.store.transactions import Store, engine_options, prepare_engine
from server.working import work
from server.xlsform import CompiledForm
from tests.support.builders import new_id, op_id, with_restricted_part
from tests.support.examining import DEFINITION, FORM, NOT_WHOLE, Desk, counted, shown, while_examining
from tests.support.filings import KECAMATAN, MARKER, arrives
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice
from tests.support.vaults import vault_at

WRONG = [("a", NOT_WHOLE)]


@pytest.fixture
def desk(office: Office) -> Desk:
    office.publish(DEFINITION)
    return Desk(office)


@pytest.fixture
def head(office: Office) -> ApiClient:
    """Somebody who reads restricted answers."""
    return office.api("hana", "head", KECAMATAN)


# --- what is stored, and what is shown -----------------------------------------------------------


def test_an_acknowledgement_examines_nothing_and_a_worker_then_does(
    desk: Desk, asha: RawDevice, supervisor: ApiClient
) -> None:
    """Broken on purpose: the worker took restricted parts only."""
    wrong, right = desk.file(asha, a="dua"), desk.file(asha, a="2")
    assert (desk.stored(wrong), desk.unexamined()) == ([], 2)
    assert shown(supervisor, wrong) == WRONG  # found for the reader
    done = desk.work()
    assert (done.records, done.with_problems) == (2, 1)
    assert (desk.stored(wrong), desk.stored(right), desk.unexamined()) == (WRONG, [], 0)
    assert shown(supervisor, wrong) == WRONG  # as it is stored
    assert desk.work().taken == 0


def test_what_is_stored_is_shown_only_for_the_answers_that_it_was_found_in(
    desk: Desk, asha: RawDevice, supervisor: ApiClient
) -> None:
    """Broken on purpose: what stands beside a record was shown whatever its version."""
    record = desk.file(asha, a="2")
    desk.work()
    assert counted(supervisor) == {record: 0}
    desk.edit(asha, record, "b", "tiga")
    assert (desk.stored(record), shown(supervisor, record)) == ([], [("b", NOT_WHOLE)])
    assert counted(supervisor) == {record: None}
    assert counted(supervisor, "problems=true") == {}
    desk.work()
    assert counted(supervisor, "problems=true") == {record: 1}


def test_the_same_problems_are_shown_before_and_after_they_are_stored(
    desk: Desk, asha: RawDevice, budi: RawDevice, supervisor: ApiClient, head: ApiClient
) -> None:
    """For every class of reader. Broken on purpose: everybody was shown what heads read."""
    record, _ = desk.file_restricted(asha, "luka", a="dua")
    readers = [supervisor, head, desk.office.api("asha"), desk.office.api("budi")]
    before = [one.get(f"records/{record}")["problems"] for one in readers]
    desk.work()
    assert [one.get(f"records/{record}")["problems"] for one in readers] == before
    assert [len(one) for one in before] == [1, 2, 2, 1]


# --- restricted answers --------------------------------------------------------------------------


def test_a_problem_of_a_restricted_answer_is_told_and_counted_for_its_readers_only(
    desk: Desk, asha: RawDevice, supervisor: ApiClient, head: ApiClient
) -> None:
    """Broken on purpose: lists counted for everybody what heads read."""
    record, _ = desk.file_restricted(asha, "luka", a="2")
    desk.work()
    assert (shown(supervisor, record), shown(head, record)) == ([], [("r", NOT_WHOLE)])
    assert (counted(supervisor), counted(head)) == ({record: 0}, {record: 1})
    assert (counted(supervisor, "problems=1"), counted(head, "problems=1")) == ({}, {record: 1})


def test_what_follows_from_a_restricted_answer_at_an_open_question_is_restricted_too(
    desk: Desk, asha: RawDevice, supervisor: ApiClient, head: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit of an open question may speak of a restricted one. Broken on purpose: told apart by path."""

    def ask(_definition: Any, dossier: Any, _moment: int) -> list[Problem]:
        return [Problem("not-a-number", "a", {"value": "2"})] if dossier.answers.get("r") == "9" else []

    monkeypatch.setattr(problems, "_ask", ask)
    record, _ = desk.file_restricted(asha, "9", a="2")
    desk.work()
    assert (shown(supervisor, record), shown(head, record)) == ([], [("a", "not-a-number")])
    assert (counted(supervisor), counted(head)) == ({record: 0}, {record: 1})


def test_who_reads_some_of_the_restricted_parts_is_shown_what_is_found_in_those(
    desk: Desk, asha: RawDevice, budi: RawDevice
) -> None:
    record, _ = desk.file_restricted(asha, "luka")
    marked = budi.operation([("r", MARKER, [])], record=record, form=FORM)
    arrives(budi, with_restricted_part(marked, record, {"r": "7"}))
    desk.work()
    assert shown(desk.office.api("asha"), record) == [("r", NOT_WHOLE)]
    assert shown(desk.office.api("budi"), record) == []


# --- what comes in between -----------------------------------------------------------------------


def test_what_changed_while_it_was_examined_is_not_written_but_examined_again(
    desk: Desk, asha: RawDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: the version was not looked at before writing."""
    record = desk.file(asha, a="dua")
    before: list[Any] = []
    while_examining(monkeypatch, lambda: desk.edit(asha, record, "b", "tiga"))
    examined = examine.examine_some(desk.office.store, desk.clock)
    before.append(desk.stored(record))
    assert (examined.taken, examined.records, before) == (1, 0, [[]])
    desk.work()
    assert desk.stored(record) == [("a", NOT_WHOLE), ("b", NOT_WHOLE)]
    assert (desk.differences(), desk.unexamined()) == ([], 0)


def test_a_worker_that_is_killed_loses_nothing(
    desk: Desk, asha: RawDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had taken is another's when its time is over. Broken on purpose: there was no such time."""
    record = desk.file(asha, a="dua")
    _die_at(monkeypatch, record)
    with pytest.raises(KeyboardInterrupt):
        desk.work()
    monkeypatch.undo()
    assert desk.work().taken == 0  # it may still be alive
    desk.clock.ahead += examinations.LEASE_MS + 1000
    assert desk.work().records == 1
    assert desk.stored(record) == WRONG


def test_a_worker_whose_clock_was_ahead_holds_nothing_for_ever(
    desk: Desk, asha: RawDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: what was taken later than now counted as taken."""
    record = desk.file(asha, a="dua")
    _die_at(monkeypatch, record)
    desk.clock.ahead = 3_600_000
    with pytest.raises(KeyboardInterrupt):
        desk.work()
    monkeypatch.undo()
    desk.clock.ahead = 0
    assert desk.work().records == 1


def test_a_record_that_kills_its_workers_is_told_at_last_and_holds_up_no_other(
    desk: Desk, asha: RawDevice, supervisor: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: tries were not counted; then, what had been taken once was taken in batches."""
    poison, others = desk.file(asha, a="dua"), [desk.file(asha, a="tiga") for _ in range(5)]
    _die_at(monkeypatch, poison)
    for _ in range(20):
        desk.clock.ahead += examinations.LEASE_MS + 1000
        try:
            desk.work()
        except KeyboardInterrupt:
            continue
        break
    assert [desk.stored(one) for one in others] == [WRONG] * 5
    assert desk.stored(poison) == [("", "evaluation-failed")]
    assert counted(supervisor, "problems=1")[poison] == 1
    monkeypatch.undo()
    desk.edit(asha, poison, "b", "1")
    desk.work()
    assert desk.stored(poison) == WRONG


def _die_at(monkeypatch: pytest.MonkeyPatch, record: str) -> None:
    """Makes a worker end where it would examine this record, with nothing written or given back."""
    plain = examine.examine

    def die(one: examine.Candidate) -> Any:
        if one.stored.state.record == record:
            raise KeyboardInterrupt
        return plain(one)

    monkeypatch.setattr(examine, "examine", die)


@pytest.mark.parametrize("fault", [ValueError("luka"), RecursionError(), MemoryError()])
def test_where_the_rules_fail_that_is_the_problem_and_others_are_examined(
    desk: Desk, asha: RawDevice, supervisor: ApiClient, monkeypatch: pytest.MonkeyPatch, fault: Exception,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Broken on purpose: the failure was not caught; the page was a 500 and the worker ended."""
    poison, other = desk.file(asha, a="13"), desk.file(asha, a="dua")
    plain = problems._ask

    def ask(definition: Any, dossier: Any, moment: int) -> list[Problem]:
        if dossier.answers["a"] == "13":
            raise fault
        return plain(definition, dossier, moment)

    monkeypatch.setattr(problems, "_ask", ask)
    assert shown(supervisor, poison) == [("", "evaluation-failed")]
    desk.work()
    assert (desk.stored(poison), desk.stored(other)) == ([("", "evaluation-failed")], WRONG)
    told = supervisor.get(f"records/{poison}")["problems"][0]["message"]
    assert told == MESSAGES["evaluation-failed"]
    logged = capfd.readouterr().err
    assert "examination-failed" in logged
    assert "luka" not in logged  # a message may repeat an answer
    assert poison not in [json.loads(line).get("record") for line in logged.splitlines() if line[:1] == "{"]


def test_where_one_expression_fails_the_log_says_so_and_the_answers_are_judged_by_type(
    desk: Desk, asha: RawDevice, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Seen to fail without the line in the log: the evaluation itself raises nothing."""
    plain: dict[str, Any] = DEFINITION
    whole, other, _restricted = plain["fields"]
    limited = {**other, "constraint": "regex(., 'x')"}
    ruled = {**plain, "version": "2", "format": 2, "fields": [whole, limited]}
    desk.office.publish(ruled)

    def fail(_pattern: str, text: str) -> bool:
        raise ValueError(f"luka {text}")

    monkeypatch.setattr(expressions, "PATTERNS", fail)
    record = new_id()
    arrives(asha, asha.submission(record, {"a": "dua", "b": "13"}, form="periksa@2"))
    desk.work()
    assert desk.stored(record) == [("", "evaluation-failed"), *WRONG]
    logged = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line[:1] == "{"]
    (told,) = [line for line in logged if line["event"] == "examination-failed"]
    assert (told["form"], told["exception"]) == ("periksa@2", "builtins.ValueError")
    assert "luka" not in json.dumps(told)


def test_a_record_that_cannot_be_read_holds_up_no_other(desk: Desk, asha: RawDevice) -> None:
    """Of a damaged disk, say. Broken on purpose: it was read with the others, and nothing was examined."""
    damaged, other = desk.file(asha, a="dua"), desk.file(asha, a="dua")
    with desk.office.store.write() as connection:
        where = {"damaged": damaged, "none": b"{}"}
        connection.execute(text("UPDATE record SET document = :none WHERE id = :damaged"), where)
    desk.work()
    assert (desk.stored(other), desk.unexamined()) == (WRONG, 0)
    assert [one.facts for one in desk.differences()] == [{"record": damaged}]


def test_a_form_that_cannot_be_read_is_told_beside_its_records(desk: Desk, asha: RawDevice) -> None:
    """Broken on purpose: the error of its definition ended the worker."""
    desk.office.publish({"form_id": "periksa", "version": "9"})
    filed = desk.file(asha, a="dua")
    with desk.office.store.write() as connection:
        connection.execute(text("UPDATE form SET version = '0' WHERE version = '1'"))
        connection.execute(text("UPDATE form SET version = '1' WHERE version = '9'"))
    forms._read.clear()
    desk.work()
    assert desk.stored(filed) == [("", "evaluation-failed")]


def test_rules_that_do_not_end_are_stopped(
    desk: Desk, asha: RawDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: without the limit this test did not end; as an `Exception` the loop took it."""

    def ask(*_: Any) -> list[Problem]:
        while True:
            try:
                while True:
                    pass
            except Exception:  # noqa: BLE001
                pass

    monkeypatch.setattr(problems, "_ask", ask)
    monkeypatch.setattr(examine, "PATIENCE_SECONDS", 0.05)
    record = desk.file(asha, a="2")
    desk.work()
    assert desk.stored(record) == [("", "evaluation-failed")]


def test_a_batch_that_takes_long_is_written_and_the_rest_is_free(
    desk: Desk, asha: RawDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: what was not come to stayed taken."""
    for _ in range(3):
        desk.file(asha, a="dua")
    monkeypatch.setattr(examine, "BATCH_SECONDS", -1.0)
    assert [examine.examine_some(desk.office.store, desk.clock).records for _ in range(4)] == [1, 1, 1, 0]


def test_no_two_workers_take_the_same_record(desk: Desk, asha: RawDevice) -> None:
    filed = {desk.file(asha, a="dua") for _ in range(6)}
    with desk.office.store.write() as connection:
        first = examinations.take(connection, desk.clock(), 4)
    with desk.office.store.write() as connection:
        second = examinations.take(connection, desk.clock(), 4)
        assert examinations.take(connection, desk.clock(), 4) == []
    assert len(first) == 4
    assert {one.record for one in first} | {one.record for one in second} == filed


def test_workers_and_devices_at_work_at_once_leave_every_record_examined_as_it_is(
    desk: Desk, office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    """Two workers with connections of their own beside two devices that file and change."""
    stop = Event()
    stores = [_store_of(office.url) for _ in range(2)]
    workers = [threading.Thread(target=work, args=[store, stop]) for store in stores]
    for worker in workers:
        worker.start()
    filed: list[str] = []

    def fill(device: RawDevice) -> None:
        for n in range(20):
            record, _ = desk.file_restricted(device, "luka", a="dua" if n % 2 else "2")
            filed.append(record)
            desk.edit(device, record, "b", "tiga")

    devices = [threading.Thread(target=fill, args=[one]) for one in (asha, budi)]
    for device in devices:
        device.start()
    for device in devices:
        device.join()
    stop.set()
    for worker in workers:
        worker.join()
    for store in stores:
        store.engine.dispose()
    desk.clock.ahead = examinations.LEASE_MS + 1000
    desk.work()
    assert len(filed) == 40
    assert (desk.differences(), desk.unexamined()) == ([], 0)
    assert all(("b", NOT_WHOLE) in desk.stored(one) for one in filed)


def _store_of(url: str) -> Store:
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return Store(engine, vault_at(url))


# --- forms and rules -----------------------------------------------------------------------------


def test_a_form_that_is_published_later_makes_its_records_be_examined_again_and_no_others(
    desk: Desk, asha: RawDevice, supervisor: ApiClient
) -> None:
    """Broken on purpose: publishing forgot nothing."""
    known = desk.file(asha, a="dua")
    record = new_id()
    sent = asha.submission(record, {"a": "dua"}, form="periksa@2")
    asha.sync(sent)
    assert supervisor.post(f"held/{op_id(sent)}", {"decision": "ok", "reason": "benar"})[0] == 200
    desk.work()
    assert (desk.stored(record), desk.unexamined()) == ([], 0)
    form = CompiledForm("periksa", "2", {}, b"PK", "<h:html/>", {}, {**DEFINITION, "version": "2"})
    with desk.office.store.write() as connection:
        assert publish(connection, form, desk.clock())
    assert (desk.unexamined(), shown(supervisor, record)) == (1, WRONG)
    desk.work()
    assert (desk.stored(record), desk.stored(known)) == (WRONG, WRONG)


def test_other_rules_make_everything_be_examined_again(
    desk: Desk, asha: RawDevice, supervisor: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade. Broken on purpose: the worker did not ask by which rules records were examined."""
    record, _ = desk.file_restricted(asha, "7", a="2")
    desk.work()
    later = problems.RULES + 1
    monkeypatch.setattr(problems, "RULES", later)
    monkeypatch.setattr(examine, "RULES", later)
    monkeypatch.setattr(problems, "_ask", lambda *_: [Problem("unknown-question", "b")])
    assert shown(supervisor, record) == [("b", "unknown-question")]
    assert desk.differences() == []  # there is nothing to compare with
    assert desk.work().records == 1
    assert desk.stored(record) == [("b", "unknown-question")]
    assert desk.work().taken == 0


# --- the check -----------------------------------------------------------------------------------

ALTERATIONS = {
    "a problem is missing": ("DELETE FROM problem", "check-problems"),
    "another problem": ("UPDATE problem SET code = 'not-a-date'", "check-problems"),
    "for other readers": ("UPDATE problem SET is_open = false", "check-problems"),
    "of another version": ("UPDATE examination SET version = 'AAAAAAAAAAAAAAAAAAAAAA'", "check-problems"),
    "no examination": ("DELETE FROM examination", "check-problems"),
    "no record": ("DELETE FROM record", "check-problems-left"),
}


@pytest.mark.parametrize("altered", ALTERATIONS)
def test_the_check_finds_problems_that_are_not_those_of_the_record(
    desk: Desk, asha: RawDevice, altered: str
) -> None:
    statement, key = ALTERATIONS[altered]
    desk.file(asha, a="dua")
    desk.work()
    assert desk.differences() == []
    desk.run(statement)
    assert {one.key for one in desk.differences()} == {key}


def test_the_check_finds_a_wrong_count(desk: Desk, asha: RawDevice) -> None:
    """It is what lists show. Broken on purpose: the counts were not looked at."""
    desk.file(asha, a="dua")
    desk.work()
    desk.run("UPDATE examination SET problems_open = 0")
    assert [one.key for one in desk.differences()] == ["check-problems"]


def test_health_tells_what_waits_for_a_worker(
    desk: Desk, asha: RawDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.api.health.settings.revision", lambda _: HEAD)

    def health() -> Any:
        return desk.office.client.get("/health").json

    assert health() == {"status": "ok", "unexamined": 0, "waiting_s": 0}
    desk.office.app.config["VERILAP_CLOCK"] = desk.clock
    desk.file(asha, a="dua")
    desk.clock.ahead += 61_000
    told = health()
    assert (told["status"], told["unexamined"]) == ("ok", 1)
    assert told["waiting_s"] in (60, 61, 62)
    desk.work()
    assert health() == {"status": "ok", "unexamined": 0, "waiting_s": 0}
