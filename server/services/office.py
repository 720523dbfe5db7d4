"""What people in the office do to a record: review it, and change it, which is how a conflict is settled.

Each becomes an operation of the replica ``office``, like any device's, made and
applied under the record's lock: nothing comes between what was seen and the decision.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize, is_authorized, reach_of
from domain.canonical import Json
from domain.cases import (
    Form,
    case_of,
    cases_concerned,
    filing_of_edits,
    list_of,
    lists_of_members,
    pieces_for_cases,
    recognize,
)
from domain.compose import Edit, Piece, Writer, edit_of, pieces_of_edits
from domain.dossier import Dossier
from domain.entering import refuse_masked, refuse_no_member, refuse_no_question, refuse_unsettling
from domain.errors import InvalidRequest
from domain.forms.definition import FormDefinition
from domain.merge import RecordState, is_removal_marker, view
from domain.operations import (
    OFFICE,
    RESTRICTED_PART,
    REVIEW,
    SUBMISSION,
    VILLAGE,
    Change,
    Operation,
    read_operation,
)
from domain.review import Decision, check_decision, decision_value
from server.expressions import context_at
from server.services.audit import Act, Audited, put
from server.services.cases import cases_in
from server.services.forms import definition_of
from server.services.making import make_operation
from server.services.push import apply_office_operation
from server.services.read_record import dossier_of, find_readable, readable_parts
from server.store import records
from server.store.records import StoredRecord


def read_changes(preds: Sequence[str], changes: Sequence[Json]) -> tuple[Change, ...]:
    """Changes as they travel, checked like those of any operation. Raises `MalformedOperation`."""
    part: Json = {"record": str(uuid.UUID(int=0, version=4)), "kind": SUBMISSION, "changes": list(changes)}
    sent: dict[str, Json] = {"v": 1, "replica": OFFICE, "n": 1, "author": OFFICE, "time": 0}
    return read_operation({**sent, "preds": list[Json](preds), "parts": [part]}).parts[0].changes


@dataclass(frozen=True)
class Judgement:
    """A reviewer's decision on the version `etag`; `seen` are the reviews on his screen, all when empty.

    `remarks` map a question's path to a text.
    """

    decision: Decision
    etag: str
    comment: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)
    seen: tuple[str, ...] | None = None


def review_record(
    connection: Connection, actor: Actor, record: str, judgement: Judgement, now: int
) -> Operation:
    """
    Records a decision on a submission, or on one of its restricted parts.

    Raises `NotFound`, `NotAllowed`, `Outdated` (see `domain.review`), and `InvalidRequest`: not-reviewable,
    and remark-restricted where a remark on a restricted answer would stand for all who read the submission.
    """
    stored = find_readable(connection, actor, record, lock=True)
    authorize(actor, Action.REVIEW, stored.subject)
    state = stored.state
    if state.kind not in (SUBMISSION, RESTRICTED_PART):
        raise InvalidRequest("only submissions and their parts are reviewed", code="not-reviewable")
    is_settled = _is_settled(connection, actor, stored, judgement.remarks)
    preds = check_decision(state, is_settled, judgement.decision, judgement.etag, judgement.seen)
    value = decision_value(judgement.decision, judgement.etag, judgement.comment, judgement.remarks)
    piece = Piece(record, state.kind, Change(REVIEW, value, preds))
    operation = make_operation(actor, state.form, [piece], now)
    apply_office_operation(connection, actor, operation, now)
    _put_on_record(
        connection, actor, Audited.REVIEW, stored, operation, now, decision=judgement.decision.value
    )
    return operation


def _is_settled(connection: Connection, actor: Actor, stored: StoredRecord, remarks: Collection[str]) -> bool:
    """Whether the reviewer sees no open conflict in what he decides on. Raises `InvalidRequest`."""
    part = stored.state.record if stored.state.kind == RESTRICTED_PART else None
    whole = _submission_of(connection, stored) if part else stored
    dossier = dossier_of(whole, readable_parts(connection, actor, whole))
    if part:
        return view(stored.state).is_settled and not dossier.disputed_in(part)
    if not dossier.restricted_values.keys().isdisjoint(remarks):
        raise InvalidRequest("restricted answers are remarked on in their part", code="remark-restricted")
    return dossier.is_settled


def _submission_of(connection: Connection, part: StoredRecord) -> StoredRecord:
    """What a restricted part belongs to; itself where that is not there."""
    parent = records.parent_of(part.state) or ""
    return records.load(connection, [parent]).get(parent, part)


def change_record(
    connection: Connection, actor: Actor, record: str, changes: Sequence[Change], now: int
) -> Operation:
    """Enters answers, removals or a village in the office; each change names what was on the screen.

    Restricted answers go into restricted parts. Raises `NotFound`, `NotAllowed`,
    `InvalidRequest` and `MalformedOperation`.
    """
    stored = find_readable(connection, actor, record, lock=True)
    authorize(actor, Action.WRITE, stored.subject)
    if stored.state.kind == RESTRICTED_PART:
        # Else the submission would keep its version, and an approval of it would stand.
        raise InvalidRequest("a restricted part is changed through its submission", code="restricted-part")
    dossier = dossier_of(stored, readable_parts(connection, actor, stored))
    is_case = list_of(stored.state.kind) is not None
    definition = None if is_case else definition_of(connection, stored.state.form)
    for change in changes:
        _check_change(dossier, change, definition)
    answered = [change.path for change in changes if not is_removal_marker(change.value)]
    refuse_no_question(answered, definition, dossier)
    edits = [edit_of(dossier, change) for change in changes]
    writer = Writer(actor.name, reach_of(actor, Action.WRITE).areas, str(uuid.uuid4()))
    pieces = pieces_of_edits(dossier, edits, definition, writer)
    if definition:
        pieces += _in_cases(connection, actor, dossier, edits, pieces, definition, now)
    operation = make_operation(actor, stored.state.form, pieces, now)
    apply_office_operation(connection, actor, operation, now)
    _put_on_record(connection, actor, Audited.CHANGE, stored, operation, now)
    return operation


def _put_on_record(
    connection: Connection,
    actor: Actor,
    action: Audited,
    stored: StoredRecord,
    operation: Operation,
    now: int,
    **detail: Json,
) -> None:
    village = next(iter(sorted(stored.villages)), "")
    told: dict[str, Json] = {"operation": operation.id, **detail}
    put(connection, Act(actor.name, action, operation.records, village, detail=told), now)


def _in_cases(
    connection: Connection,
    actor: Actor,
    dossier: Dossier,
    edits: Sequence[Edit],
    pieces: Sequence[Piece],
    definition: FormDefinition,
    now: int,
) -> list[Piece]:
    """
    What the changes say of cases, and which member is one already.

    Cases that the actor may not write are left alone.
    """
    context = context_at(now, username=actor.name)
    form = Form(definition, dossier.record, case_of(dossier), reach_of(actor, Action.WRITE).areas, context)
    filing = filing_of_edits(form, dossier, edits, pieces)
    recognition = recognize(filing, lambda _: _cases_beside(connection, actor, dossier, definition))
    filing = recognition.applied(filing)
    found = records.lock(connection, cases_concerned(form, filing.answers))
    cases = {
        one: stored.state
        for one, stored in found.items()
        if is_authorized(actor, Action.WRITE, stored.subject)
    }
    said = pieces_for_cases(replace(filing, cases=cases))
    said = [piece for piece in said if piece.record not in found.keys() - cases.keys()]
    return [*recognition.pieces(dossier.record), *said]


def _cases_beside(
    connection: Connection, actor: Actor, dossier: Dossier, definition: FormDefinition
) -> Iterator[RecordState]:
    """The cases in the villages of a submission that its members may be."""
    for list_name in sorted(lists_of_members(definition)):
        yield from cases_in(connection, actor, dossier.submission.values_at(VILLAGE), list_name)


def _check_change(dossier: Dossier, change: Change, definition: FormDefinition | None) -> None:
    """Raises `InvalidRequest` for what people do not enter there."""
    if is_removal_marker(change.value):
        refuse_no_member(dossier, change.path, definition)
    else:
        refuse_unsettling(dossier, change.path, change.value)
        refuse_masked({change.path: change.value}, definition, dossier)
