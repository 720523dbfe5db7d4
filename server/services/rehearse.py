"""
A rehearsal: what a version of a form that is not published yet would say of the records that there are.

Each record is judged by the version that it was filled with and by the new one, and only the differences are
counted, by question and village. No answer leaves this file. Restricted answers are not read: whoever
publishes forms reads nobody's protection answers, so they count as there and nothing is told of them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from domain.canonical import Json
from domain.dossier import Dossier
from domain.forms.definition import FormDefinition
from domain.forms.evaluation import Evaluation
from domain.forms.judging import CHECKS
from domain.forms.problems import Problem
from domain.forms.program import Program
from domain.merge import RecordState
from domain.operations import RESTRICTED, Value
from server.expressions import context_at
from server.services.filled import moments_of
from server.services.forms import definition_of
from server.store import submissions
from server.store.records import villages_of
from server.store.submissions import Position, StoredSubmission
from server.texts import catalogue

BATCH: Final = 200
UNKNOWN: Final = "unknown-question"
SELECTS: Final = {"select_one": False, "select_multiple": True, "rank": True}
"""Types of questions with a list, and whether their answers hold several names."""


WORDS: Final = {
    "required": "rehearsed-required",
    "constraint": "rehearsed-constraint",
    "choice-unknown": "rehearsed-choice-unknown",
    "choice-filtered": "rehearsed-choice-filtered",
    **dict.fromkeys((code for code, _ in CHECKS.values()), "rehearsed-type"),
    "count-differs": "rehearsed-count",
}
"""What a new problem is called, in the catalogue."""


def problem_words(code: str, language: str) -> str:
    """A problem without its answer, in words."""
    return catalogue(language)[WORDS.get(code, "rehearsed-unjudged")]


class Finding(NamedTuple):
    """A new problem: at which question (path in the definition), which one, in which village."""

    path: str
    code: str
    village: str


class LostChoice(NamedTuple):
    """A choice of a list that the new version does not have any more."""

    list_name: str
    name: str
    path: str


@dataclass
class Rehearsal:
    """What was counted so far. `records` were looked at, of `total`; `failed` could not be judged."""

    form: str
    total: int
    records: int = 0
    failed: int = 0
    affected: int = 0
    problems: Counter[Finding] = field(default_factory=Counter)
    solved: int = 0
    hidden: Counter[str] = field(default_factory=Counter)
    lost: Counter[LostChoice] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    labels: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether every record was looked at."""
        return self.records + self.failed >= self.total

    @property
    def by_question(self) -> dict[tuple[str, str], Counter[str]]:
        """Villages and their counts, by question and problem."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for (path, code, village), count in sorted(self.problems.items()):
            found.setdefault((path, code), Counter())[village] += count
        return found

    def as_json(self) -> dict[str, Json]:
        """For programs: numbers only."""
        return {
            "form": self.form,
            "total": self.total,
            "records": self.records,
            "failed": self.failed,
            "affected": self.affected,
            "solved": self.solved,
            "problems": [
                {"path": one.path, "code": one.code, "village": one.village, "count": count}
                for one, count in sorted(self.problems.items())
            ],
            "hidden": [{"path": path, "count": count} for path, count in sorted(self.hidden.items())],
            "lost_choices": [
                {"list": one.list_name, "choice": one.name, "path": one.path, "count": count}
                for one, count in sorted(self.lost.items())
            ],
            "unknown": [{"path": path, "count": count} for path, count in sorted(self.unknown.items())],
        }

    def as_kept(self) -> dict[str, Json]:
        """All of it, to go on from; `from_json` reads it."""
        labels: dict[str, Json] = {path: dict(words) for path, words in self.labels.items()}
        return {**self.as_json(), "labels": labels}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Rehearsal":
        """What `as_kept` gave."""
        numbers = {name: kept[name] for name in ("form", "total", "records", "failed", "affected", "solved")}
        found = {Finding(one["path"], one["code"], one["village"]): one["count"] for one in kept["problems"]}
        lost = {
            LostChoice(one["list"], one["choice"], one["path"]): one["count"] for one in kept["lost_choices"]
        }
        return cls(
            **numbers,
            problems=Counter(found),
            hidden=Counter({one["path"]: one["count"] for one in kept["hidden"]}),
            lost=Counter(lost),
            unknown=Counter({one["path"]: one["count"] for one in kept["unknown"]}),
            labels=dict(kept["labels"]),
        )


def rehearse(
    connection: Connection,
    form: FormDefinition,
    most: int | None = None,
    tell: Callable[[Rehearsal], None] = lambda _: None,
) -> Rehearsal:
    """
    Judges the records of a form by a new version of it, the latest changed first, at most `most` of them.

    Reads them in batches, and calls `tell` after each.
    """
    done = Rehearsal(form.identity, submissions.count_of_form(connection, form.form_id))
    for batch in _batches(connection, form.form_id, done.total if most is None else most):
        judge_batch(done, connection, form, batch)
        tell(done)
    return done


def judge_batch(
    done: Rehearsal, connection: Connection, form: FormDefinition, batch: Sequence[StoredSubmission]
) -> None:
    """Adds what the new version says of these records."""
    states = _states(batch)
    done.failed += len(batch) - len(states)
    received = {row.record: row.updated for row in batch}
    moments = moments_of(connection, {one: [state] for one, state in states.items()}, received)
    for one, state in states.items():
        _take(done, connection, form, state, moments[one])


def _batches(connection: Connection, form_id: str, most: int) -> Iterator[list[StoredSubmission]]:
    after: Position | None = None
    left = most
    while left > 0:
        batch = submissions.read_of_form(connection, form_id, after, min(BATCH, left))
        if not batch:
            return
        yield batch
        left -= len(batch)
        after = batch[-1].position


def _states(batch: Sequence[StoredSubmission]) -> dict[str, RecordState]:
    """Those that can be read."""
    states: dict[str, RecordState] = {}
    for row in batch:
        with suppress(Exception):  # whatever a damaged document raises
            states[row.record] = RecordState.from_bytes(row.document)
    return states


def _take(
    done: Rehearsal, connection: Connection, form: FormDefinition, state: RecordState, moment: int
) -> None:
    """One record; one that the rules fall over counts as failed and stops nothing."""
    try:
        before = definition_of(connection, state.form)
        compared = _Compared(form, before, state, moment)
        found = compared.problems(), compared.hidden(), compared.lost(), compared.unknown()
    except Exception:  # noqa: BLE001 (a record that nobody foresaw)
        done.failed += 1
        return
    new, hidden, lost, unknown = found
    villages = sorted(villages_of(state)) or [""]
    done.records += 1
    done.affected += bool(new or hidden or lost or unknown)
    done.solved += compared.solved
    done.problems.update(Finding(path, code, village) for path, code in new for village in villages[:1])
    done.hidden.update(hidden)
    done.lost.update(lost)
    done.unknown.update(unknown)
    for path in (*(path for path, _ in new), *hidden, *(one.path for one in lost), *unknown):
        done.labels.setdefault(path, compared.label(path))


class _Compared:
    """A record under the version that it was filled with, and under the new one."""

    def __init__(
        self, form: FormDefinition, before: FormDefinition | None, state: RecordState, moment: int
    ) -> None:
        dossier = Dossier(state)
        withheld: dict[str, Value] = dict.fromkeys(dossier.unreadable, RESTRICTED)
        answers = {**dossier.answers, **withheld}
        context = context_at(moment)
        self.form, self.earlier = form, before
        self.answers = {path: text for path, text in dossier.answers.items() if self._is_told(path, text)}
        self.now: Evaluation = Program.of(form).evaluate(answers, context)
        self.then = Program.of(before).evaluate(answers, context) if before else None
        self._before = self._keys(self.then.problems if self.then else ())
        self._after = self._keys(self.now.problems)

    def _is_told(self, path: str, value: Value) -> bool:
        """Whether it is an answer that may be counted."""
        return isinstance(value, str) and value != "" and not path.startswith("$") and self._is_open(path)

    def _is_open(self, path: str) -> bool:
        return not any(one and one.is_restricted(path) for one in (self.form, self.earlier))

    def _keys(self, problems: tuple[Problem, ...]) -> set[tuple[str, str]]:
        """Problems by record path and code; what is not asked any more is told of by itself."""
        return {(one.path, one.code) for one in problems if one.code != UNKNOWN and self._is_open(one.path)}

    def problems(self) -> list[tuple[str, str]]:
        """New ones: the question and the code."""
        return [(self._path(path), code) for path, code in sorted(self._after - self._before)]

    @property
    def solved(self) -> int:
        """Problems that would be none any more."""
        return len(self._before - self._after)

    def hidden(self) -> list[str]:
        """Questions whose answer would be hidden, and is not now."""
        return [
            self._path(path)
            for path in self.answers
            if self.form.field_at(path)
            and not self.now.relevant(path)
            and (self.then is None or self.then.relevant(path))
        ]

    def unknown(self) -> list[str]:
        """Questions that the new version does not have, and the one before it had."""
        return [
            self._path(path)
            for path in self.answers
            if not self.form.knows(path) and (self.earlier is None or self.earlier.knows(path))
        ]

    def lost(self) -> list[LostChoice]:
        """Choices in use that the lists have no more. What was never in a list is nobody's choice."""
        return [one for path, text in self.answers.items() for one in self._lost_at(path, text)]

    def _lost_at(self, path: str, text: Value) -> Iterator[LostChoice]:
        now = self.form.field_at(path)
        then = self.earlier.field_at(path) if self.earlier else None
        if not (now and then and self.earlier and now.type in SELECTS and isinstance(text, str)):
            return
        if now.choices not in self.form.choices:
            return
        for name in text.split() if SELECTS[now.type] else [text]:
            if self.earlier.choice(then, name) and not self.form.choice(now, name):
                yield LostChoice(str(then.choices), name, self._path(path))

    def _path(self, path: str) -> str:
        """The path in the definition that knows it; none where neither does: it may say anything."""
        known = next((one for one in (self.form, self.earlier) if one and one.knows(path)), None)
        return known.definition_path(path) if known else ""

    def label(self, path: str) -> Mapping[str, str]:
        """The question's words in both languages."""
        known = next((one for one in (self.form, self.earlier) if one and one.knows(path)), self.form)
        return {language: known.label(path, language) for language in ("id", "en")} if path else {}
