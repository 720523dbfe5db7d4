"""
A submission together with those of its restricted parts that this device may read.

Access, versions and merging are decided per record, but a person fills and reads one
form. Here the records become that one form again: restricted answers appear at their
questions, what lies under a removed member does not, and an answer knows in which
records which operations stand behind it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from domain.merge import RecordState, Survivor, View, is_removal_marker, is_under, view
from domain.operations import DEAD, OF, RESTRICTED, REVIEW, VILLAGE, Value, is_marker
from domain.review import Decision, Review, review_of

REMOVAL = "#removal"
"""After a member's path: the question whether its removal stands."""
KEEP, REMOVE = "keep", "remove"


class Seen(NamedTuple):
    """A value on the screen: in which record, entered by which operation, by whom and when."""

    record: str
    id: str
    value: Value
    author: str
    time: int


@dataclass(frozen=True)
class Dossier:
    """`submission` may be any record; `parts` are the restricted parts of a submission, by record id."""

    submission: RecordState
    parts: tuple[RecordState, ...] = ()

    @property
    def record(self) -> str:
        return self.submission.record

    @cached_property
    def shown(self) -> View:
        """What the submission alone shows."""
        return view(self.submission)

    @cached_property
    def restricted_values(self) -> dict[str, list[Seen]]:
        """What the restricted parts hold at each path, the newest first."""
        found: dict[str, list[Seen]] = {}
        for part in self.parts:
            for survivor in part.survivors:
                if not survivor.path.startswith("$") and not is_removal_marker(survivor.value):
                    found.setdefault(survivor.path, []).append(_seen(part, survivor))
        for values in found.values():
            values.sort(key=_newest_first, reverse=True)
        return {path: values for path, values in found.items() if not self.is_hidden(path)}

    @cached_property
    def answers(self) -> dict[str, Value]:
        """One value a path, the provisional one in a conflict; without what may not be read here."""
        merged = {p: v for p, v in self.shown.answers.items() if not is_marker(v, RESTRICTED)}
        for path, values in self.restricted_values.items():
            merged.setdefault(path, values[0].value)
        return merged

    @cached_property
    def unreadable(self) -> list[str]:
        """The paths that are answered in a restricted part which is not on this device."""
        return [
            path
            for path, value in self.shown.answers.items()
            if is_marker(value, RESTRICTED) and path not in self.restricted_values
        ]

    @cached_property
    def conflicts(self) -> dict[str, list[Seen]]:
        """The distinct values of each path where people disagree, the provisional one first."""
        found = {
            path: _distinct([_seen(self.submission, survivor) for survivor in survivors])
            for path, survivors in self.shown.conflicts.items()
        }
        for path, values in self.restricted_values.items():
            distinct = _distinct(values)
            if len(distinct) > 1:
                found[path] = found.get(path, []) + distinct
        return dict(sorted(found.items()))

    @cached_property
    def removals(self) -> dict[str, list[Seen]]:
        """The contested removals by the member's path: who removed it, and whose values that would hide."""
        return {root: list(self._sides(root, dead)) for root, dead in self.shown.removals.items()}

    def _sides(self, root: str, dead: tuple[Survivor, ...]) -> Iterator[Seen]:
        for removal in dead:
            yield _seen(self.submission, removal)._replace(value=REMOVE)
        overlooked = {one for removal in dead for one in (removal.id, *removal.seen)}
        kept = {
            s.id: _seen(self.submission, s)._replace(value=KEEP)
            for s in self.submission.survivors
            if is_under(s.path, root) and s.id not in overlooked and not is_marker(s.value, DEAD)
        }
        yield from sorted(kept.values(), key=_newest_first, reverse=True)

    @property
    def is_settled(self) -> bool:
        return not self.conflicts and not self.removals

    def is_hidden(self, path: str) -> bool:
        """Whether the path lies at or under a removed member."""
        return any(is_under(path, root) for root in self.shown.hidden)

    @cached_property
    def survivors(self) -> dict[str, list[str]]:
        """The ids behind each path, reviews apart; those of the restricted parts stand with the questions."""
        found: dict[str, set[str]] = {}
        for state in (self.submission, *self.parts):
            for survivor in state.survivors:
                if state is self.submission or not survivor.path.startswith("$"):
                    found.setdefault(survivor.path, set()).add(survivor.id)
        found.pop(REVIEW, None)
        return {path: sorted(ids) for path, ids in found.items()}

    def on_screen(self, path: str) -> dict[str, tuple[str, ...]]:
        """The ids of the values at a path, by record: what an answer that is entered there replaces."""
        found = {
            state.record: tuple(s.id for s in state.by_path.get(path, []))
            for state in (self.submission, *self.parts)
        }
        return {record: ids for record, ids in found.items() if ids}

    # --- review ---

    @cached_property
    def review(self) -> Review:
        return review_of(self.submission, self.shown)

    @property
    def returns(self) -> tuple[str, ...]:
        """The ids of the returns in view, which a correction answers."""
        reviews = self.submission.by_path.get(REVIEW, [])
        return tuple(s.id for s in reviews if _is_return(s.value))

    # --- what stands apart ---

    @property
    def village(self) -> str | None:
        return _text(self.shown.answers, VILLAGE)

    @property
    def of(self) -> str | None:
        """For a restricted part: the submission that it belongs to."""
        return _text(self.shown.answers, OF)


def _is_return(value: Value) -> bool:
    return isinstance(value, dict) and value.get("decision") == Decision.RETURN


def _text(answers: Mapping[str, Value], path: str) -> str | None:
    value = answers.get(path)
    return value if isinstance(value, str) else None


def _seen(state: RecordState, survivor: Survivor) -> Seen:
    origin = state.origins[survivor.id]
    return Seen(state.record, survivor.id, survivor.value, origin.author, origin.time)


def _newest_first(seen: Seen) -> tuple[int, str]:
    return seen.time, seen.id


def _distinct(values: list[Seen]) -> list[Seen]:
    """All of them when they disagree, else the first: equal values are no conflict."""
    return values if any(one.value != values[0].value for one in values) else values[:1]
