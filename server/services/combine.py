"""One reading out of a submission and those of its restricted parts that the reader may see.

Pure: it takes states and gives what a person sees of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.merge import RecordState, View, is_removal_marker, is_under, view
from domain.operations import DEAD, RESTRICTED, Value, is_marker

REMOVAL = "#removal"
"""Behind a member's path: the question whether it is removed."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value that nobody has replaced: who entered it, when by his clock, and in which record it is."""

    value: Value
    author: str
    time: int
    id: str
    record: str


@dataclass(frozen=True)
class Combined:
    """What is seen; see `server.services.read_record.RecordReading`, which has the same members."""

    origins: Mapping[str, Candidate]
    conflicts: Mapping[str, tuple[Candidate, ...]]
    survivors: Mapping[str, tuple[str, ...]]
    removed: frozenset[str]
    restricted: tuple[str, ...]


def combine(state: RecordState, parts: Sequence[RecordState]) -> Combined:
    """What the record and the given restricted parts of it show together."""
    shown = view(state)
    candidates = {path: _candidates(state, path) for path in shown.answers}
    for part in parts:
        for path in view(part).answers:
            if not path.startswith("$") and not _is_hidden(path, shown):
                candidates.setdefault(path, []).extend(_candidates(part, path))
    answered = {path: _latest_first(some) for path, some in candidates.items()}
    return Combined(
        origins={path: some[0] for path, some in answered.items() if some},
        conflicts={**_conflicts(answered), **_removals(state, shown)},
        survivors=_survivors(state, parts),
        removed=shown.hidden,
        restricted=tuple(sorted(path for path, some in answered.items() if not some)),
    )


def _candidates(state: RecordState, path: str) -> list[Candidate]:
    return [
        Candidate(s.value, state.origins[s.id].author, state.origins[s.id].time, s.id, state.record)
        for s in state.by_path[path]
        if not is_removal_marker(s.value)
    ]


def _is_hidden(path: str, shown: View) -> bool:
    return any(is_under(path, root) for root in shown.hidden)


def _latest_first(some: Sequence[Candidate]) -> list[Candidate]:
    """The answers themselves: a marker only says that there is one elsewhere."""
    open_ones = [one for one in some if not is_marker(one.value, RESTRICTED)]
    return sorted(open_ones, key=lambda one: (one.time, one.id), reverse=True)


def _conflicts(answered: Mapping[str, Sequence[Candidate]]) -> dict[str, tuple[Candidate, ...]]:
    """The paths with more than one distinct value. Two authors' restricted parts may disagree, too."""
    return {
        path: tuple(some) for path, some in answered.items() if any(o.value != some[0].value for o in some)
    }


def _removals(state: RecordState, shown: View) -> dict[str, tuple[Candidate, ...]]:
    origins = state.origins
    return {
        f"{path}{REMOVAL}": tuple(
            Candidate(s.value, origins[s.id].author, origins[s.id].time, s.id, state.record) for s in removals
        )
        for path, removals in shown.removals.items()
    }


def overlooked(state: RecordState, path: str) -> list[Candidate]:
    """What stands in a member that no removal of it has seen, by operation, the latest first.

    `path` is the member's, with `REMOVAL` behind.
    """
    member = path.removesuffix(REMOVAL)
    dead = [s for s in state.by_path.get(member, []) if is_marker(s.value, DEAD)]
    seen = {one for removal in dead for one in (removal.id, *removal.seen)}
    kept = {
        s.id: Candidate(s.value, state.origins[s.id].author, state.origins[s.id].time, s.id, state.record)
        for s in state.survivors
        if is_under(s.path, member) and s.id not in seen and not is_marker(s.value, DEAD)
    }
    return sorted(kept.values(), key=lambda one: (one.time, one.id), reverse=True)


def _survivors(state: RecordState, parts: Sequence[RecordState]) -> dict[str, tuple[str, ...]]:
    """What survives at each path; of the parts their answers, not what they say of themselves."""
    found = {path: tuple(s.id for s in some) for path, some in state.by_path.items()}
    for part in parts:
        for path, some in part.by_path.items():
            if not path.startswith("$"):
                found[path] = found.get(path, ()) + tuple(s.id for s in some)
    return found
