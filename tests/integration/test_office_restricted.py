"""Restricted answers in the office, from outside: who reads them, where changes go, and reviews."""

from typing import Any

import pytest

from server.services.check_store import Checked, check_store
from tests.support.builders import new_id, with_part, with_restricted_part
from tests.support.filings import (
    FAR,
    KECAMATAN,
    MARKER,
    NEIGHBOUR,
    REGENCY,
    VILLAGE,
    answers_apart,
    edit,
    review,
    submit,
    with_restricted,
)
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice


def test_restricted_answers_are_for_their_author_social_workers_and_the_head(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record, part = with_restricted(asha)
    for reader in (
        office.api("peksos", "peksos", REGENCY),
        office.api("kabid", "head", REGENCY),
        office.api("asha"),
    ):
        told = reader.get(f"records/{record}")
        assert (told["answers"]["r"], told["restricted"]) == ("luka", [])
        assert reader.call("GET", f"records/{part}")[0] == 200
    for reader in (supervisor, office.api("budi", "officer", VILLAGE)):
        told = reader.get(f"records/{record}")
        assert "r" not in told["answers"]
        assert told["restricted"] == ["r"]
        assert "luka" not in str(told)
        assert reader.call("GET", f"records/{part}")[0] == 404
        assert "luka" not in str(reader.get(f"records/{record}/history"))


def test_a_restricted_answer_changed_in_the_office_stays_in_its_part(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    """Broken on purpose: the change went into the submission as it came, and the supervisor read it."""
    record, part = with_restricted(asha)
    peksos = office.api("peksos", "peksos", REGENCY)
    preds = peksos.get(f"records/{record}")["survivors"]["r"]
    changes = {"preds": preds, "changes": [["r", "rahasia", list(range(len(preds)))], ["b", "x", []]]}
    status, told = peksos.post(f"records/{record}/changes", changes)
    assert (status, told["answers"]["r"], told["conflicts"]) == (200, "rahasia", {})
    assert peksos.get(f"records/{part}")["answers"]["r"] == "rahasia"
    seen = supervisor.get(f"records/{record}")
    assert (seen["answers"]["b"], seen["restricted"]) == ("x", ["r"])
    assert "rahasia" not in str(seen) + str(supervisor.get(f"records/{record}/history"))
    documents, _ = office.device("budi", "officer", VILLAGE).pull()
    assert "rahasia" not in str(documents)


def test_a_first_restricted_answer_from_the_office_makes_a_part(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record = submit(asha)
    peksos = office.api("peksos", "peksos", REGENCY)
    status, told = peksos.post(f"records/{record}/changes", {"changes": [["r", "rahasia", []]]})
    assert (status, told["answers"]["r"]) == (200, "rahasia")
    assert supervisor.get(f"records/{record}")["restricted"] == ["r"]


def test_two_parts_that_disagree_are_a_conflict_that_one_change_settles(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record, _ = with_restricted(asha)
    answers_apart(office.device("budi", "officer", VILLAGE), record, "memar")
    peksos = office.api("peksos", "peksos", REGENCY)
    told = peksos.get(f"records/{record}")
    assert {one["value"] for one in told["conflicts"]["r"]} == {"luka", "memar"}
    preds = told["survivors"]["r"]
    change = {"preds": preds, "changes": [["r", "memar", list(range(len(preds)))]]}
    _, told = peksos.post(f"records/{record}/changes", change)
    assert (told["answers"]["r"], told["conflicts"]) == ("memar", {})


@pytest.mark.parametrize("chosen", ["luka", "memar", "lain"])
def test_what_a_social_worker_settles_shows_nobody_what_another_officer_entered(
    office: Office, asha: RawDevice, budi: RawDevice, supervisor: ApiClient, chosen: str
) -> None:
    """Broken on purpose: the value was written into every part, so into the other officer's too."""
    record, _ = with_restricted(asha)
    answers_apart(budi, record, "memar")
    peksos = office.api("peksos", "peksos", REGENCY)
    status, told = change(peksos, record, r=chosen)
    assert (status, told["answers"]["r"], told["conflicts"]) == (200, chosen, {})
    for name, given in (("asha", "luka"), ("budi", "memar")):
        read = office.api(name).get(f"records/{record}")
        assert read["answers"].get("r") == (chosen if chosen == given else None)
        assert read["restricted"] == ([] if chosen == given else ["r"])
        documents, _ = office.device(name, "officer", KECAMATAN).pull()
        others = {"luka", "memar", "lain"} - {given}
        assert not any(one in str(documents) + str(read) for one in others)
    assert supervisor.get(f"records/{record}")["restricted"] == ["r"]
    assert review(peksos, record, "approve")[0] == 200


def test_who_answers_anew_after_it_was_settled_disagrees_again(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    record, _ = with_restricted(asha)
    answers_apart(budi, record, "memar")
    peksos = office.api("peksos", "peksos", REGENCY)
    assert change(peksos, record, r="luka")[0] == 200
    assert change(office.api("budi"), record, r="retak")[0] == 200
    told = peksos.get(f"records/{record}")
    assert {one["value"] for one in told["conflicts"]["r"]} == {"luka", "retak"}
    assert office.api("asha").get(f"records/{record}")["answers"]["r"] == "luka"
    assert change(office.api("asha"), record, r="retak")[0] == 200
    assert peksos.get(f"records/{record}")["conflicts"] == {}


def change(client: ApiClient, record: str, **answers: str) -> tuple[int, Any]:
    """Answers entered in the office by somebody who sees everything that he may see there."""
    seen = client.get(f"records/{record}")["survivors"]
    preds = sorted({one for path in answers for one in seen.get(path, [])})
    changes = [
        [path, value, [preds.index(one) for one in seen.get(path, [])]] for path, value in answers.items()
    ]
    return client.post(f"records/{record}/changes", {"preds": preds, "changes": changes})


def state_of(client: ApiClient, record: str) -> str:
    return str(client.get(f"records/{record}")["review"]["state"])


def test_a_restricted_answer_that_the_office_changes_leaves_no_approval_standing(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    """Broken on purpose: no new marker where the submission had one already; the approval stood."""
    record, _ = with_restricted(asha)
    peksos = office.api("peksos", "peksos", REGENCY)
    assert review(supervisor, record, "approve")[0] == 200
    assert change(peksos, record, r="rahasia")[0] == 200
    assert state_of(supervisor, record) == "stale"
    assert review(supervisor, record, "approve")[0] == 200
    assert state_of(supervisor, record) == "approved"
    documents, _ = asha.pull()
    assert all("missing" not in document for document in documents.values())


def test_a_restricted_part_is_not_changed_behind_its_submissions_back(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record, part = with_restricted(asha)
    assert review(supervisor, record, "approve")[0] == 200
    status, told = change(office.api("kabid", "head", REGENCY), part, r="rahasia")
    assert (status, told["error"]["code"]) == (400, "restricted-part")
    assert state_of(supervisor, record) == "approved"


@pytest.mark.parametrize("role", ["peksos", "head"])
def test_who_sees_restricted_answers_disagree_cannot_approve(
    office: Office, asha: RawDevice, budi: RawDevice, role: str
) -> None:
    """Broken on purpose: an approval looked at the submission alone."""
    record, _ = with_restricted(asha)
    answers_apart(budi, record, "memar")
    reader = office.api("dewi", role, REGENCY)
    status, told = review(reader, record, "approve")
    assert (status, told["error"]["code"]) == (409, "conflict-open")
    assert change(reader, record, r="memar")[0] == 200
    assert review(reader, record, "approve")[0] == 200


def test_who_does_not_see_restricted_answers_disagree_approves_until_they_are_settled(
    office: Office, asha: RawDevice, budi: RawDevice, supervisor: ApiClient
) -> None:
    """See docs/decisions: he approves what he sees, and whatever is restricted moves the version."""
    record, _ = with_restricted(asha)
    assert review(supervisor, record, "approve")[0] == 200
    answers_apart(budi, record, "memar")
    assert state_of(supervisor, record) == "stale"
    assert review(supervisor, record, "approve")[0] == 200
    assert "memar" not in str(supervisor.get(f"records/{record}"))
    peksos = office.api("peksos", "peksos", REGENCY)
    assert set(peksos.get(f"records/{record}")["conflicts"]) == {"r"}
    assert change(peksos, record, r="memar")[0] == 200
    assert state_of(supervisor, record) == "stale"


def test_the_restricted_parts_that_the_mover_reads_move_with_their_submission(
    office: Office, asha: RawDevice
) -> None:
    """Broken on purpose: the submission moved alone, and nobody in the new village could read on."""
    record, part = with_restricted(asha)
    assert change(office.api("kabid", "head", REGENCY), record, **{"$village": FAR})[0] == 200
    near, far = office.api("peksos", "peksos", VILLAGE), office.api("dewi", "peksos", FAR)
    assert far.get(f"records/{record}")["answers"]["r"] == "luka"
    assert far.get(f"records/{part}")["village"] == FAR
    assert near.call("GET", f"records/{part}")[0] == 404


def test_a_part_that_somebody_else_moved_is_still_its_authors(office: Office, asha: RawDevice) -> None:
    """Invariant 8. Broken on purpose: whoever wrote last taken for the part's author."""
    record, part = with_restricted(asha)
    assert change(office.api("kabid", "head", REGENCY), record, **{"$village": NEIGHBOUR})[0] == 200
    asha.cursors.clear()
    assert asha.pull()[0][part]["in"] == [NEIGHBOUR]
    for role, expected in (("officer", {record}), ("supervisor", {record}), ("peksos", {record, part})):
        assert office.device(f"a-{role}", role, KECAMATAN).pull()[0].keys() == expected
    with office.store.read() as connection:
        assert list(check_store(connection, Checked())) == []


def test_a_first_restricted_answer_in_two_villages_at_once_begins_in_its_authors(
    office: Office, asha: RawDevice
) -> None:
    """Broken on purpose: the part began in the first village by code, which was not the author's."""
    record = submit(asha)
    edit(office.device("kabid", "head", REGENCY), record, "$village", FAR)
    peksos = office.api("peksos", "peksos", VILLAGE)
    assert set(peksos.get(f"records/{record}")["conflicts"]) == {"$village"}
    assert change(peksos, record, r="rahasia")[0] == 200
    assert peksos.get(f"records/{record}")["answers"]["r"] == "rahasia"


@pytest.mark.parametrize("places", [(KECAMATAN, FAR), (KECAMATAN,)], ids=["taken in", "held"])
def test_a_history_tells_nothing_of_restricted_answers_in_other_villages(
    office: Office, places: tuple[str, ...]
) -> None:
    """Seen to fail when who reads all of them read also those of a record elsewhere in the same operation."""
    device = office.device("putu", "officer", *places)
    record, other, part = new_id(), new_id(), new_id()
    sent = with_part(
        device.submission(record, {"a": "1"}), other, "submission", ["$village", FAR, []], ["r", MARKER, []]
    )
    assert "verdicts" not in device.sync(device.submission(record, {"a": "0"}))
    device.sync(with_restricted_part(sent, other, {"r": "luka"}, part=part, village=FAR))
    for name, area, is_told in (("dekat", KECAMATAN, False), ("semua", REGENCY, True)):
        reader = office.api(name, "peksos", area)
        told = reader.get(f"records/{record}/history")["operations"]
        assert len(told) == 2
        assert ("luka" in str(told)) is is_told, name
        assert told[1]["restricted"] == ([] if is_told else ["r"])
