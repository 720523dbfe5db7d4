"""
What a kind of long work is made of: small steps, each a transaction that notes in itself how far it got.

So a worker may be killed anywhere: what a step did not commit was not done, and is done again from where the
last one ended.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Connection

from domain.access import Action, Actor
from domain.canonical import Json
from domain.errors import VerilapError
from server.store.transactions import Store


@dataclass(frozen=True)
class Work:
    """
    A job as its kind sees it. `actor` is who ordered it: with his role of now, and the areas that he had
    then, which are within those of now. `cursor` is what the last step left, nothing at first.
    """

    id: str
    actor: Actor
    params: Any
    cursor: Any
    done: int
    total: int | None
    result: Any = None


@dataclass(frozen=True)
class Step:
    """
    How far a step brought a job: `done` of `total` in all. `result` is what it has to tell so far: numbers
    and codes. After a step that `is_over` no other comes.
    """

    cursor: Json
    done: int
    total: int | None
    result: Json = None
    is_over: bool = False


class Kind(ABC):
    """A kind of job: what it is called in the table, and what of the rights of its owner it needs."""

    name: ClassVar[str]
    action: ClassVar[Action]
    begins_again: ClassVar[bool] = False
    """Whether it begins anew when somebody is erased meanwhile: what it made so far may hold him."""

    keeps_given: ClassVar[bool] = False
    """Whether what was given to it is kept for another job when it is done."""

    def told_of(self, refusal: VerilapError) -> Json:  # noqa: ARG002 (for kinds)
        """What is to be told of a refusal beside its code."""
        return None

    def prepare(self, store: Store, work: Work) -> Any:  # noqa: ARG002 (for kinds)
        """What steps are done with, outside of transactions; asked once by each worker that takes the job."""
        return None

    def look(self, connection: Connection, work: Work, prepared: Any) -> Any:  # noqa: ARG002 (for kinds)
        """What the next step needs, in a transaction that locks nothing."""
        return prepared

    @abstractmethod
    def step(self, connection: Connection, work: Work, looked: Any, now: int) -> Step:
        """Does some of it, within half a second, in the transaction that notes how far that is."""
