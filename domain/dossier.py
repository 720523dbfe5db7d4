"""
A submission together with those of its restricted parts that somebody may read.

Access, versions and merging are decided per record, but a person fills and reads one
form. Here the records become that one form again, on a device as in the office:
restricted answers appear at their questions, what lies under a removed member does not,
and an answer knows in which records which operations stand behind it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from domain.merge import RecordState, Survivor, View, is_removal_marker, is_under, view
from domain.operations import DEAD, OF, RESTRICTED, REVIEW, VILLAGE, Value, is_marker
from domain.review import Return, Review, returns_in, review_of

REMOVAL: Final = "#removal"
"""After a member's path: the question whether its removal stands."""
KEEP: Final = "keep"
REMOVE: Final = "remove"


class Seen(NamedTuple):
    """A value on the screen: where, in which record, entered by which operation, by whom and when."""

    path: str
    record: str
    id: str
    value: Value
    author: str
    time: int


@dataclass(frozen=True)
class Dossier:
    """`submission` may be any record; `parts` are the restricted parts of a submission that are readable."""

    submission: RecordState
    parts: tuple[RecordState, ...] = ()

    @property
    def record(self) -> str:
        return self.submission.record

    @property
    def records(self) -> tuple[str, ...]:
        """The ids of all that is read here: the submission's, and those of its readable parts."""
        return self.record, *(part.record for part in self.parts)

    @cached_property
    def shown(self) -> View:
        """What the submission alone shows."""
        return view(self.submission)

    # --- answers ---

    @cached_property
    def restricted_values(self) -> dict[str, list[Seen]]:
        """What the restricted parts hold at each path; that the answer is in another part is none."""
        found: dict[str, list[Seen]] = {}
        for part in self.parts:
            for path in view(part).answers:
                told = [one for one in _seen_at(part, path) if not is_marker(one.value, RESTRICTED)]
                if told and not path.startswith("$") and not self.is_hidden(path):
                    found.setdefault(path, []).extend(told)
        return found

    def values_at(self, path: str) -> list[Seen]:
        """Everything that is on the screen at a path, the newest first.

        The marker that there is a restricted answer gives way to the answer itself where that is readable.
        """
        own = _seen_at(self.submission, path) if path in self.shown.answers else []
        restricted = self.restricted_values.get(path, [])
        if restricted:
            own = [one for one in own if not is_marker(one.value, RESTRICTED)]
        return sorted([*own, *restricted], key=_age, reverse=True)

    def shown_at(self, path: str) -> Seen | None:
        """The one value that is shown at a path: the provisional one in a conflict."""
        return next((one for one in self.values_at(path) if not is_marker(one.value, RESTRICTED)), None)

    @cached_property
    def _marked(self) -> set[str]:
        """The paths where somebody left a restricted answer."""
        return {s.path for s in self.submission.survivors if is_marker(s.value, RESTRICTED)}

    @cached_property
    def answers(self) -> dict[str, Value]:
        """One value a path, the provisional one in a conflict; without what may not be read."""
        merged = {p: v for p, v in self.shown.answers.items() if p not in self._marked}
        for path in self.restricted_values.keys() | (self._marked & self.shown.answers.keys()):
            if one := self.shown_at(path):
                merged[path] = one.value
        return merged

    @cached_property
    def unreadable(self) -> list[str]:
        """The paths of which nothing is known but that there is a restricted answer."""
        return sorted(path for path in self._marked & self.shown.answers.keys() if path not in self.answers)

    @property
    def kept_back(self) -> set[str]:
        """The same, with the paths that are hidden: what is told of a past is told of these neither."""
        told = {s.path for p in self.parts for s in p.survivors if not is_marker(s.value, RESTRICTED)}
        return self._marked - told

    @property
    def settled_elsewhere(self) -> list[str]:
        """Those of them where the reader's answer gave way to one that he may not read."""
        return [path for path in self.unreadable if any(RESTRICTED in p.values_at(path) for p in self.parts)]

    # --- what waits for a person ---

    @cached_property
    def conflicts(self) -> dict[str, list[Seen]]:
        """The values of each path where people disagree, the provisional one first."""
        found = {}
        for path in sorted(self.shown.conflicts.keys() | self.restricted_values.keys()):
            values = self.values_at(path)
            if path in self.shown.conflicts or any(one.value != values[0].value for one in values):
                found[path] = values
        return found

    @cached_property
    def removals(self) -> dict[str, list[Seen]]:
        """The contested removals by the member's path: who removed it, and whose values that would hide."""
        return {root: list(self._sides(root, dead)) for root, dead in self.shown.removals.items()}

    def _sides(self, root: str, dead: tuple[Survivor, ...]) -> Iterator[Seen]:
        for removal in dead:
            yield _seen(self.submission, removal)._replace(value=REMOVE)
        kept = {one.id: one for one in self.overlooked(root)}
        for one in sorted(kept.values(), key=_age, reverse=True):
            yield one._replace(path=root, value=KEEP)

    def overlooked(self, member: str) -> list[Seen]:
        """What stands at or below a member that no removal of it has seen."""
        dead = [s for s in self.submission.at(member) if is_marker(s.value, DEAD)]
        known = {one for removal in dead for one in (removal.id, *removal.seen)}
        return [
            _seen(self.submission, s)
            for s in self.submission.survivors
            if is_under(s.path, member) and s.id not in known and not is_marker(s.value, DEAD)
        ]

    @property
    def disputes(self) -> dict[str, list[Seen]]:
        """Conflicts and contested removals, the latter at ``PATH#removal``."""
        asked = {root + REMOVAL: sides for root, sides in self.removals.items()}
        return dict(sorted({**self.conflicts, **asked}.items()))

    @property
    def is_settled(self) -> bool:
        """Whether no conflict that the reader may see waits for a person."""
        return not self.conflicts and not self.removals

    def is_hidden(self, path: str) -> bool:
        """Whether the path lies at or under a removed member."""
        return any(is_under(path, root) for root in self.shown.hidden)

    # --- what a change names ---

    @cached_property
    def survivors(self) -> dict[str, list[str]]:
        """The ids behind each path, reviews apart; those of the restricted parts stand with the questions."""
        found: dict[str, set[str]] = {}
        for state in (self.submission, *self.parts):
            for survivor in state.survivors:
                if state is self.submission or not survivor.path.startswith("$"):
                    found.setdefault(survivor.path, set()).add(survivor.id)
        found.pop(REVIEW, None)
        return {path: sorted(ids) for path, ids in sorted(found.items())}

    def on_screen(self, path: str) -> dict[str, tuple[str, ...]]:
        """The ids of the values at a path, by record: what an answer that is entered there replaces."""
        found = {
            state.record: tuple(s.id for s in state.at(path)) for state in (self.submission, *self.parts)
        }
        return {record: ids for record, ids in found.items() if ids}

    # --- review ---

    @cached_property
    def review(self) -> Review:
        """Where the submission stands, for whoever may read it: the restricted parts make no difference."""
        return review_of(self.submission, self.shown)

    @cached_property
    def reviews(self) -> list[Seen]:
        """The reviews that survive, the newest first: several where nobody had seen the other's."""
        return sorted(_seen_at(self.submission, REVIEW), key=_age, reverse=True)

    @cached_property
    def part_reviews(self) -> dict[str, Review]:
        """Where each readable restricted part stands, by its record; it is reviewed by itself."""
        return {part.record: review_of(part, view(part)) for part in self.parts}

    @cached_property
    def reviews_of_parts(self) -> dict[str, list[Seen]]:
        """The reviews that survive in each readable restricted part, the newest first, by its record."""
        return {part.record: sorted(_seen_at(part, REVIEW), key=_age, reverse=True) for part in self.parts}

    @property
    def returns(self) -> tuple[Return, ...]:
        """The returns in view, those of restricted parts too: a correction answers them all."""
        return tuple(one for state in (self.submission, *self.parts) for one in returns_in(state))

    def paths_of(self, part: str) -> set[str]:
        """The questions that are answered in a restricted part."""
        return {
            path for path, told in self.restricted_values.items() if any(one.record == part for one in told)
        }

    def disputed_in(self, part: str) -> list[str]:
        """The paths at which a restricted part has an answer that somebody disagrees with."""
        return [path for path, sides in self.conflicts.items() if any(one.record == part for one in sides)]

    # --- what stands apart ---

    @property
    def village(self) -> str | None:
        return _text(self.shown.answers, VILLAGE)

    @property
    def of(self) -> str | None:
        """For a restricted part: the submission that it belongs to."""
        return _text(self.shown.answers, OF)


def _text(answers: Mapping[str, Value], path: str) -> str | None:
    value = answers.get(path)
    return value if isinstance(value, str) else None


def _seen(state: RecordState, survivor: Survivor) -> Seen:
    origin = state.origins[survivor.id]
    return Seen(survivor.path, state.record, survivor.id, survivor.value, origin.author, origin.time)


def _seen_at(state: RecordState, path: str) -> list[Seen]:
    return [_seen(state, survivor) for survivor in state.at(path) if not is_removal_marker(survivor.value)]


def _age(seen: Seen) -> tuple[int, str]:
    return seen.time, seen.id
