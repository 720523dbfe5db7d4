"""What vectors are made of."""

import random
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from domain.canonical import Json
from domain.merge import fold, preds_of_edit, preds_of_removal, preds_of_restore
from domain.operations import ALIVE, DEAD, RESTRICTED, Operation, Value, read_operation
from tests.support.builders import operation_json as long_operation_json

NOBODYS: Final = "AAAAAAAAAAAAAAAAAAAAAA"
"""The id of no operation."""
MEMBERS: Final = ["m/m_1", "m/m_1/s/m_2", "m/m_3"]
PATHS: Final = ["a", "b", "$review", "$village", "m/m_1/x", "m/m_1/y", "m/m_1/s/m_2/z", "m/m_3/x"]
VILLAGES: Final = ["64.02.18.2007", "64.02.18.2008", "64.02.01.2001"]


class Case(NamedTuple):
    """A question: what it shows, which deed is asked, and with what.

    `given` stands before what is shared in the file under the names in `of`, of which the first comes first.
    """

    claim: str
    deed: str
    given: Any
    of: tuple[str, ...] = ()

    def whole(self, shared: Mapping[str, Any]) -> Any:
        """All that is given."""
        if not self.of:
            return self.given
        return {
            name: one
            for source in (*(shared[name] for name in self.of), self.given)
            for name, one in source.items()
        }


def record_of(place: int) -> str:
    """The id of a record, by a number."""
    return str(uuid.UUID(int=place, version=4))


def cases_of(deed: str, *given: tuple[str, Any], of: tuple[str, ...] = ()) -> Iterator[Case]:
    """Cases of one deed."""
    for claim, what in given:
        yield Case(claim, deed, what, of)


def operation_json(changes: Sequence[tuple[str, Value, Sequence[str]]], **facts: Any) -> dict[str, Json]:
    """An operation as it is sent, shorter than most: there are many here."""
    return long_operation_json(
        changes, **{"replica": "replicaA", "time": 1, "form": "f@1", "salt": "s", **facts}
    )


class Histories:
    """
    Operations on one record, drawn from a seed: each is made by somebody who had seen some of those before.

    Now and then one names what it has not seen, or what never existed: a forger, or a device whose operations
    arrive late. `values` gives what is entered at a path.
    """

    def __init__(self, seed: int, record: str, values: Callable[[random.Random, str], Value]) -> None:
        self.chance = random.Random(seed)
        self.record = record
        self._values = values

    def drawn(self, most: int, paths: Sequence[str] = PATHS, **facts: Any) -> list[Json]:
        """Some operations as they are sent, the earliest first."""
        made: list[tuple[Json, Operation]] = []
        for n in range(self.chance.randint(1, most)):
            sent = self._entered(n, [one for _, one in made], paths, facts)
            made.append((sent, read_operation(sent)))
        return [sent for sent, _ in made]

    def _entered(
        self, n: int, made: Sequence[Operation], paths: Sequence[str], facts: dict[str, Any]
    ) -> dict[str, Json]:
        seen = [one for one in made if self.chance.random() < 0.6]
        state = fold(None, seen, self.record) if seen else None
        kind = self.chance.choice(["edit", "edit", "edit", "edit", "remove", "restore", "forge"])
        changes: dict[str, tuple[Value, Sequence[str]]] = {}
        for _ in range(self.chance.randint(1, 3)):
            path = self.chance.choice(paths)
            changes[path] = self._values(self.chance, path), preds_of_edit(state, path)
        member = self.chance.choice(MEMBERS)
        if kind == "remove":
            changes[member] = DEAD, preds_of_removal(state, member) if state else ()
        elif kind == "restore":
            changes[member] = ALIVE, preds_of_restore(state, member) if state else ()
        elif kind == "forge":
            path = self.chance.choice([*paths, member])
            named = [one.id for one in made if self.chance.random() < 0.4]
            changes[path] = self._values(self.chance, path), (*named, NOBODYS)
        return operation_json(
            [(path, value, preds) for path, (value, preds) in changes.items()],
            **{
                "record": self.record,
                "n": n + 1,
                "time": self.chance.randint(0, 3),
                "author": self.chance.choice(["asha", "budi", "citra"]),
                "form": self.chance.choice(["f@9", "f@10", "f@2026010101", None]),
                "salt": f"s{n}",
                **facts,
            },
        )

    def batches(self, sent: Sequence[Json]) -> list[list[Json]]:
        """The same in any order, in some batches."""
        rest = list(sent)
        self.chance.shuffle(rest)
        found = []
        while rest:
            size = self.chance.randint(1, len(rest))
            found.append(rest[:size])
            rest = rest[size:]
        return found


def plain_value(chance: random.Random, path: str) -> Value:
    """What may stand at a path: few texts, so that people agree at times."""
    few: list[Value] = ["0", "1", "2", "0", "1", "2", {"$": "sealed", "by": 7}, RESTRICTED]
    if path == "$village":
        few = [*VILLAGES]
    if path == "$review":
        few = ["submitted", {"decision": "return", "etag": "x", "comment": "?"}]
    return chance.choice(few)
