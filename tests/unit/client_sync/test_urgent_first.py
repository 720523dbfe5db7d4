"""
What says that somebody is in danger leaves the device before all else, with what it needs before it.

Broken on purpose: urgent operations sent without those before them on the same record, so that an edit came
before the form that it edits; the rest of a large filling left behind; what was sent ahead sent again; the
batch filled up with what can wait; what waits named without the urgent one that lay behind it.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_sync.sql import schema_files
from client_sync.store import Store, open_store
from domain.operations import parse_raw
from domain.urgency import records_in_danger
from tests.support.builders import REPLICA, operation
from tests.support.devices import KEY, VILLAGE, Fleet, Phone, fleet

__all__ = ["fleet"]

DANGER = "g_lindung/bahaya_segera"
UNSENT = 60


def carried(fleet: Fleet) -> list[list[str]]:
    """The ids that each request carried which carried any."""
    named = [[one["salt"] for one in request.get("ops", ())] for request in fleet.server.requests]
    return [salts for salts in named if salts]


def salts(phone: Phone, *operations: str) -> list[str]:
    return [
        one.raw.decode().partition('"salt":"')[2][:11] for one in phone.operations() if one.id in operations
    ]


def fill(phone: Phone, count: int) -> None:
    for i in range(count):
        phone.new("anak", VILLAGE, {"nama": f"Asha {i}", "catatan": "x" * 1500})


def test_of_sixty_unsent_forms_the_last_that_says_danger_is_on_the_server_after_one_request(
    fleet: Fleet,
) -> None:
    phone = fleet.phone()
    fill(phone, UNSENT)
    urgent = phone.new("anak", VILLAGE, {DANGER: "1"})
    report = phone.sync()
    sent = carried(fleet)
    assert sent[0] == salts(phone, *urgent.operations)
    assert sum(map(len, sent)) == UNSENT + 1 == report.sent
    assert fleet.server.breaches == []
    assert phone.store.outbox.count_queued() == 0


def test_what_it_needs_goes_before_it_and_nothing_else_does(fleet: Fleet) -> None:
    """The form that an officer corrects was filled before; that of a neighbour can wait."""
    phone = fleet.phone()
    first = phone.new("anak", VILLAGE, {"nama": "Asha"})
    other = phone.new("anak", VILLAGE, {"nama": "Citra"})
    correction = phone.set(first.record, {DANGER: "1"})
    later = phone.set(first.record, {"umur": "7"})
    phone.sync()
    first_batch, *rest = carried(fleet)
    assert first_batch == salts(phone, *first.operations, *correction.operations)
    assert [one for some in rest for one in some] == salts(phone, *other.operations, *later.operations)


def test_a_filling_of_several_operations_goes_whole(fleet: Fleet) -> None:
    phone = fleet.phone()
    fill(phone, 2)
    large = {f"g/q_{i}": "x" * 20_000 for i in range(8)}
    urgent = phone.new("anak", VILLAGE, {DANGER: "1", **large})
    assert len(urgent.operations) > 2
    phone.sync()
    sent = [one for some in carried(fleet) for one in some]
    assert sent[: len(urgent.operations)] == salts(phone, *urgent.operations)


def test_the_office_learns_by_the_signed_batch_what_waits_besides(fleet: Fleet) -> None:
    phone = fleet.phone()
    fill(phone, 3)
    phone.new("anak", VILLAGE, {DANGER: "1"})
    fill(phone, 1)
    phone.sync()
    first = next(request["batch"] for request in fleet.server.requests if "batch" in request)
    assert list(first["waiting"].values()) == [[[1, 3], [5, 5]]]


@pytest.mark.parametrize("value", ["1", "2"])
def test_whoever_saves_it_is_told_to_send_it_at_once(fleet: Fleet, value: str) -> None:
    phone = fleet.phone()
    draft = phone.drafts.start_draft("anak", VILLAGE)
    phone.drafts.type_answer(draft.id, DANGER, value)
    saved = [phone.drafts.finish_draft(draft.id), phone.new("anak", VILLAGE, {DANGER: value})]
    saved.append(phone.set(phone.new("anak", VILLAGE, {"nama": "Asha"}).record, {DANGER: value}))
    expected = ["danger-now"] if value == "1" else []
    assert [[one.code for one in each.notices if one.code == "danger-now"] for each in saved] == [
        expected
    ] * 3


def test_a_store_of_before_knows_what_of_it_cannot_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: nothing marked; a question looked for whose name only ends so."""
    steps = [one for one in schema_files() if one.number < 5]
    with monkeypatch.context() as patched:
        patched.setattr("client_sync.database.schema_files", lambda: tuple(steps))
        old = open_store(tmp_path, KEY, 1)
        old.settings.begin_replica(REPLICA)
        for n, path in enumerate(["nama", "tidak_bahaya_segera", DANGER, "bahaya_segera"], 1):
            one = operation([(path, "1", ())], n=n, record=record_of(n))
            old.database._connection.execute(
                "INSERT INTO operation (id, replica, n, author, status, created, raw)"
                " VALUES (?, ?, ?, 'asha', 'queued', 1, ?)",
                (one.id, REPLICA, n, one.raw),
            )
        old.close()
    with_flags = open_store(tmp_path, KEY, 1)
    assert [(parse_raw(one.raw).n, one.is_urgent) for one in with_flags.outbox.queued(9)] == [
        (3, True),
        (4, True),
        (1, False),
        (2, False),
    ]
    with_flags.close()


def record_of(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """One for all examples: each empties it."""
    folder = Path(mkdtemp())
    made = open_store(folder, KEY, 1)
    made.settings.begin_replica(REPLICA)
    yield made
    made.close()
    shutil.rmtree(folder)


@given(
    saved=st.lists(st.tuples(st.sets(st.integers(0, 5), min_size=1, max_size=3), st.booleans()), max_size=12),
    most=st.integers(0, 14),
    sent=st.integers(0, 5),
)
def test_the_order_is_sound_whatever_was_saved(
    store: Store, saved: list[tuple[set[int], bool]], most: int, sent: int
) -> None:
    """
    Everything once; of two that speak of one record the earlier first; what can wait behind what cannot and
    its needs; and nothing needlessly before it.
    """
    store.database._connection.execute("DELETE FROM operation")
    operations = []
    for n, (records, is_urgent) in enumerate(saved, 1):
        path = "bahaya_segera" if is_urgent else "nama"
        parts = [
            {"record": record_of(record), "kind": "submission", "changes": [[path, "1", []]]}
            for record in sorted(records)
        ]
        one = operation(n=n, parts=parts)
        assert bool(records_in_danger(one)) is is_urgent
        store.outbox.add(one, 1, is_urgent)
        operations.append((one.id, records, is_urgent))
    place = {one: i for i, (one, _, _) in enumerate(operations)}
    ordered = list(store.outbox.queued(100))
    ids = [one.id for one in ordered]
    assert sorted(ids) == sorted(place)
    for i, later in enumerate(ids):
        for earlier in ids[:i]:
            shares = operations[place[earlier]][1] & operations[place[later]][1]
            assert not shares or place[earlier] < place[later]
    urgent = [one.id for one in ordered if one.is_urgent]
    assert ids[: len(urgent)] == urgent
    assert {one for one, _, is_urgent in operations if is_urgent} <= set(urgent)
    needed: set[str] = set()
    for name, records, is_urgent in reversed(operations):
        if is_urgent or any(
            records & operations[place[other]][1] for other in needed if place[other] > place[name]
        ):
            needed.add(name)
    assert set(urgent) == needed
    assert [one.id for one in store.outbox.queued(most)] == ids[:most]
    rest = [one.id for one in store.outbox.queued(100, ids[:sent])]
    assert sorted(rest) == sorted(ids[sent:])
