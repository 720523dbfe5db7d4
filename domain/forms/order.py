"""In which order the parts of a form are evaluated: what is read comes before what reads it."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


def ordered(parts: Sequence[T], needs: Callable[[T], Sequence[T]]) -> list[list[T]]:
    """
    The parts in groups, each after the groups that it needs.

    A group of several is a circle: parts that need each other, in the order given.
    """
    place = {part: number for number, part in enumerate(parts)}
    walk = _Walk(needs)
    for part in parts:
        if part not in walk.number:
            walk.visit(part)
    return [sorted(group, key=place.__getitem__) for group in walk.groups]


class _Walk(Generic[T]):
    """Strongly connected components (Tarjan 1972), without recursion: a form may be a long chain."""

    def __init__(self, needs: Callable[[T], Sequence[T]]) -> None:
        self.needs = needs
        self.number: dict[T, int] = {}
        self.lowest: dict[T, int] = {}
        self.open: dict[T, None] = {}
        self.groups: list[list[T]] = []

    def visit(self, first: T) -> None:
        path = [(first, self._begin(first))]
        while path:
            part, following = path[-1]
            for needed in following:
                if needed not in self.number:
                    path.append((needed, self._begin(needed)))
                    break
                if needed in self.open:
                    self.lowest[part] = min(self.lowest[part], self.number[needed])
            else:
                path.pop()
                self._end(part)
                if path:
                    outer = path[-1][0]
                    self.lowest[outer] = min(self.lowest[outer], self.lowest[part])

    def _begin(self, part: T) -> Iterator[T]:
        self.number[part] = self.lowest[part] = len(self.number)
        self.open[part] = None
        return iter(self.needs(part))

    def _end(self, part: T) -> None:
        """Close the group that began with this part, if it is where one began."""
        if self.lowest[part] != self.number[part]:
            return
        group: list[T] = []
        while not group or group[-1] != part:
            group.append(self.open.popitem()[0])
        self.groups.append(group)
