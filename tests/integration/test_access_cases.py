"""
Every way in which somebody may try to reach what is not his, and the tests that show what becomes of it.

Most stand with what they attack; those here have no better place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.areas import is_covered
from tests.conftest import Length
from tests.support.builders import new_id, op_id
from tests.support.filings import FAR, KECAMATAN, NEIGHBOUR, REGENCY, VILLAGE, submit
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice, whole
from tests.support.two_kecamatan import TwoKecamatan, two_kecamatan

__all__ = ["two_kecamatan"]  # a fixture: pytest finds it here by name

ATTEMPTS: Final = {
    "any role, any route, from inside and outside": (
        "test_access",
        "test_every_route_does_for_a_role_exactly_what_the_table_says",
    ),
    "a route with the credentials of another kind": (
        "test_access",
        "test_a_route_takes_no_other_credentials_than_it_declares",
    ),
    "writing as a device, in any role": (
        "test_access_writing",
        "test_a_device_writes_exactly_what_the_table_says",
    ),
    "whatever the description lets somebody send": (
        "test_described_api",
        "test_every_answer_is_as_described_and_tells_nobody_more_than_he_may_know",
    ),
    "a record that many move about, by turns": (
        "test_access_cases",
        "test_whoever_moves_what_each_reads_exactly_what_lies_with_him",
    ),
    "a route without a declaration": (
        "test_routes",
        "test_every_route_declares_who_may_use_it",
    ),
    "no token, half a token, another kind of token": (
        "test_strangers",
        "test_without_a_sound_token_nobody_gets_anywhere",
    ),
    "a person's token as a device, and back": (
        "test_strangers",
        "test_a_persons_token_is_no_devices_and_the_other_way_round",
    ),
    "another device's token": (
        "test_strangers",
        "test_another_devices_token_hands_in_nothing_in_somebodys_name",
    ),
    "a revoked device": (
        "test_strangers",
        "test_a_revoked_device_reads_nothing_and_its_work_is_kept",
    ),
    "a closed account": (
        "test_device_and_server",
        "test_a_device_of_a_disabled_account_says_so_keeps_everything_and_goes_on_afterwards",
    ),
    "a cursor of another device": (
        "test_strangers",
        "test_a_cursor_of_another_device_is_a_cursor_like_any_other",
    ),
    "a case or village of somebody else": (
        "test_strangers",
        "test_a_village_of_somebody_else_is_told_to_nobody",
    ),
    "a known id with other bytes": (
        "test_bad_operations",
        "test_a_known_id_cannot_come_with_other_bytes",
    ),
    "an operation again, by its author or by another": (
        "test_access_cases",
        "test_a_batch_replayed_reordered_or_handed_in_by_another_gives_nobody_anything",
    ),
    "a batch altered, reordered, shortened or added to on the way": (
        "test_signed_batches",
        "test_operations_cannot_be_altered_reordered_added_or_left_out",
    ),
    "a batch signed by another device": (
        "test_signed_batches",
        "test_nobody_writes_in_another_devices_name",
    ),
    "an older batch that is replayed": (
        "test_signed_batches",
        "test_an_older_batch_that_is_replayed_changes_nothing",
    ),
    "a copy of a device": (
        "test_signed_batches",
        "test_a_copy_of_a_device_is_found_and_both_are_taken",
    ),
    "unsigned work of a device that signs": (
        "test_signed_batches",
        "test_a_device_with_a_key_hands_nothing_in_unsigned",
    ),
    "another key for a device": (
        "test_signed_batches",
        "test_a_key_is_never_replaced",
    ),
    "members that try to set owner, role, status or village": (
        "test_access_cases",
        "test_members_that_claim_rights_are_kept_and_mean_nothing",
    ),
    "the same at enrolment": (
        "test_enrol",
        "test_members_that_try_to_set_more_are_left_aside",
    ),
    "a record pulled by setting its village": (
        "test_access_cases",
        "test_who_sets_the_village_of_somebody_elses_record_gets_nothing_of_it",
    ),
    "the same, as the office sees it": (
        "test_pages_held",
        "test_of_a_record_elsewhere_that_would_come_here_only_the_operation_is_told",
    ),
    "a restricted part of somebody else": (
        "test_bad_operations",
        "test_a_restricted_part_is_its_authors_whatever_it_says",
    ),
    "a restricted answer in the open": (
        "test_restricted_in_open",
        "test_it_is_withheld_wherever_a_record_is_told",
    ),
    "work that was held for others": (
        "test_pages_held",
        "test_nobody_sees_or_decides_what_concerns_other_villages",
    ),
    "decisions on somebody else's work": (
        "test_sync_rules",
        "test_nobody_reads_the_decisions_on_somebody_elses_work",
    ),
    "guessed codes": (
        "test_enrol",
        "test_guessing_codes_is_slowed_down_and_ends_with_the_minute",
    ),
    "secrets in logs, addresses and refusals": (
        "test_canaries",
        "test_no_secret_comes_out_where_it_is_not_meant_to",
    ),
}
"""The table: each attempt with the file and the name of its test."""

PEOPLE: Final = {
    "moves-asha": ("officer", VILLAGE),
    "moves-budi": ("officer", FAR),
    "moves-siti": ("supervisor", KECAMATAN),
    "moves-dewi": ("peksos", REGENCY),
    "moves-hana": ("head", "64.02.01"),
}
PLACES: Final = (VILLAGE, NEIGHBOUR, FAR)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_every_attempt_has_its_test(attempt: str) -> None:
    """Broken on purpose: a test of the table was renamed."""
    file, name = ATTEMPTS[attempt]
    (found,) = (Path(__file__).parents[1] / "integration").rglob(f"{file}.py")
    assert f"def {name}(" in found.read_text("utf-8")


# --- many move one record ------------------------------------------------------------------------


@dataclass
class Mover:
    """Somebody with a device and a token, and the area that is his."""

    device: RawDevice
    api: ApiClient
    area: str

    def reads(self, record: str) -> bool:
        return self.api.call("GET", f"records/{record}")[0] == 200

    def receives(self, record: str) -> bool:
        """Whether his device gets it, asking for it by its id and from the beginning of all feeds."""
        device = RawDevice(self.device.client, self.device.token, self.device.replica, self.device.author)
        return record in device.pull(want=[record])[0]


@dataclass
class Wandering:
    """Where a record is, by this test's own reckoning: each village with the operation that put it there."""

    record: str
    where: dict[str, str] = field(default_factory=dict)

    def is_near(self, mover: Mover) -> bool:
        return any(is_covered(village, [mover.area]) for village in self.where.values())

    def move(self, mover: Mover, village: str, has_seen: bool) -> None:
        """Sends a move and says what must come of it."""
        preds = sorted(self.where) if has_seen else []
        sent = mover.device.operation([("$village", village, preds)], record=self.record)
        may = self.is_near(mover) and is_covered(village, [mover.area])
        told = mover.device.post("sync", mover.device.request(sent, cursors={}, limit=1)).json or {}
        assert ("verdicts" not in told) == may, (mover.area, self.where, village, told)
        if may:
            self.where = {op_id(sent): village, **({} if has_seen else self.where)}


@pytest.fixture(scope="module")
def movers(two_kecamatan: TwoKecamatan) -> dict[str, Mover]:
    office = two_kecamatan.office
    return {
        name: Mover(office.device(name, role, area), office.api(name), area)
        for name, (role, area) in PEOPLE.items()
    }


steps = st.lists(
    st.tuples(st.sampled_from(sorted(PEOPLE)), st.sampled_from(PLACES), st.booleans()), min_size=1, max_size=6
)


def test_whoever_moves_what_each_reads_exactly_what_lies_with_him(
    two_kecamatan: TwoKecamatan, movers: dict[str, Mover], length: Length
) -> None:
    """Broken on purpose: the villages that a record is moved to not asked for; then those that it leaves."""

    @settings(max_examples=length.of(15, 500), suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(["moves-asha", "moves-budi", "moves-siti"]), steps)
    def holds(first: str, moves: list[tuple[str, str, bool]]) -> None:
        begun = movers[first]
        village = begun.area if begun.area in PLACES else NEIGHBOUR
        sent = begun.device.submission(record := new_id(), {"a": "1"}, village=village)
        assert "verdicts" not in begun.device.sync(sent)
        wandering = Wandering(record, {op_id(sent): village})
        for name, place, has_seen in moves:
            wandering.move(movers[name], place, has_seen)
        for mover in movers.values():
            near = wandering.is_near(mover)
            assert (mover.reads(record), mover.receives(record)) == (near, near), (mover.area, wandering)

    holds()


# --- single attempts -----------------------------------------------------------------------------


def test_who_sets_the_village_of_somebody_elses_record_gets_nothing_of_it(
    office: Office, asha: RawDevice
) -> None:
    """However he says it: with and without the values that he replaces, for a case as for a form."""
    record, thief = submit(asha, {"a": "secret of Asha"}), office.device("eka", "officer", FAR)
    case = new_id()
    began = asha.operation([("$village", VILLAGE, []), ("nama", "Ani", [])], record=case, kind="case:anak")
    asha.sync(began)
    survivors = office.api("siti", "supervisor", KECAMATAN).get(f"records/{record}")["survivors"]
    for one, kind, preds in (
        (record, "submission", survivors["$village"]),
        (record, "submission", []),
        (case, "case:anak", [op_id(began)]),
        (case, "case:anak", []),
    ):
        pull = thief.operation([("$village", FAR, preds)], record=one, kind=kind)
        told = thief.sync(pull, want=[one])
        assert told["verdicts"]["0"]["code"] == "outside-scope"
        assert whole(told) == {}
        assert thief.pull(want=[one])[0] == {}
    assert office.api("eka").call("GET", f"records/{record}")[0] == 404
    assert {one["in"][0] for one in asha.pull(want=[record, case], cursors={})[0].values()} == {VILLAGE}


def test_a_batch_replayed_reordered_or_handed_in_by_another_gives_nobody_anything(
    office: Office, asha: RawDevice
) -> None:
    """The office's record is the same after each, and who hands in another's work is told nothing of it."""
    record = new_id()
    first = asha.submission(record, {"a": "1"})
    batch: list[Any] = [
        first,
        asha.operation([("a", "2", [op_id(first)])], record=record),
        asha.operation([("b", "3", [])], record=record),
    ]
    asha.sync(*batch)
    siti = office.api("siti", "supervisor", KECAMATAN)
    before = siti.get(f"records/{record}")
    eka = office.device("eka", "officer", FAR)
    neighbour = office.device("nina", "officer", KECAMATAN)
    for sent in (batch, batch[::-1], batch * 2, batch[1:]):
        assert "verdicts" not in asha.sync(*sent)
        for other in (eka, neighbour):
            told = other.sync(*sent, cursors={})
            assert op_id(first) not in str(told.get("decisions"))
        assert whole(eka.sync(*sent)) == {}
        assert siti.get(f"records/{record}") == before
    forged = {**asha.operation([("a", "forged", [op_id(batch[1])])], record=record)}
    told = neighbour.sync(forged)
    assert told["verdicts"]["0"]["code"] == "other-author"
    assert siti.get(f"records/{record}")["answers"]["a"] == "2"


@pytest.mark.parametrize(
    "claim",
    [
        {"owner": "siti"},
        {"role": "head"},
        {"account": "siti"},
        {"status": "ok"},
        {"areas": ["64"]},
        {"villages": [FAR]},
        {"reviewed": True},
        {"meta": {"form": "verifikasi_anak@2026010101", "role": "head", "author": "siti"}},
    ],
    ids=lambda claim: next(iter(claim)),
)
def test_members_that_claim_rights_are_kept_and_mean_nothing(
    office: Office, asha: RawDevice, claim: dict[str, Any]
) -> None:
    record = submit(office.device("eka", "officer", FAR), village=FAR)
    approval = {"decision": "approve", "etag": "x", "comment": ""}
    for changes, code in (
        ([("a", "9", [])], "outside-scope"),
        ([("$review", approval, [])], "outside-scope"),
    ):
        told = asha.sync(asha.operation(changes, record=record, **claim), **claim)
        assert told["verdicts"]["0"]["code"] == code
    own = submit(asha)
    told = asha.sync(asha.operation([("$review", approval, [])], record=own, **claim))
    assert told["verdicts"]["0"]["code"] == "not-a-reviewer"
    assert office.api("siti", "supervisor", KECAMATAN).get(f"records/{own}")["review"]["state"] == "pending"
