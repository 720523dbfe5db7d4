"""The tags of cursors: kept for 400 days after something newer came, and the newest however old it is."""

import pytest
from sqlalchemy import text

from server.clock import now_ms
from server.services.check_store import Checked, check_store
from server.store.feed import PRUNE_EVERY, heads_of
from tests.support.builders import new_id
from tests.support.filings import VILLAGE, submit
from tests.support.office import Office
from tests.support.raw_device import RawDevice

DAY = 24 * 3600 * 1000
OLD, YOUNG = now_ms() - 401 * DAY, now_ms() - 399 * DAY


def written(office: Office, at: int) -> None:
    """As if every batch so far had been written then."""
    with office.store.write() as connection:
        connection.execute(text("UPDATE feed_tag SET written = :at"), {"at": at})


def numbers(office: Office) -> list[int]:
    """The numbers of the village whose tags are kept."""
    query = text("SELECT last FROM feed_tag WHERE feed = :feed ORDER BY last")
    with office.store.read() as connection:
        return list(connection.execute(query, {"feed": VILLAGE}).scalars())


def fill(device: RawDevice) -> None:
    """Enough records for old tags to be looked for."""
    device.sync(*(device.submission(new_id()) for _ in range(PRUNE_EVERY)))


def test_a_tag_that_is_too_old_is_forgotten_and_its_cursor_is_reset(office: Office, asha: RawDevice) -> None:
    """Broken on purpose: nothing was ever pruned, as it was before this test."""
    submit(asha)
    first = dict(asha.cursors)
    submit(asha)
    written(office, OLD)
    fill(asha)
    assert numbers(office) == [2, PRUNE_EVERY + 2]
    assert asha.sync(cursors=first)["reset"] == [VILLAGE]
    assert "reset" not in asha.sync()
    with office.store.read() as connection:
        assert list(check_store(connection, Checked())) == []


def test_who_had_read_everything_of_a_quiet_village_is_not_reset(office: Office, asha: RawDevice) -> None:
    """The newest stays, and for 400 days after it is no longer that.

    Broken on purpose: every tag older than 400 days but the newest was forgotten.
    """
    submit(asha)
    all_read = dict(asha.cursors)
    written(office, OLD)
    assert "reset" not in asha.sync()
    fill(asha)
    assert "reset" not in asha.sync(cursors=all_read)


def test_a_tag_that_is_young_enough_is_kept(office: Office, asha: RawDevice) -> None:
    """Broken on purpose: two days less."""
    submit(asha)
    first = dict(asha.cursors)
    submit(asha)
    written(office, YOUNG)
    fill(asha)
    assert numbers(office) == [1, 2, PRUNE_EVERY + 2]
    assert "reset" not in asha.sync(cursors=first)


@pytest.mark.parametrize("further", [1, PRUNE_EVERY])
def test_tags_are_looked_for_now_and_then_only(office: Office, asha: RawDevice, further: int) -> None:
    """A batch in which no 256th number is given costs no statement more. Broken on purpose: each looked."""
    submit(asha)
    submit(asha)
    written(office, OLD)
    asha.sync(*(asha.submission(new_id()) for _ in range(further)))
    assert (1 in numbers(office)) == (further == 1)


def test_a_country_has_more_villages_than_a_query_has_parameters(office: Office) -> None:
    """Broken on purpose: all heads asked for in one IN list. PostgreSQL takes 65,535, SQLite 32,766."""
    with office.store.read() as connection:
        assert list(heads_of(connection, [VILLAGE, *(f"99.{i}" for i in range(66_000))])) == [VILLAGE]
