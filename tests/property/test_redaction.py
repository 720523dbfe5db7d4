"""What an erasure leaves of a history: the same answers and conflicts as if nobody had said the rest."""

import json

from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import Json, canonical_bytes
from domain.erasing import Erased, redact
from domain.merge import fold, is_under
from domain.operations import Operation, id_of, parse_raw, read_operation
from tests.support.builders import RECORD, new_id, operation_json, with_part
from tests.support.strategies import MEMBERS, histories

OTHER = "00000000-0000-4000-8000-000000000002"


@given(histories(), st.sampled_from(MEMBERS))
def test_a_record_without_an_erased_member_says_what_it_said_of_the_rest(
    operations: list[Operation], member: str
) -> None:
    erased = Erased(members=frozenset({(RECORD, member)}))
    left = [one for operation in operations if (one := redact(operation, erased))]
    rows = fold(None, operations, RECORD).rows
    kept = tuple(row for row in rows if not is_under(row[0], member))
    assert (fold(None, left, RECORD).rows if left else ()) == kept
    for one in left:
        assert redact(one, erased) is one
        assert id_of(one.raw) == one.id == read_operation(json.loads(one.raw)).id
        assert canonical_bytes(json.loads(one.raw)) == one.raw


@given(histories(), st.booleans())
def test_an_operation_on_two_records_loses_the_one_and_keeps_the_other(
    operations: list[Operation], is_first: bool
) -> None:
    whole = [
        read_operation(with_part(json.loads(one.raw), OTHER, "case:anak", ["nama", f"{i}", []]))
        for i, one in enumerate(operations)
    ]
    gone, stays = (RECORD, OTHER) if is_first else (OTHER, RECORD)
    left = [one for operation in whole if (one := redact(operation, Erased(frozenset({gone}))))]
    assert [one.id for one in left] == [one.id for one in whole]
    assert all(one.records == [stays] for one in left)
    assert fold(None, left, stays).to_bytes() == fold(None, whole, stays).to_bytes()
    both = Erased(frozenset({gone, stays}))
    assert [redact(one, both) for one in (*whole, *left)] == [None] * (2 * len(whole))


def test_what_a_newer_device_adds_and_the_salt_do_not_stay() -> None:
    """They might repeat what is erased, or tell whether a guess at it is right."""
    sent = operation_json([("a", "1", [])], record=RECORD, further={"copy": "of a name"})
    whole = read_operation(with_part(sent, OTHER, "case:anak", ["nama", "x", [], "of a name"]))
    left = redact(whole, Erased(frozenset({RECORD})))
    assert left is not None
    assert parse_raw(left.raw).parts[0].value_at("nama") == "x"
    assert b"of a name" not in left.raw
    assert not {"salt", "further"} & json.loads(left.raw).keys()


def test_remarks_on_an_erased_member_go_and_the_decision_stays() -> None:
    decision: dict[str, Json] = {
        "decision": "return",
        "etag": "x",
        "remarks": {"m/m_1/x": "her name?", "a": "why?"},
    }
    whole = read_operation(operation_json([("$review", decision, [])], record=RECORD))
    left = redact(whole, Erased(members=frozenset({(RECORD, "m/m_1")})))
    assert left is not None
    assert left.parts[0].value_at("$review") == {**decision, "remarks": {"a": "why?"}}
    assert redact(whole, Erased(members=frozenset({(RECORD, "m/m_2")}))) is whole
    assert redact(whole, Erased(frozenset({new_id()}))) is whole
