"""What an exchange says and what comes after it, as data: without a store, without a line."""

from dataclasses import replace

import pytest

from client_sync.line import Line
from client_sync.plan import Standing, Step, Todo, choose_batch, next_step, plan_request, standing_after
from client_sync.store.outbox import Outgoing
from client_sync.store.settings import Replica
from schemas.replies import Have, SyncReply

NOTHING = Have(0, "AAAAAAAAAAA")
STANDING = Standing(
    Replica("replica-of-the-tests-A", 0, NOTHING), {"64.02.18.2007": "3.AAAAAAA"}, None, None, ()
)


def outgoing(name: str, size: int) -> Outgoing:
    return Outgoing(f"{name:A<22}", STANDING.replica.id, False, b"x" * size)


def test_an_operation_that_is_larger_than_the_line_bears_goes_alone() -> None:
    """Broken on purpose: an empty batch, again and again, and nothing behind it was ever sent."""
    line = Line(target=1024)
    large, small = outgoing("l", 60_000), outgoing("s", 10)
    assert line.budget < len(large.raw)
    assert choose_batch([large, small], line) == (large,)
    assert choose_batch([small, large], line) == (small,)


def test_the_batch_that_goes_ahead_begins_where_the_answer_to_the_last_one_ends() -> None:
    """Broken on purpose: the old cursors sent again, what was just told asked for again."""
    standing = replace(STANDING, wanted=("R1",), cursors={**STANDING.cursors, "64.02.18.2006": "1.BBBBBBB"})
    plan = plan_request(standing, [outgoing("a", 10)], Line(), 0)
    reply = SyncReply(cursors={"64.02.18.2007": "4.CCCCCCC"})
    after = standing_after(standing, plan, reply)
    assert after.cursors == {"64.02.18.2007": "4.CCCCCCC", "64.02.18.2006": "1.BBBBBBB"}
    assert after.wanted == ()
    assert after.replica.have.total == 1


@pytest.mark.parametrize(
    ("todo", "step"),
    [
        (Todo(is_revoked=True, unsent=1), Step.EXCHANGE),
        (Todo(is_revoked=True, wanted=1, has_more=True, is_mismatched=True, new_config=True), Step.DONE),
        (Todo(is_revoked=True, reset=("64.02.18.2007",)), Step.DONE),
    ],
)
def test_a_revoked_device_hands_in_its_work_and_asks_for_nothing(todo: Todo, step: Step) -> None:
    """Broken on purpose: without the rule it asked until its patience ended."""
    assert next_step(todo) is step
