"""What a page of the feeds holds: every row once, and of a record's villages only those of the reader."""

import pytest

from tests.support.builders import new_id, op_id
from tests.support.filings import FAR, NEIGHBOUR, REGENCY, VILLAGE, submit
from tests.support.office import Office
from tests.support.raw_device import RawDevice, whole

LARGE = {"a": "x" * 6000}
SMALL_PAGE = 10_000
"""Bytes that a page may hold: five rows are read for it, and two large records fill it."""


@pytest.fixture
def budi(office: Office) -> RawDevice:
    """An officer of one village."""
    return office.device("budi", "officer", VILLAGE)


@pytest.fixture
def rani(office: Office) -> RawDevice:
    """A head, who may put a record into any village."""
    return office.device("rani", "head", REGENCY)


def in_two_villages(asha: RawDevice, rani: RawDevice) -> str:
    """A record in the village and in one far away, which the head added without having seen the other."""
    record = submit(asha)
    rani.sync(rani.operation([("$village", FAR, [])], record=record))
    return record


# --- every row -----------------------------------------------------------------------------------


def test_a_cursor_stops_before_the_first_row_that_did_not_fit(asha: RawDevice, budi: RawDevice) -> None:
    """Invariant 4. Broken on purpose: a page that ended with its budget took its cursor to the feed's end."""
    records = {submit(asha, LARGE) for _ in range(3)}
    first = budi.sync(limit=SMALL_PAGE)
    assert (len(whole(first)), first["more"]) == (2, True)
    assert whole(first).keys() | budi.pull(limit=SMALL_PAGE)[0].keys() == records


def test_what_was_asked_for_and_did_not_fit_is_told_to_be_more(asha: RawDevice, budi: RawDevice) -> None:
    """Fifty are looked up at a time. Broken on purpose: the rest passed over without a word."""
    filled = {new_id(): asha.submission for _ in range(51)}
    asha.sync(*[submission(record, LARGE) for record, submission in filled.items()])
    budi.sync(limit=1_000_000)
    told = budi.sync(want=list(filled), limit=SMALL_PAGE)
    assert (len(whole(told)), told.get("more")) == (50, True)
    rest = filled.keys() - whole(told).keys()
    assert whole(budi.sync(want=list(rest), limit=SMALL_PAGE)).keys() == rest


def test_a_record_that_left_a_village_is_not_in_its_list(office: Office, asha: RawDevice) -> None:
    """Invariant 4, for who compares by lists. Broken on purpose: rows listed that are not present."""
    sent = asha.submission(record := new_id())
    asha.sync(sent)
    asha.sync(asha.operation([("$village", NEIGHBOUR, [op_id(sent)])], record=record))
    for village, expected in ((VILLAGE, []), (NEIGHBOUR, [record])):
        listed = asha.get(f"etags?village={village}").json or {}
        assert [one for one, _ in listed["records"]] == expected


# --- whose villages ------------------------------------------------------------------------------


@pytest.mark.parametrize("areas", [(VILLAGE,), (VILLAGE, NEIGHBOUR)], ids=["one-village", "two-villages"])
def test_a_feed_names_only_the_readers_villages(
    office: Office, asha: RawDevice, rani: RawDevice, areas: tuple[str, ...]
) -> None:
    """Invariant 8. Broken on purpose: all villages that list a record named."""
    record = in_two_villages(asha, rani)
    assert whole(office.device("gita", "officer", *areas).sync())[record]["in"] == [VILLAGE]


def test_what_is_asked_for_or_touched_names_only_the_readers_villages(
    asha: RawDevice, rani: RawDevice, budi: RawDevice
) -> None:
    """Invariant 8. Broken on purpose: the record's villages told as they are."""
    record = in_two_villages(asha, rani)
    budi.pull()
    assert whole(budi.sync(want=[record]))[record]["in"] == [VILLAGE]
    edits = [budi.operation([("b", value, [])], record=record) for value in "12"]
    # The answer to a first one is whole, that to one on the newest state is a digest.
    told = [budi.sync(edit)["records"][0] for edit in edits]
    assert [one["in"] if isinstance(one, dict) else one[2:] for one in told] == [[VILLAGE]] * 2
    assert FAR not in str(told)
