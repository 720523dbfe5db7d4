"""The verdict on an operation, before anything of it is applied.

``held`` keeps it whole for a person to decide, so nothing that an officer did is
lost because his village was taken from him this morning. Nothing here refuses for
good: only what cannot be read at all is ``void``.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

from domain.access import SET_ASIDE, Action, Subject, covered_villages, is_authorized
from domain.areas import is_village
from domain.forms.definition import FormDefinition
from domain.operations import (
    OF,
    OFFICE,
    RESTRICTED,
    RESTRICTED_PART,
    REVIEW,
    SUBMISSION,
    VILLAGE,
    Change,
    Operation,
    Part,
    is_reserved,
)
from domain.planning import PLANNED
from domain.restricting import processed_by
from domain.review import SUBMITTED, is_answered_by_submitting
from domain.settling import NOT_ASSIGNED, parts_that_decide, settled_in, why_not
from server.services.device_sender import Sender
from server.services.restricted import restricted_in_open
from server.store.log import ACCEPTED, HELD, UNKNOWN_RECORD, UNKNOWN_VERSION, Verdict
from server.store.records import StoredRecord, parent_of

FORM_DIFFERS = "form-differs"
OTHER_AUTHOR = "other-author"
FROM_FILE = "from-file"
PART_ALONE = "part-alone"
RESTRICTED_IN_OPEN = "restricted-in-open"
UNKNOWN_ERASURE = "unknown-erasure"
CANNOT_ACCEPT = frozenset(
    {
        "unknown-village",
        UNKNOWN_RECORD,
        "kind-differs",
        FORM_DIFFERS,
        PART_ALONE,
        UNKNOWN_VERSION,
        RESTRICTED_IN_OPEN,
    }
)
"""Holds that no decision of a person can end: the record could not be placed or read."""


@dataclass(frozen=True)
class Facts:
    """What the installation knows: its villages and forms, and to whom device stores are bound.

    `definitions` are those of the forms that the operations name and their records have; of a version that is
    not published the newest one that is. `set_aside` are those of the records that the operations process
    whose processing is restricted. Of those in which an operation might settle something, `settled` is where
    that was done before, by path, and `assigned` says whose their cases are.
    """

    villages: frozenset[str]
    forms: frozenset[str]
    replica_owners: Mapping[str, str]
    definitions: Mapping[str, FormDefinition] = field(default_factory=dict)
    set_aside: frozenset[str] = frozenset()
    settled: Set[tuple[str, str]] = frozenset()
    assigned: Mapping[str, frozenset[str]] = field(default_factory=dict)


Rule = Callable[[Operation, Sender, Facts, Mapping[str, StoredRecord]], Verdict | None]


def judge(operation: Operation, sender: Sender, facts: Facts, records: Mapping[str, StoredRecord]) -> Verdict:
    """The verdict: the first rule that holds the operation says why, else it is accepted."""
    for rule in RULES:
        if verdict := rule(operation, sender, facts, records):
            return verdict
    return ACCEPTED


def judge_placement(
    operation: Operation, facts: Facts, records: Mapping[str, StoredRecord]
) -> Verdict | None:
    """Why the operation cannot be applied whoever wants it, or nothing."""
    for part in operation.parts:
        stored = records.get(part.record)
        if stored and stored.state.kind != part.kind:
            return _held("kind-differs", f"the record is a {stored.state.kind}, not a {part.kind}")
        if stored and part.kind == SUBMISSION and _is_of_another_form(operation.form, stored.state.form):
            return _held(FORM_DIFFERS, "the submission is one of another form")
        targets = villages_set(part)
        if any(target not in facts.villages for target in targets):
            return _held("unknown-village", "there is no such village here")
        if not targets and not (stored and stored.villages):
            return _held(UNKNOWN_RECORD, "the record has not arrived yet")
        if not stored and part.kind == RESTRICTED_PART and part.value_at(OF) is None:
            return _held(UNKNOWN_RECORD, "the restricted part has not arrived yet")
    if any(one not in records and one not in operation.records for one in operation.submissions):
        return _held(UNKNOWN_RECORD, "the submission has not arrived yet")
    return None


def _is_of_another_form(one: str | None, other: str | None) -> bool:
    """Whatever the version. A record is read with the greatest form that its operations name."""
    return bool(one and other and one.partition("@")[0] != other.partition("@")[0])


def judge_parts(operation: Operation, records: Mapping[str, StoredRecord]) -> Verdict | None:
    """Why restricted parts stand apart from their submissions, or nothing.

    A part belongs to one submission for good, and whatever changes in it moves that submission's version.
    """
    for part in operation.parts:
        if part.kind == RESTRICTED_PART and not _is_with_its_submission(operation, part, records):
            return _held(PART_ALONE, "a restricted part is written without its submission")
    return None


def _is_with_its_submission(operation: Operation, part: Part, records: Mapping[str, StoredRecord]) -> bool:
    stored = records.get(part.record)
    begun = parent_of(stored.state) if stored else None
    claimed = part.value_at(OF)
    if begun and claimed is not None:
        return False
    if not begun and not (isinstance(claimed, str) and _is_submission(claimed, operation, records)):
        return False
    submission = begun or claimed
    marked = {
        path
        for one in operation.parts
        if one.record == submission
        for path, value in zip(one.paths, one.values, strict=True)
        if value == RESTRICTED
    }
    return all(path in marked or is_reserved(path) for path in part.paths)


def _is_submission(one: str, operation: Operation, records: Mapping[str, StoredRecord]) -> bool:
    kinds = {part.kind for part in operation.parts if part.record == one}
    kinds |= {records[one].state.kind} if one in records else set()
    return kinds == {SUBMISSION}


def judge_classes(operation: Operation, facts: Facts, records: Mapping[str, StoredRecord]) -> Verdict | None:
    """Why the operation would show restricted answers to every officer of a village, or nothing."""
    for part in operation.parts:
        stored = records.get(part.record)
        # By both forms, since the record is then read with the newer one and the other may be it.
        forms = (operation.form, stored.state.form if stored else None)
        if restricted_in_open(part, forms, facts.definitions):
            return _held(RESTRICTED_IN_OPEN, "a restricted answer stands outside its restricted part")
    return None


def judge_restriction(operation: Operation, facts: Facts) -> Verdict | None:
    """Whether it is about somebody the processing of whose data is restricted."""
    if facts.set_aside.isdisjoint(processed_by(operation)):
        return None
    return _held(SET_ASIDE, "processing what it is about is restricted")


def judge_obstacles(
    operation: Operation, facts: Facts, records: Mapping[str, StoredRecord]
) -> Verdict | None:
    """Why nobody can accept the operation as it is, or nothing: these rules ask for no sender."""
    return (
        judge_restriction(operation, facts)
        or judge_placement(operation, facts, records)
        or judge_parts(operation, records)
        or judge_classes(operation, facts, records)
    )


def villages_set(part: Part) -> set[str]:
    """The villages that a part puts its record into; what is no code stands for no village."""
    value = part.value_at(VILLAGE)
    if value is None:
        return set()
    return {value if isinstance(value, str) and is_village(value) else ""}


def _revoked(_o: Operation, sender: Sender, _f: Facts, _r: Mapping[str, StoredRecord]) -> Verdict | None:
    return _held("revoked-device", "this device was revoked") if sender.is_revoked else None


def _from_file(_o: Operation, sender: Sender, _f: Facts, _r: Mapping[str, StoredRecord]) -> Verdict | None:
    return _held(FROM_FILE, "it came in a file that nobody vouches for") if sender.is_uncertain else None


def _of_somebody_else(
    operation: Operation, sender: Sender, facts: Facts, _r: Mapping[str, StoredRecord]
) -> Verdict | None:
    if operation.author != sender.actor.name:
        return _held(OTHER_AUTHOR, "the author is not the user of this device")
    if operation.replica == sender.replica == OFFICE:
        return None
    if facts.replica_owners.get(operation.replica) != sender.actor.name:
        return _held("other-replica", "the device store belongs to another user")
    return None


def _of_unknown_form(
    operation: Operation, _s: Sender, facts: Facts, records: Mapping[str, StoredRecord]
) -> Verdict | None:
    if operation.form is not None:
        return None if operation.form in facts.forms else _held("unknown-form", "this form is not published")
    begins = any(p.kind == SUBMISSION and p.record not in records for p in operation.parts)
    return _held("unknown-form", "a submission names its form") if begins else None


def _without_place(
    operation: Operation, _s: Sender, facts: Facts, records: Mapping[str, StoredRecord]
) -> Verdict | None:
    return judge_placement(operation, facts, records)


def _in_the_open(
    operation: Operation, _s: Sender, facts: Facts, records: Mapping[str, StoredRecord]
) -> Verdict | None:
    return judge_classes(operation, facts, records)


def _beside_its_submission(
    operation: Operation, _s: Sender, _f: Facts, records: Mapping[str, StoredRecord]
) -> Verdict | None:
    return judge_parts(operation, records)


def _of_somebody_restricted(
    operation: Operation, _s: Sender, facts: Facts, _r: Mapping[str, StoredRecord]
) -> Verdict | None:
    return judge_restriction(operation, facts)


def _outside_scope(
    operation: Operation, sender: Sender, _f: Facts, records: Mapping[str, StoredRecord]
) -> Verdict | None:
    claimed = [records[one] for one in operation.submissions if one in records]
    if not all(is_authorized(sender.actor, Action.WRITE, stored.subject) for stored in claimed):
        return _held("outside-scope", "the submission is not among those of this account")
    for part in operation.parts:
        stored = records.get(part.record)
        if stored and not is_authorized(sender.actor, Action.WRITE, stored.subject):
            is_place = covered_villages(sender.actor, stored.villages, Action.WRITE)
            code = "not-readable" if is_place else "outside-scope"
            return _held(code, "the record is not among those of this account")
        owner = stored.owner if stored else operation.author
        into = [Subject(part.kind, frozenset({village}), owner) for village in villages_set(part)]
        if not all(is_authorized(sender.actor, Action.WRITE, subject) for subject in into):
            return _held("outside-scope", "the village is not among those of this account")
    return None


def _reviews_without_right(
    operation: Operation, sender: Sender, _f: Facts, records: Mapping[str, StoredRecord]
) -> Verdict | None:
    """Whoever does not review says that he submitted, and answers returns; he takes no decision back."""
    for part in operation.parts:
        if is_authorized(sender.actor, Action.REVIEW, _subject_of(part, records.get(part.record), operation)):
            continue
        for change in part.changes if REVIEW in part.paths else ():
            if change.path == REVIEW and not _only_submits(change, records.get(part.record)):
                return _held("not-a-reviewer", "this account does not review")
    return None


def _plans_without_right(
    operation: Operation, sender: Sender, _f: Facts, records: Mapping[str, StoredRecord]
) -> Verdict | None:
    """Rounds, and who is to visit whom, are planned in the office; everybody of the village reads them."""
    planned = (part for part in operation.parts if part.kind in PLANNED)
    if all(
        is_authorized(sender.actor, Action.PLAN, _subject_of(one, records.get(one.record), operation))
        for one in planned
    ):
        return None
    return _held("not-a-planner", "this account does not plan")


def _settles_without_right(
    operation: Operation, sender: Sender, facts: Facts, records: Mapping[str, StoredRecord]
) -> Verdict | None:
    """Whoever does not review settles a dispute only in his cases, and once: see `domain.settling`."""
    for part in parts_that_decide(operation):
        stored = records.get(part.record)
        if stored is None:
            continue
        for path in settled_in(stored.state, part, operation.author):
            code = why_not(
                operation.author,
                facts.assigned.get(part.record, frozenset()),
                is_reviewer=is_authorized(sender.actor, Action.REVIEW, stored.subject),
                is_settled_before=(part.record, path) in facts.settled,
            )
            if code:
                whose = "the case is somebody else's" if code == NOT_ASSIGNED else "it was settled before"
                return _held(code, f"this conflict is for those who review: {whose}")
    return None


def _subject_of(part: Part, stored: StoredRecord | None, operation: Operation) -> Subject:
    """What a part writes to: the record that is there, else the one that it begins."""
    return stored.subject if stored else Subject(part.kind, frozenset(villages_set(part)), operation.author)


def _only_submits(change: Change, stored: StoredRecord | None) -> bool:
    named = [s.value for s in stored.state.at(REVIEW) if s.id in change.preds] if stored else []
    return change.value == SUBMITTED and all(is_answered_by_submitting(value) for value in named)


RULES: tuple[Rule, ...] = (
    _revoked,
    _from_file,
    _of_somebody_else,
    _of_unknown_form,
    _without_place,
    _of_somebody_restricted,
    _outside_scope,
    _beside_its_submission,
    _in_the_open,
    _reviews_without_right,
    _plans_without_right,
    _settles_without_right,
)


def _held(code: str, message: str) -> Verdict:
    return Verdict(HELD, code, message)
