"""Records come and go with their villages, and villages with the account.

Broken on purpose, with a failing test here: `left` ignored.
"""

from typing import NoReturn

import pytest

from client_sync.errors import Unreachable
from client_sync.plan import FEW
from domain.operations import SUBMISSION
from tests.support.devices import FAR_VILLAGE, OTHER_VILLAGE, VILLAGE, Fleet, stored


def test_a_record_that_moves_out_of_sight_is_dropped(fleet: Fleet) -> None:
    head, budi = fleet.phone("hana", "head", ("64.02",)), fleet.phone("budi")
    record = head.new("anak", VILLAGE, {"nama": "a"}).record
    head.sync()
    budi.sync()
    head.set(record, {"$village": FAR_VILLAGE})
    head.sync()
    assert budi.sync().left == 1
    assert budi.store.records.ids() == []
    assert stored(head) == fleet.server.state.records


def test_a_record_that_moves_between_own_villages_stays(fleet: Fleet) -> None:
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    record = asha.new("anak", VILLAGE, {"nama": "a", "luka": "x"}).record
    asha.sync()
    budi.sync()
    asha.set(record, {"$village": OTHER_VILLAGE})
    asha.sync()
    budi.sync()
    assert budi.store.feeds.villages_of(record) == {OTHER_VILLAGE}
    part = asha.dossier(record).parts[0]
    assert part.values_at("$village") == [OTHER_VILLAGE]


def test_work_is_handed_in_before_its_village_is_dropped(fleet: Fleet) -> None:
    asha = fleet.phone()
    first = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    saved = asha.set(first, {"nama": "b"})
    fleet.server.users["asha"].areas = (OTHER_VILLAGE,)
    report = asha.sync()
    assert report.verdicts["held"] == 1
    assert stored(asha) == {}
    assert asha.identity.areas == (OTHER_VILLAGE,)
    assert asha.dossier(first).answers["nama"] == "b"  # the officer's own work stays in his view, marked
    assert asha.status_of(saved.operations[0]) == "held"


def test_a_record_that_is_being_corrected_stays_until_that_is_finished(fleet: Fleet) -> None:
    """Broken on purpose: dropped at once, and what was typed could be neither kept nor finished."""
    asha = fleet.phone()
    first, other = (asha.new("anak", VILLAGE, {"nama": name}).record for name in "ab")
    asha.sync()
    finished, thrown = asha.drafts.start_correction(first), asha.drafts.start_correction(other)
    fleet.server.users["asha"].areas = (OTHER_VILLAGE,)
    assert asha.sync().left == 2
    assert set(stored(asha)) == {first, other}
    asha.drafts.type_answer(finished.id, "nama", "c")
    saved = asha.drafts.finish_draft(finished.id)
    asha.drafts.discard_draft(thrown.id)
    assert stored(asha) == {}
    assert asha.sync().verdicts["held"] == 1
    assert asha.status_of(saved.operations[0]) == "held"
    assert asha.dossier(first).answers["nama"] == "c"


def test_a_record_that_comes_back_while_it_is_corrected_stays(fleet: Fleet) -> None:
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    draft = asha.drafts.start_correction(record)
    for areas in ((OTHER_VILLAGE,), (VILLAGE, OTHER_VILLAGE)):
        fleet.server.users["asha"].areas = areas
        asha.sync()
    asha.drafts.type_answer(draft.id, "nama", "b")
    asha.drafts.finish_draft(draft.id)
    assert asha.sync().verdicts["ok"] == 1
    assert stored(asha) == fleet.server.state.records


def test_a_village_that_was_the_accounts_for_a_moment_is_dropped(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Its records came, the line broke, and the villages became those again that the device knew.

    Found by the hostile world: then nothing was different, and they stayed. Broken on purpose again.
    """
    asha, budi = fleet.phone("asha", "officer", (VILLAGE,)), fleet.phone("budi", "officer", (OTHER_VILLAGE,))
    asha.new("anak", VILLAGE, {"nama": "a"})
    asha.sync()
    budi.sync()
    fleet.server.users["budi"].areas = (VILLAGE, OTHER_VILLAGE)
    with monkeypatch.context() as broken:
        broken.setattr(fleet.server, "_areas", lambda user: no_line())
        with pytest.raises(Unreachable):
            budi.sync()
    assert len(stored(budi)) == 1
    fleet.server.users["budi"].areas = (OTHER_VILLAGE,)
    assert budi.sync().left == 1
    assert stored(budi) == {}


def no_line() -> NoReturn:
    raise Unreachable("the line broke")


def test_villages_are_compared_only_when_the_outbox_is_empty(fleet: Fleet) -> None:
    asha = fleet.phone()
    for name in "abc":
        asha.new("anak", VILLAGE, {"nama": name})
    fleet.server.most = 1
    fleet.server.users["asha"].areas = (OTHER_VILLAGE, VILLAGE)
    fleet.server.calls.clear()
    asha.sync()
    before = fleet.server.calls[: fleet.server.calls.index("GET /api/v1/areas")]
    assert before.count("POST /api/v1/sync") >= 3


def test_a_village_that_is_added_is_read_in_the_same_sync(fleet: Fleet) -> None:
    asha, head = fleet.phone("asha"), fleet.phone("hana", "head", ("64.02",))
    record = head.new("anak", FAR_VILLAGE, {"nama": "a"}).record
    head.sync()
    asha.sync()
    assert record not in stored(asha)
    fleet.server.users["asha"].areas = ("64.02.18", "64.02.19")
    asha.sync()
    assert record in stored(asha)


def test_a_village_that_was_lost_and_comes_back_is_read_from_its_beginning(fleet: Fleet) -> None:
    """Invariant 4. Broken on purpose: its cursor kept, and what was dropped never came again."""
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    asha.new("anak", VILLAGE, {"nama": "a"})
    asha.sync()
    for areas in ((VILLAGE, OTHER_VILLAGE), (OTHER_VILLAGE,), (VILLAGE, OTHER_VILLAGE)):
        fleet.server.users["budi"].areas = areas
        budi.sync()
        assert stored(budi) == (fleet.server.state.records if VILLAGE in areas else {})


def test_a_social_worker_who_becomes_an_officer_loses_restricted_answers(fleet: Fleet) -> None:
    asha, dewi = fleet.phone("asha"), fleet.phone("dewi", "peksos")
    record = asha.new("anak", VILLAGE, {"nama": "a", "luka": "memar"}).record
    asha.sync()
    dewi.sync()
    assert dewi.dossier(record).answers["luka"] == "memar"
    fleet.server.users["dewi"].role = "officer"
    dewi.sync()
    assert dewi.dossier(record).unreadable == ["luka"]
    assert [state.kind for state in stored(dewi).values()] == [SUBMISSION]


def test_many_cursors_travel_as_a_digest_once_the_server_knows_them(fleet: Fleet) -> None:
    asha = fleet.phone()
    for village in fleet.server.villages[: FEW + 1]:
        asha.new("anak", village, {"nama": village})
    asha.sync()
    asha.sync()  # sends the map
    asha.sync()
    assert isinstance(fleet.server.requests[-2]["cursors"], dict)
    assert isinstance(fleet.server.requests[-1]["cursors"], str)
    fleet.server.state.maps.clear()
    report = asha.sync()  # refused with 409, then the map itself
    assert (report.traffic.requests, report.is_quiet) == (2, True)
