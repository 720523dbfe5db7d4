"""Anything at all in any place of a message: never a fault, whatever it is."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support.hostile import Besieged, besieged, new_id

__all__ = ["besieged"]  # a fixture: pytest finds it here by name

WORDS = [
    *(
        "",
        "$",
        "$village",
        "$review",
        "$of",
        "a",
        "a/b",
        "m/m_1",
        "m/m_1/x",
        "\x00",
        "\ud800",
        "office",
        "submission",
    ),
    *(
        "restricted",
        "case:anak",
        "64.02.18.2007",
        "64.02.01.2001",
        "0",
        "1.AAAAAAA",
        "~",
        "~office",
        "asha",
        "budi",
    ),
    *(
        "AAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAA",
        "00000000-0000-4000-8000-000000000001",
        "verifikasi_anak@2026010101",
    ),
    *(
        "dead",
        "approve",
        "return",
        "decision",
        "etag",
        "remarks",
        "record",
        "kind",
        "changes",
        "form",
        "in",
        "digest",
    ),
]
texts = st.sampled_from(WORDS) | st.text(max_size=30) | st.text(st.characters(), max_size=5)
numbers = (
    st.integers()
    | st.sampled_from([0, 1, -1, 2**31, 2**53, 2**63, 2**64, 10**40])
    | st.floats(allow_nan=False, allow_infinity=False)
)
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=12,
)
MEMBERS = ["protocol", "replica", "have", "clock", "config", "limit", "cursors", "ops", "want", "unheard"]


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a JSON value, the whole first."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, inner in steps for place in places_in(inner, (*path, step)))]


def replaced(value: Any, place: tuple[Any, ...], other: Any) -> Any:
    """A copy with something else at one place."""
    if not place:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = replaced(value[place[0]], place[1:], other)
    return copy


def assert_no_fault(target: Besieged, sent: Any) -> None:
    """A 4xx or an answer; sent as the bytes that Python writes, half surrogate pairs included."""
    answer = target.post(json.dumps(sent).encode())
    assert answer.status_code in (200, 400, 409, 413), answer.text
    if answer.status_code != 200:
        assert answer.json["error"]["code"]  # type: ignore[index]


@given(st.lists(st.tuples(st.sampled_from(MEMBERS), anything), min_size=1, max_size=3))
def test_anything_in_any_member_of_the_envelope(besieged: Besieged, odd: list[tuple[str, Any]]) -> None:
    """Faults once: names of private feeds that are no text of a database."""
    sent = {**besieged.sender.request(besieged.sender.submission(new_id()), limit=1), **dict(odd)}
    assert_no_fault(besieged, sent)


@given(st.data())
def test_anything_at_any_place_of_an_operation(besieged: Besieged, data: st.DataObject) -> None:
    """Faults once: an author with a NUL, a submission's id with a NUL, a review's decision that is a list."""
    sender = besieged.sender
    sound: Any = sender.submission(new_id(), {"a": "1", "m/m_1/x": "2"})
    sound["parts"].append(
        {"record": new_id(), "kind": "restricted", "changes": [["$village", "64.02.18.2007", []]]}
    )
    sound["preds"] = ["AAAAAAAAAAAAAAAAAAAAAA"]
    sent = sound
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places_in(sent)))
        sent = replaced(sent, place, data.draw(anything))
    assert_no_fault(besieged, sender.request(sent, limit=1))


@given(anything | st.fixed_dictionaries({"decision": anything, "etag": anything, "remarks": anything}))
def test_anything_as_a_review_of_a_social_worker(besieged: Besieged, value: Any) -> None:
    """He may decide, so what he sends is stored and read: by the merge, the queue and the history.

    A fault once: a decision that is a list.
    """
    worker = besieged.office.device("dewi", "peksos", "64.02")
    record = new_id()
    with besieged.watch():
        worker.sync(worker.submission(record, submitted=False), limit=1)
        sent = worker.operation([("$review", value, ())], record=record)
        answer = worker.post("sync", json.dumps(worker.request(sent, limit=1)).encode())
    assert answer.status_code == 200
    besieged.assert_readable(record)


@given(st.binary(max_size=300), st.sampled_from(["", "zstd", "gzip"]))
def test_any_bytes_in_any_packing(besieged: Besieged, body: bytes, packing: str) -> None:
    assert besieged.post(body, **{"Content-Encoding": packing}).status_code == 400


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=60))
def test_anything_as_a_header(besieged: Besieged, value: str) -> None:
    for name in ("Authorization", "Content-Encoding", "Accept-Encoding", "Content-Type", "Accept-Language"):
        answer = besieged.post(besieged.sender.request(), **{name: value})
        assert answer.status_code < 500


@given(st.sampled_from(["records", "held", "etags"]), st.dictionaries(texts, texts, max_size=4), texts, texts)
def test_anything_in_a_query(
    besieged: Besieged, path: str, odd: dict[str, str], village: str, cursor: str
) -> None:
    query = {**odd, "village": village, "cursor": cursor}
    encodable = {k.encode("utf-8", "replace"): v.encode("utf-8", "replace") for k, v in query.items()}
    token = besieged.office.api("dewi", "peksos", "64.02").token
    for one in (token, besieged.sender.token):
        with besieged.watch():
            answer = besieged.office.client.get(
                f"/api/v1/{path}", query_string=encodable, headers={"Authorization": f"Bearer {one}"}
            )
        assert answer.status_code < 500
