"""
What is erased by rule: due after so many years, asked for, confirmed, erased; and never what still waits.

Broken on purpose, each time with a failing test here: a case with held work was due; so was one of other
villages.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.errors import InvalidRequest
from domain.retention import After, Rule
from server.clock import now_ms
from server.config import Config
from server.services.restricting import restrict
from server.services.retention import find_due, read_rules_file
from tests.support.builders import new_id, with_part
from tests.support.filings import FAR, KECAMATAN, VILLAGE, arrives, review
from tests.support.office import Office
from tests.support.pages import PASSWORD, at_work
from tests.support.raw_device import RawDevice
from tests.support.server import run_command

YEAR = 365 * 24 * 3600 * 1000 + 6 * 3600 * 1000
LAST = Rule("anak", After.LAST_ENTRY, 10, "UU 27/2022")


@pytest.fixture
def office(config: Config) -> Iterator[Office]:
    made = Office(config.database_url, config.data)
    yield made
    made.close()


@pytest.fixture
def asha(office: Office) -> RawDevice:
    return office.device("asha", "officer", KECAMATAN)


def begun(device: RawDevice, **said: str) -> tuple[str, str]:
    """A submission about a case that comes with it; the ids of both."""
    record, case = new_id(), new_id()
    sent: Any = device.submission(record, {"$case": case, "a": "1"})
    properties = [["$village", VILLAGE, []], *([name, value, []] for name, value in said.items())]
    arrives(device, with_part(sent, case, "case:anak", *properties))
    return record, case


def due(office: Office, years: float, rule: Rule = LAST) -> dict[str, tuple[str, ...]]:
    """The cases that are due after so many years from now, and what keeps them."""
    actor = office.person("dewi", "head", KECAMATAN)
    with office.store.read() as connection:
        found = list(find_due(connection, actor, [rule], now_ms() + int(years * YEAR)))
    return {one.case: tuple(map(str, one.kept)) for one in found}


def test_a_case_is_due_once_its_years_are_over(office: Office, asha: RawDevice) -> None:
    record, case = begun(asha)
    review(office.api("siti", "supervisor", KECAMATAN), record, "approve")
    assert due(office, 9.9) == {}
    assert due(office, 10.1) == {case: ()}
    jauh = office.person("jauh", "head", FAR)
    with office.store.read() as connection:
        assert list(find_due(connection, jauh, [LAST], now_ms() + 20 * YEAR)) == []


def test_what_still_waits_for_somebody_is_kept_and_told(office: Office, asha: RawDevice) -> None:
    siti = office.api("siti", "supervisor", KECAMATAN)
    (_, unreviewed), (disputed, conflict), (held, waits) = begun(asha), begun(asha), begun(asha)
    for record in (disputed, held):
        review(siti, record, "approve")
    arrives(asha, asha.operation([("a", "2", [])], record=disputed))
    asha.sync(asha.operation([("b", "3", []), ("$village", FAR, [])], record=held))
    assert due(office, 11) == {
        unreviewed: ("unreviewed",),
        conflict: ("conflict", "unreviewed"),
        waits: ("held",),
    }


def test_what_is_restricted_is_kept_and_told(office: Office, asha: RawDevice) -> None:
    """Broken on purpose: nothing was asked about it."""
    record, case = begun(asha)
    review(office.api("siti", "supervisor", KECAMATAN), record, "approve")
    restrict(office.store, office.person("dewi", "head", KECAMATAN), case, "asked by the family", now_ms())
    assert due(office, 11) == {case: ("restricted",)}


def test_the_years_after_a_birth_are_counted_from_what_the_case_says(office: Office, asha: RawDevice) -> None:
    rule = Rule("anak", After.BIRTH_DATE, 23, "UU 27/2022")
    _, old = begun(asha, tgl_lahir="1990-02-01")
    begun(asha, tgl_lahir="2024-02-01")
    begun(asha, tgl_lahir="unknown")
    begun(asha)
    assert due(office, 0, rule).keys() == {old}


def test_the_command_tells_asks_and_erases_what_was_confirmed(
    office: Office, config: Config, asha: RawDevice, tmp_path: Path
) -> None:
    record, case = begun(asha, tgl_lahir="1990-02-01")
    review(office.api("siti", "supervisor", KECAMATAN), record, "reject", comment="x", remarks={})
    kept = begun(asha, tgl_lahir="1990-02-01")[1]
    office.person("dewi", "head", KECAMATAN)
    rina = at_work(office, "rina", "peksos", KECAMATAN)
    rules = tmp_path / "rules.csv"
    rules.write_text("list,after,years,basis\nanak,birth-date,23,UU 27/2022\n")

    def became(*options: str) -> dict[str, str]:
        told = run_command(config, "retention", str(rules), "--by", "dewi", "--json", *options)
        assert told.returncode == 0, told.stderr
        return {one["case"]: one["became"] for one in json.loads(told.stdout)}

    assert became("--dry-run") == {case: "due", kept: "due"}
    assert "Menunggu" not in rina.get("/confirmations") or case not in rina.get("/confirmations")
    assert became() == {case: "asked", kept: "kept"}
    assert became() == {case: "asked", kept: "kept"}
    asked = rina.get("/confirmations").submit("/confirmations/", press=("decision", "confirm"))
    asked.submit("/confirmations/", password_again=PASSWORD)
    assert became() == {case: "erased", kept: "kept"}
    assert became() == {kept: "kept"}
    words = run_command(config, "retention", str(rules), "--by", "dewi", "--dry-run").stdout
    assert "0 due, 1 due but kept" in words
    assert "kept: a form has not been reviewed" in words


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("list,after\n", "retention-columns"),
        ("list,after,years,basis\n", "retention-rule"),
        ("list,after,years,basis\nanak,once,1,x", "retention-rule"),
        ("list,after,years,basis\nanak,last-entry,0,x", "retention-rule"),
        ("list,after,years,basis\nanak,last-entry,1,", "retention-rule"),
        ("list,after,years,basis\n../x,last-entry,1,x", "retention-rule"),
        ("\xff\xfe", "retention-file"),
    ],
)
def test_rules_that_make_no_sense_are_told(text: str, code: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_rules_file(text.encode("latin-1"))
    assert refusal.value.code == code


def test_the_example_rules_can_be_read() -> None:
    file = Path(__file__).parents[2] / "forms" / "retention.csv"
    assert len(read_rules_file(file.read_bytes())) == 3
