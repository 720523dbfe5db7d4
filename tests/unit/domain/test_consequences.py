"""What an operation that waits would do to a record. Broken on purpose: a conflict wherever it differs."""

from domain.consequences import Consequence, consequences
from domain.merge import fold
from domain.review import Decision, ReviewState, decision_value
from tests.support.builders import RECORD, operation


def test_an_answer_that_was_seen_is_replaced_and_an_unseen_one_is_in_conflict() -> None:
    first = operation([("a", "1", ()), ("b", "1", ())])
    waiting = operation([("a", "2", [first.id]), ("b", "2", ())], n=2)
    told = consequences(fold(None, [first], RECORD), waiting, RECORD)
    assert told.at == {"a": Consequence(("1",), False), "b": Consequence(("1",), True)}


def test_the_same_answer_once_more_is_no_conflict() -> None:
    state = fold(None, [operation([("a", "1", ())])], RECORD)
    assert consequences(state, operation([("a", "1", ())], n=2), RECORD).at == {
        "a": Consequence(("1",), False)
    }


def test_answers_that_are_in_conflict_already_stand_there_all() -> None:
    both = [operation([("a", "1", ())], time=1), operation([("a", "2", ())], n=2, time=2)]
    told = consequences(fold(None, both, RECORD), operation([("a", "3", ())], n=3, time=3), RECORD)
    assert told.at == {"a": Consequence(("2", "1"), True)}


def test_where_there_is_no_record_nothing_stands() -> None:
    told = consequences(None, operation([("a", "1", ())]), RECORD)
    assert told.is_beginning
    assert told.at == {"a": Consequence((), False)}


def test_an_approval_that_would_not_count_any_more_is_told() -> None:
    first = operation([("a", "1", ())])
    etag = fold(None, [first], RECORD).etag
    approval = operation([("$review", decision_value(Decision.APPROVE, etag), ())], n=2)
    state = fold(None, [first, approval], RECORD)
    told = consequences(state, operation([("a", "2", [first.id])], n=3), RECORD)
    assert told.review == (ReviewState.APPROVED, ReviewState.STALE)
    assert consequences(state, operation([("a", "1", [first.id])], n=3), RECORD).review is not None
