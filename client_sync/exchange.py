"""
Carrying one planned exchange to the server, here or in the background.

While the answer to a batch is being stored, the server may work on the next one. What
runs in the background touches the line only, never the store.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from client_sync.plan import Plan
from client_sync.transport import Answer, Call, Transport

SYNC: Final = "/api/v1/sync"
T = TypeVar("T")


@dataclass(frozen=True)
class Carried:
    """A plan and what came of it; `clock` is the device's, halfway between request and answer."""

    plan: Plan
    answer: Answer
    clock: int
    seconds: float


@dataclass(frozen=True)
class Carrier:
    """Carries plans over one line; the clocks are those of `client_sync.surroundings.Surroundings`."""

    transport: Transport
    clock: Callable[[], int]
    tick: Callable[[], float]

    def carry(self, plan: Plan, token: str, level: int) -> Carried:
        """Raises as `Transport.exchange` does."""
        body, sent_at, began = plan.body(), self.clock(), self.tick()
        answer = self.transport.exchange(Call("POST", SYNC, body, token, level))
        return Carried(plan, answer, (sent_at + self.clock()) // 2, self.tick() - began)

    def carry_ahead(self, plan: Plan, token: str, level: int) -> "Ahead[Carried]":
        """The same, begun in the background."""
        return Ahead(plan, lambda: self.carry(plan, token, level))


class Ahead(Generic[T]):
    """A call that was begun before its turn. The thread dies with the process: nothing hangs on it."""

    def __init__(self, plan: Plan, call: Callable[[], T]) -> None:
        self.plan = plan
        self._call = call
        self._outcome: T | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._outcome = self._call()
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            self._error = error

    def wait(self) -> None:
        """Until the line is free again."""
        self._thread.join()

    def result(self) -> T:
        """What the call gave. Raises what it raised."""
        self.wait()
        if self._error is not None:
            raise self._error
        assert self._outcome is not None
        return self._outcome
