"""Examining records for problems, some at a time, beside everything else that goes on.

A batch is taken, examined outside of all transactions, and written: only for those
records that are still as they were examined. Whatever is killed on the way, a record
that was not written stays unexamined, and its turn comes again.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from time import monotonic
from typing import Final, NamedTuple

from sqlalchemy import Connection

from domain.dossier import Dossier
from domain.errors import FormError
from domain.forms.definition import FormDefinition
from domain.forms.problems import Problem
from server.services import problems
from server.services.filled import moments_of
from server.services.forms import definition_of
from server.services.patience import OutOfPatience, patience
from server.services.problems import FAILED, RULES, tell_failure, version_of
from server.store import examinations, forms, records, settings
from server.store.examinations import Counts, Examination, Finding, Taken, Wanted
from server.store.records import StoredRecord
from server.store.transactions import Store

BATCH: Final = 200
BATCH_SECONDS: Final = 2.0
"""After so long a batch is written, and what is left of it given back; well within the lease."""
PATIENCE_SECONDS: Final = 2.0
"""Processor time for one record. The rules stop by themselves before; this is for faults in them."""
MOST_TRIES: Final = 3
"""A record with which workers died so often is not tried again."""


@dataclass
class Examined:
    """What a worker has done: records that it took, those examined, and those of them with problems."""

    taken: int = 0
    records: int = 0
    with_problems: int = 0

    def add(self, other: "Examined") -> None:
        self.taken += other.taken
        self.records += other.records
        self.with_problems += other.with_problems


class FormRead(NamedTuple):
    """A version of a form and its digest: nothing where it is not published, or cannot be read."""

    definition: FormDefinition | None
    digest: str | None
    is_readable: bool = True


@dataclass(frozen=True)
class Candidate:
    """A submission with all its restricted parts, and what else its problems depend on."""

    stored: StoredRecord
    parts: tuple[StoredRecord, ...]
    read: FormRead
    moment: int

    @property
    def form(self) -> str | None:
        return self.stored.state.form

    @property
    def version(self) -> str:
        """See `version_of`."""
        digests = {one.state.record: one.state.digest for one in (self.stored, *self.parts)}
        return version_of(digests, self.read.digest)


# --- one submission ------------------------------------------------------------------------------


def read_candidates(connection: Connection, submissions: Collection[str]) -> dict[str, Candidate]:
    """Those of the submissions that are there."""
    found = records.with_parts(connection, submissions)
    received = examinations.received(connection, found.keys())
    states = {one: [stored.state for stored in together] for one, together in found.items()}
    moments = moments_of(connection, states, received)
    read_form = cache(partial(_read_form, connection))  # few forms, many records
    return {
        submission: Candidate(stored, tuple(parts), read_form(stored.state.form), moments[submission])
        for submission, (stored, *parts) in found.items()
    }


def _read_form(connection: Connection, form: str | None) -> FormRead:
    digest = forms.digest_of(connection, form) if form else None
    try:
        return FormRead(definition_of(connection, form), digest)
    except FormError:
        return FormRead(None, digest, is_readable=False)


def examine(one: Candidate) -> Examination:
    """What there is to find, for every reader."""
    if not one.read.is_readable:
        return give_up(one)
    try:
        with patience(PATIENCE_SECONDS):
            return _examination(one, *_both_ways(one))
    except OutOfPatience:
        tell_failure(one.form, {"exception": OutOfPatience.__name__})
        return give_up(one)


def give_up(one: Candidate) -> Examination:
    """What stands beside a record that cannot be examined."""
    return _examination(one, FAILED, FAILED)


def _both_ways(one: Candidate) -> tuple[Sequence[Problem], Sequence[Problem]]:
    """With and without the restricted answers: what follows from one of them is itself restricted."""
    state, parts = one.stored.state, tuple(part.state for part in one.parts)
    whole = problems.find(one.read.definition, Dossier(state, parts), one.moment)
    return whole, problems.find(one.read.definition, Dossier(state), one.moment) if parts else whole


def _examination(one: Candidate, whole: Sequence[Problem], shown: Sequence[Problem]) -> Examination:
    in_whole, in_shown = {_key(problem) for problem in whole}, {_key(problem) for problem in shown}
    both = [Finding(problem, _key(problem) in in_shown, True) for problem in whole]
    both += [Finding(problem, True, False) for problem in shown if _key(problem) not in in_whole]
    record = one.stored.state.record
    return Examination(record, one.version, one.moment, one.form, tuple(both), Counts.of(both))


def _key(problem: Problem) -> tuple[str, str, str, tuple[tuple[str, str], ...]]:
    return problem.path, problem.code, problem.severity, tuple(sorted(problem.params.items()))


# --- a batch -------------------------------------------------------------------------------------


def examine_some(store: Store, clock: Callable[[], int]) -> Examined:
    """
    Examines a batch of what is free, and one record with which a worker did not get done before.

    That one alone: where a record makes its worker die, it shall take no others with it.
    """
    done = Examined()
    for most, again in ((BATCH, False), (1, True)):
        now = clock()
        with store.read() as connection:
            is_any = examinations.is_any_free(connection, now, again=again)
        if is_any:
            done.add(_examine(store, store.transact(partial(_take, now=now, most=most, again=again))))
    return done


def _take(connection: Connection, now: int, most: int, again: bool) -> list[Taken]:
    return examinations.take(connection, now, most, again=again)


def _examine(store: Store, taken: Sequence[Taken]) -> Examined:
    with store.read() as connection:
        wanted = examinations.submissions_of(connection, [one.record for one in taken])
        candidates = read_candidates(connection, {s for one in wanted.values() for s in one.submissions})
    hopeless = {s for one in taken if one.tries > MOST_TRIES for s in wanted[one.record].submissions}
    found = _examine_in_time(candidates, hopeless)
    return store.transact(partial(_write, wanted=wanted, candidates=candidates, found=found))


def _examine_in_time(candidates: Mapping[str, Candidate], hopeless: Collection[str]) -> list[Examination]:
    began = monotonic()
    found: list[Examination] = []
    for submission, one in candidates.items():
        found.append(give_up(one) if submission in hopeless else examine(one))
        if monotonic() - began > BATCH_SECONDS:
            break
    return found


def _write(
    connection: Connection,
    wanted: Mapping[str, Wanted],
    candidates: Mapping[str, Candidate],
    found: Sequence[Examination],
) -> Examined:
    """Writes what still holds. What does not, or was not come to, is free again."""
    if any(one.read.digest is None for one in candidates.values()):
        settings.lock(connection, settings.FORMS_DIGEST)  # either before a form is published or after it
    named = {one.form for one in found if one.form}
    published = {form: forms.digest_of(connection, form) for form in named}
    digests = examinations.lock_digests(connection, [one.submission for one in found])
    holding = [
        one
        for one in found
        if one.version == version_of(digests[one.submission], published.get(one.form or ""))
    ]
    examinations.write(connection, holding, digests)
    _free_the_rest(
        connection, wanted, candidates, {one.submission: digests[one.submission] for one in holding}
    )
    return Examined(len(wanted), len(holding), sum(one.counts != (0, 0) for one in holding))


def _free_the_rest(
    connection: Connection,
    wanted: Mapping[str, Wanted],
    candidates: Mapping[str, Candidate],
    written: Mapping[str, Mapping[str, str]],
) -> None:
    """
    Frees what was not written.

    A restricted part without its submission is done with: when that comes, both are examined. So is what
    cannot be read, as on a damaged disk: that is for `verilap-server check`.
    """
    rest = wanted.keys() - {record for digests in written.values() for record in digests}
    alone = {r for r in rest if written.keys() >= wanted[r].submissions & candidates.keys()}
    examinations.mark_examined(connection, {r: wanted[r].digest for r in alone})
    examinations.give_back(connection, rest)


# --- other rules ---------------------------------------------------------------------------------


def renew_rules(store: Store) -> None:
    """Makes everything unexamined, some at a time, where it was examined by other rules than these."""
    last: str | None = ""
    with store.read() as connection:
        if rules_are_current(connection):
            return
    while last is not None:
        last = store.transact(partial(examinations.forget_some, after=last))
    store.transact(lambda connection: settings.write(connection, settings.PROBLEM_RULES, str(RULES)))


def rules_are_current(connection: Connection) -> bool:
    """Whether what was examined was examined by these rules."""
    return settings.read(connection, [settings.PROBLEM_RULES]).get(settings.PROBLEM_RULES) == str(RULES)
