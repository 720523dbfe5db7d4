"""What an operation that waits would do to a record, as the record is now: for whoever decides on it."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.merge import RecordState, View, fold, view
from domain.operations import REVIEW, SUBMISSION, Operation, Value
from domain.review import ReviewState, review_of


@dataclass(frozen=True, slots=True)
class Consequence:
    """
    At one path: the answers that stand there now, the shown one first.

    `is_conflict` says that different answers would then stand side by side: the author had not seen
    what stands there.
    """

    now: tuple[Value, ...]
    is_conflict: bool


@dataclass(frozen=True, slots=True)
class Consequences:
    """
    Of one operation for one record; `is_beginning` when there is none yet.

    `review` is where the record stands now and where it would then, when that would change.
    """

    at: Mapping[str, Consequence]
    is_beginning: bool = False
    review: tuple[ReviewState, ReviewState] | None = None


def consequences(state: RecordState | None, operation: Operation, record: str) -> Consequences:
    """What taking `operation` in would do to `record`; nothing stands anywhere before a record has begun."""
    paths = [path for path in operation.part_of(record).paths if path != REVIEW]
    if state is None:
        return Consequences({path: Consequence((), False) for path in paths}, True)
    after = fold(state, [operation], record)
    before, then = view(state), view(after)
    at = {path: Consequence(_standing(before, path), path in then.conflicts) for path in paths}
    review = (review_of(state, before).state, review_of(after, then).state)
    is_told = state.kind == SUBMISSION and review[0] is not review[1]
    return Consequences(at, False, review if is_told else None)


def _standing(seen: View, path: str) -> tuple[Value, ...]:
    """The distinct values of a path, the one that is shown first."""
    if path in seen.conflicts:
        return tuple({str(one.value): one.value for one in seen.conflicts[path]}.values())
    return (seen.answers[path],) if path in seen.answers else ()
