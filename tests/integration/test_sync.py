"""The sync endpoint, message by message, on both databases."""

import itertools
from typing import Any

import pytest

from domain.canonical import canonical_bytes, digest_of
from domain.merge import RecordState, fold
from domain.operations import read_operation
from tests.support.builders import new_id, op_id, with_part, with_restricted_part
from tests.support.office import Office
from tests.support.raw_device import RawDevice, short, whole

HERE, NEAR, FAR = "64.02.18.2007", "64.02.18.2006", "64.02.01.2001"


@pytest.fixture
def carla(office: Office) -> RawDevice:
    return office.device("carla", "officer", "64.02.01")


def document(told: dict[str, Any]) -> RecordState:
    return RecordState.from_document({k: v for k, v in told.items() if k != "in"})


def test_a_record_that_one_officer_sends_reaches_the_other(asha: RawDevice, budi: RawDevice) -> None:
    sent = asha.submission(record := new_id(), {"g/nama": "Asha"})
    told = asha.sync(sent)
    state = fold(None, [read_operation(sent)], record)
    assert "verdicts" not in told
    assert short(told) == {record: state.digest}
    records, _ = budi.pull()
    assert records[record]["in"] == [HERE]
    assert document(records[record]).to_bytes() == state.to_bytes()


def test_a_sync_with_nothing_to_do_says_almost_nothing(asha: RawDevice) -> None:
    """Invariant 9, the server's half: the answer has its clock and nothing else."""
    told = asha.sync(have=[0, "AAAAAAAAAAA"])
    quiet = asha.sync(have=[0, "AAAAAAAAAAA"], config=told["config"])
    assert quiet.keys() == {"clock"}


def test_the_same_operation_twice_has_the_effect_of_one(asha: RawDevice, budi: RawDevice) -> None:
    sent = asha.submission(record := new_id())
    first = asha.sync(sent, sent)
    again = asha.sync(sent)
    assert "verdicts" not in first
    assert "verdicts" not in again
    assert record in whole(again)  # a device that repeats cannot know what the record holds by now
    assert again["have"] == first["have"] == [1, first["have"][1]]
    assert list(budi.pull()[0]) == [record]


def test_edits_of_two_officers_who_did_not_see_each_other_are_a_conflict(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    first = asha.submission(record := new_id(), {"a": "1", "b": "1"})
    asha.sync(first)
    budi.pull()
    budi.sync(budi.operation([("a", "2", [op_id(first)])], record=record))
    told = asha.sync(asha.operation([("a", "3", [op_id(first)])], record=record))
    state = document(whole(told)[record])
    assert sorted(map(str, state.values_at("a"))) == ["2", "3"]
    assert state.values_at("b") == ["1"]


def test_an_answer_that_arrives_after_the_one_that_replaces_it_does_not_come_back(
    asha: RawDevice, budi: RawDevice
) -> None:
    """Broken once: `missing` left out of the document."""
    begun = asha.submission(record := new_id(), {"a": "1"})
    late = asha.operation([("a", "2", [op_id(begun)])], record=record)
    asha.sync(begun)
    budi.pull()
    budi.sync(budi.operation([("a", "3", [op_id(late)])], record=record))
    asha.sync(late)
    state = document(budi.pull()[0][record])
    assert state.values_at("a") == ["3"]


def test_work_outside_the_villages_is_held_and_nobody_receives_it(
    asha: RawDevice, carla: RawDevice, office: Office
) -> None:
    sent = carla.submission(new_id(), village=HERE)
    told = carla.sync(sent)
    assert told["verdicts"]["0"]["status"] == "held"
    assert told["verdicts"]["0"]["code"] == "outside-scope"
    assert asha.pull()[0] == {}
    assert told["have"][0] == 1  # it was taken, whatever the verdict


def test_moving_a_record_needs_both_villages(asha: RawDevice, office: Office) -> None:
    """Broken once: only the present villages asked for."""
    sent = asha.submission(record := new_id())
    asha.sync(sent)
    away = asha.operation([("$village", FAR, [op_id(sent)])], record=record)
    assert asha.sync(away)["verdicts"]["0"]["code"] == "outside-scope"
    within = asha.operation([("$village", NEAR, [op_id(sent)])], record=record)
    assert "verdicts" not in asha.sync(within)


def test_nobody_pulls_a_record_to_himself_by_setting_its_village(asha: RawDevice, carla: RawDevice) -> None:
    """Invariant 8. Broken once: authorised against the new village alone."""
    asha.sync(asha.submission(record := new_id(), {"a": "secret"}))
    pull = carla.operation([("$village", FAR, [])], record=record)
    told = carla.sync(pull)
    assert told["verdicts"]["0"]["code"] == "outside-scope"
    assert "records" not in told
    assert carla.pull()[0] == {}


def test_one_malformed_operation_delays_no_other(asha: RawDevice) -> None:
    """Invariant 6. Broken once: the whole batch refused."""
    good, other = asha.submission(one := new_id()), asha.submission(two := new_id())
    told = asha.sync(good, {"v": 1, "parts": "nonsense"}, other)
    assert list(told["verdicts"]) == ["1"]
    assert told["verdicts"]["1"]["status"] == "void"
    assert told["have"][0] == 3
    assert short(told).keys() == {one, two}


def test_a_part_that_is_refused_holds_the_whole_operation(asha: RawDevice, carla: RawDevice) -> None:
    theirs = carla.submission(far := new_id(), village=FAR)
    carla.sync(theirs)
    mine = with_part(asha.submission(new_id()), far, "submission", ["a", "9", []])
    assert asha.sync(mine)["verdicts"]["0"]["code"] == "outside-scope"
    assert asha.pull()[0] == {}
    assert document(whole(carla.sync(want=[far]))[far]).values_at("a") == ["1"]


def test_an_edit_that_comes_before_its_record_waits_and_is_taken_by_itself(
    asha: RawDevice, budi: RawDevice
) -> None:
    """After a restored backup devices come back in any order. Broken once: no second judgement."""
    begun = asha.submission(record := new_id(), {"a": "1"})
    edit = budi.operation([("a", "2", [op_id(begun)])], record=record)
    assert budi.sync(edit)["verdicts"]["0"]["code"] == "unknown-record"
    told = asha.sync(begun)
    assert document(whole(told)[record]).values_at("a") == ["2"]
    answer = budi.sync()
    assert answer["decisions"] == [[op_id(edit), {"status": "ok"}]]
    assert budi.sync().get("decisions") is None


def test_a_cloned_phone_is_told_and_both_its_halves_are_kept(asha: RawDevice) -> None:
    mine = asha.submission(one := new_id())
    theirs = asha.submission(two := new_id(), n=1)
    assert "fork" not in asha.sync(mine)
    assert asha.sync(theirs)["fork"] is True
    assert asha.sync(theirs)["fork"] is True  # the answer may have been lost
    asha.cursors.clear()
    assert asha.pull()[0].keys() == {one, two}


def test_a_replica_belongs_to_its_first_user(asha: RawDevice, budi: RawDevice) -> None:
    asha.sync(asha.submission(new_id()))
    budi.replica = asha.replica
    told = budi.sync(budi.submission(new_id()))
    assert told["verdicts"]["0"]["code"] == "other-replica"
    stolen = budi.submission(new_id(), replica="office", n=5)
    assert budi.sync(stolen)["verdicts"]["0"]["code"] == "other-replica"


def test_nobody_writes_in_somebody_elses_name(asha: RawDevice, budi: RawDevice) -> None:
    told = budi.sync(budi.submission(new_id(), author="asha"))
    assert told["verdicts"]["0"]["code"] == "other-author"


def test_a_form_that_is_not_published_waits(asha: RawDevice) -> None:
    told = asha.sync(
        asha.submission(new_id(), form="verifikasi_anak@9"), asha.submission(new_id(), form=None)
    )
    assert [v["code"] for v in told["verdicts"].values()] == ["unknown-form", "unknown-form"]


def test_an_officers_own_approval_waits(asha: RawDevice) -> None:
    asha.sync(asha.submission(record := new_id()))
    decide = asha.operation([("$review", {"decision": "approve", "etag": "x"}, [])], record=record)
    assert asha.sync(decide)["verdicts"]["0"]["code"] == "not-a-reviewer"


def test_a_record_of_another_kind_waits(asha: RawDevice) -> None:
    asha.sync(asha.submission(record := new_id()))
    told = asha.sync(asha.operation([("a", "2", [])], record=record, kind="case:anak"))
    assert told["verdicts"]["0"]["code"] == "kind-differs"


def test_newer_operations_are_kept_whole_and_wait(asha: RawDevice) -> None:
    told = asha.sync({**asha.submission(new_id()), "v": 2})
    assert told["verdicts"]["0"] == {
        "status": "held",
        "code": "unknown-version",
        "message": told["verdicts"]["0"]["message"],
    }


def test_restricted_parts_reach_their_author_and_social_workers_only(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    """Invariant 8 for classes of data. Broken once: the feed's owner not asked for."""
    peksos = office.device("dewi", "peksos", "64.02")
    head = office.device("eka", "head", "64.02")
    sup = office.device("fitri", "supervisor", "64.02")
    record, part = new_id(), new_id()
    sent = asha.submission(record, {"g/x": {"$": "restricted"}})
    asha.sync(with_restricted_part(sent, record, {"g/x": "secret"}, part=part))
    for reader in (peksos, head):
        assert reader.pull()[0].keys() == {record, part}
    for other in (sup, budi):
        assert other.pull()[0].keys() == {record}
        assert other.sync(want=[part])["unknown"] == [part]
        digests = other.get(f"etags?village={HERE}").json["records"]  # type: ignore[index]
        assert [one for one, _ in digests] == [record]
    asha.cursors.clear()
    assert asha.pull()[0].keys() == {record, part}
    told = budi.sync(budi.operation([("g/x", "other", [])], record=part, kind="restricted"))
    assert told["verdicts"]["0"]["code"] == "not-readable"
    assert "records" not in told


def test_a_restricted_answer_in_the_open_is_held_and_shown_to_nobody_else(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    """A device that does not split what it sends. Broken once: the rule left out of the table."""
    sent = asha.submission(new_id(), {"a": "1", "r": "a secret"})
    assert asha.sync(sent)["verdicts"]["0"]["code"] == "restricted-in-open"
    later = asha.submission(record := new_id())
    asha.sync(later)
    edit = asha.operation([("r", "a secret", [])], record=record, form=None)
    assert asha.sync(edit)["verdicts"]["0"]["code"] == "restricted-in-open"
    assert budi.pull()[0].keys() == {record}
    supervisor, head = office.api("sari", "supervisor", "64.02"), office.api("hana", "head", "64.02")
    assert "a secret" not in str(supervisor.get("held"))
    assert "a secret" in str(head.get("held"))
    assert head.post(f"held/{op_id(sent)}", {"decision": "ok", "reason": "x"})[0] == 409


def test_a_record_that_moves_leaves_one_village_and_enters_the_other(office: Office, asha: RawDevice) -> None:
    one = office.device("gita", "officer", HERE)
    two = office.device("hadi", "officer", NEAR)
    sent = asha.submission(record := new_id())
    asha.sync(sent)
    assert one.pull()[0].keys() == {record}
    asha.sync(asha.operation([("$village", NEAR, [op_id(sent)])], record=record))
    assert one.pull() == ({}, {(HERE, record)})
    assert two.pull()[0].keys() == {record}


def test_a_record_in_two_villages_names_both_whichever_page_it_is_on(
    asha: RawDevice, budi: RawDevice
) -> None:
    """The first page that has it ends with it. Broken on purpose: only the villages of the page named."""
    first = asha.submission(record := new_id(), {"a": "x" * 900}, village=NEAR)
    asha.sync(first)
    asha.sync(*[asha.submission(new_id(), {"a": "x" * 900}, village=NEAR) for _ in range(3)])
    asha.sync(asha.operation([("$village", HERE, [])], record=record))
    pages = [budi.sync(limit=1000)]
    while pages[-1].get("more"):
        pages.append(budi.sync(limit=1000))
    assert len(pages) > 2
    listed = [whole(page)[record]["in"] for page in pages if record in whole(page)]
    assert listed
    assert listed == [[NEAR, HERE]] * len(listed)


def test_pages_are_limited_and_together_complete(asha: RawDevice, budi: RawDevice) -> None:
    ids = [new_id() for _ in range(23)]
    asha.sync(*[asha.submission(one, {"a": "x" * 500}) for one in ids])
    told = budi.sync(limit=2000)
    assert told["more"]
    assert 1 <= len(told["records"]) < 10
    seen = whole(told).keys() | budi.pull(limit=2000)[0].keys()
    assert seen == set(ids)


def test_the_records_of_a_push_are_told_beyond_the_page(asha: RawDevice, budi: RawDevice) -> None:
    asha.sync(*[asha.submission(new_id(), {"a": "x" * 900}) for _ in range(10)])
    told = budi.sync(budi.submission(mine := new_id()), limit=500)
    assert told["more"]
    assert mine in {**short(told), **whole(told)}


def test_a_cursor_from_a_lost_future_resets_its_village(asha: RawDevice, budi: RawDevice) -> None:
    """The tag tells. Broken once: only the number compared."""
    asha.sync(asha.submission(record := new_id()))
    asha.sync(asha.submission(new_id()))
    for strange in ("1.AAAAAAA", "999.AAAAAAA", "x", "1", "-1.x", "1.AAAAAAA.r"):
        budi.cursors = {HERE: strange}
        assert budi.sync()["reset"] == [HERE], strange
    listed = budi.get(f"etags?village={HERE}").json or {}
    budi.cursors = {HERE: listed["cursor"]}
    assert "reset" not in budi.sync()
    assert record in dict(listed["records"])


def test_digests_outside_the_villages_are_refused(asha: RawDevice) -> None:
    assert asha.get(f"etags?village={FAR}").status_code == 403
    assert asha.get("etags?village=../x").status_code == 404
    assert asha.get("etags").status_code == 400


def test_the_digest_of_cursors_stands_for_the_map_that_was_sent(office: Office) -> None:
    """Broken once: any digest taken for the map that is kept."""
    device = office.device("ika", "officer", "64.02.18")
    device.sync(device.submission(new_id()))
    cursors = {f"64.02.18.20{i:02}": "0" for i in range(1, 8)} | device.cursors
    digest = digest_of(canonical_bytes(dict(cursors)))
    unknown = device.post("sync", device.request(cursors=digest))
    assert unknown.status_code == 409
    assert unknown.json["error"]["code"] == "cursors-unknown"  # type: ignore[index]
    assert "records" not in device.sync(cursors=cursors)
    assert "records" not in device.sync(cursors=digest)
    other = digest_of(canonical_bytes({**cursors, NEAR: "7.AAAAAAA"}))
    assert device.post("sync", device.request(cursors=other)).status_code == 409


def test_wanted_records_come_and_unknown_ones_are_named(asha: RawDevice, budi: RawDevice) -> None:
    asha.sync(asha.submission(record := new_id()))
    budi.pull()
    told = budi.sync(want=[record, stranger := new_id()])
    assert whole(told)[record]["in"] == [HERE]
    assert told["unknown"] == [stranger]


def test_offered_ids_are_compared_and_the_digest_begins_anew(asha: RawDevice) -> None:
    sent, lost = asha.submission(new_id()), asha.submission(new_id())
    asha.sync(sent)
    answer = asha.post("have", {"replica": asha.replica, "ids": [op_id(sent), op_id(lost)]})
    told = answer.json or {}
    assert told["missing"] == [op_id(lost)]
    assert told["have"][0] == 1
    assert asha.sync(lost)["have"][0] == 2


def test_nobody_learns_by_offering_ids_whether_somebody_elses_operation_exists(
    asha: RawDevice, budi: RawDevice
) -> None:
    sent = asha.submission(new_id())
    asha.sync(sent)
    told = budi.post("have", {"replica": budi.replica, "ids": [op_id(sent)]}).json or {}
    assert told["missing"] == [op_id(sent)]


def test_a_revoked_device_reads_nothing_and_hands_in_its_work(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    budi.sync(budi.submission(new_id()))
    office.revoke("asha")
    told = asha.sync(asha.submission(new_id()))
    assert told["verdicts"]["0"]["code"] == "revoked-device"
    assert told["revoked"] is True
    assert told.keys() <= {"verdicts", "revoked", "have", "clock"}
    assert asha.get(f"etags?village={HERE}").status_code == 403


def test_the_state_is_the_same_whatever_the_order_of_arrival(asha: RawDevice) -> None:
    """Invariant 1 through the endpoint: every order of three edits of a record, one request for each."""
    for order in itertools.permutations(range(3)):
        begun = asha.submission(record := new_id(), {"a": "1", "b": "1"})
        first = op_id(begun)
        edits = [
            asha.operation([("a", "2", [first])], record=record, time=5),
            asha.operation([("a", "3", [first]), ("b", "2", [first])], record=record, time=6),
            asha.operation([("b", "3", [])], record=record, time=7),
        ]
        asha.sync(begun)
        for i in order:
            asha.sync(edits[i])
        expected = fold(None, [read_operation(op) for op in (begun, *edits)], record)
        assert document(whole(asha.sync(want=[record]))[record]).to_bytes() == expected.to_bytes()
