"""What threads took of a processor is counted within the window that is measured, and of the right threads.

Each test was seen to fail, with: tasks counted whole that reach out of the window, tasks of any process, and
tasks within others counted too.
"""

import pytest

from benchmarks.probe import SLOWER, Cost, busy, cost_between

MAIN, WORKER, POOL = 1, 2, 3


def task(thread: int, begun: float, lasted: float, took: float, process: int = 7) -> dict[str, object]:
    """A task of a thread, in milliseconds."""
    times = {"ts": begun * 1000, "dur": lasted * 1000, "tdur": took * 1000}
    return {"name": "ThreadControllerImpl::RunTask", "ph": "X", "pid": process, "tid": thread, **times}


def named(thread: int, name: str, process: int = 7) -> dict[str, object]:
    return {"name": "thread_name", "pid": process, "tid": thread, "ts": 0, "args": {"name": name}}


@pytest.mark.parametrize(
    ("begun", "lasted", "counted"),
    [(10, 4, 2), (8, 4, 1), (18, 4, 1), (0, 40, 5), (0, 5, 0), (25, 5, 0), (12, 0, 0)],
)
def test_a_task_counts_as_far_as_it_lies_within(begun: float, lasted: float, counted: float) -> None:
    """Half of the time of each it had a processor."""
    assert busy(task(WORKER, begun, lasted, lasted / 2), (10, 20)) == pytest.approx(counted)


def test_workers_and_the_pool_of_the_page_are_counted_and_nobody_else() -> None:
    names = {MAIN: "CrRendererMain", WORKER: "DedicatedWorker thread", POOL: "ThreadPoolForegroundWorker"}
    events = [
        *(named(thread, name) for thread, name in names.items()),
        named(WORKER, "DedicatedWorker thread", process=8),
        *(task(thread, 110, 10, thread) for thread in names),
        task(WORKER, 112, 2, 1),
        task(WORKER, 120, 5, 4),
        task(WORKER, 126, 4, 2, process=8),
        {"name": "shown", "pid": 7, "tid": MAIN, "ts": 130_000},
    ]
    cost = cost_between(events, 1000.0, 1030.0)
    assert cost == Cost(clock=30.0, page=1.0, workers=6.0, pool=3.0)
    assert cost.counted == 30 + (SLOWER - 1) * 6
    assert cost.counted_with_pool == cost.counted + (SLOWER - 1) * 3
