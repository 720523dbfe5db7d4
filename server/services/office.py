"""What people in the office do to a record: review it, and change it, which is how a conflict is settled.

Each becomes an operation of the replica ``office``, like any device's, made and
applied under the record's lock: nothing comes between what was seen and the decision.
"""

import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize
from domain.canonical import Json, to_text
from domain.errors import InvalidRequest
from domain.merge import view
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
    Value,
    is_marker,
    read_operation,
)
from domain.review import Decision, check_decision, decision_value
from server.services.forms import definition_of
from server.services.push import apply_office_operation
from server.services.read_record import find_readable, readable_parts
from server.store.records import StoredRecord

SALT_BYTES = 8


@dataclass
class Draft:
    """The changes of an operation to one record, before it is made."""

    record: str
    kind: str
    changes: list[Change] = field(default_factory=list)


def make_operation(actor: Actor, form: str | None, drafts: Iterable[Draft], now: int) -> Operation:
    """An operation of the office. `now` is its time and its number: the office counts by the clock."""
    used = [draft for draft in drafts if draft.changes]
    preds = sorted({pred for draft in used for change in draft.changes for pred in change.preds})
    place = {pred: i for i, pred in enumerate(preds)}
    parts: list[Json] = [
        {
            "record": draft.record,
            "kind": draft.kind,
            "changes": [[c.path, c.value, [place[pred] for pred in c.preds]] for c in draft.changes],
        }
        for draft in used
    ]
    return read_operation(
        {
            "v": 1,
            "replica": OFFICE,
            "n": now,
            "author": actor.name,
            "time": now,
            "salt": to_text(secrets.token_bytes(SALT_BYTES)),
            "meta": {"form": form} if form else {},
            "preds": list[Json](preds),
            "parts": parts,
        }
    )


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
    """Records a decision. Raises `NotFound`, `NotAllowed`, and `Outdated` (see `domain.review`)."""
    stored = find_readable(connection, actor, record, lock=True)
    authorize(actor, Action.REVIEW, stored.subject)
    state = stored.state
    if state.kind != SUBMISSION:
        raise InvalidRequest("only submissions are reviewed", code="not-reviewable")
    preds = check_decision(state, view(state), judgement.decision, judgement.etag, judgement.seen)
    value = decision_value(judgement.decision, judgement.etag, judgement.comment, judgement.remarks)
    draft = Draft(record, state.kind, [Change(REVIEW, value, preds)])
    operation = make_operation(actor, state.form, [draft], now)
    apply_office_operation(connection, actor, operation, now)
    return operation


def change_record(
    connection: Connection, actor: Actor, record: str, changes: Sequence[Change], now: int
) -> Operation:
    """Enters answers, removals or a village in the office; each change names what was on the screen.

    Restricted answers go into restricted parts. Raises `NotFound`, `NotAllowed`,
    `InvalidRequest` and `MalformedOperation`.
    """
    stored = find_readable(connection, actor, record, lock=True)
    authorize(actor, Action.WRITE, stored.subject)
    _refuse_reserved(changes)
    operation = make_operation(actor, stored.state.form, _split(connection, actor, stored, changes), now)
    apply_office_operation(connection, actor, operation, now)
    return operation


def _refuse_reserved(changes: Sequence[Change]) -> None:
    for change in changes:
        if change.path in (REVIEW, OF):
            raise InvalidRequest(
                f"{change.path} is not changed like this", code="reserved-path", path=change.path
            )


# --- restricted answers --------------------------------------------------------------------------


def _split(
    connection: Connection, actor: Actor, stored: StoredRecord, changes: Sequence[Change]
) -> list[Draft]:
    """The changes by the record that they belong into."""
    whole = Draft(stored.state.record, stored.state.kind)
    definition = definition_of(connection, stored.state.form)
    if stored.state.kind != SUBMISSION or definition is None:
        whole.changes += changes
        return [whole]
    parts = {part.state.record: part for part in readable_parts(connection, actor, stored)}
    drafts: dict[str, Draft] = {}
    for change in changes:
        if not definition.is_restricted(change.path) or is_marker(change.value, RESTRICTED):
            whole.changes.append(change)
            continue
        for target in _targets(actor, stored, parts, drafts, change):
            target.changes.append(_narrowed(change, parts.get(target.record)))
        whole.changes += _marker(stored, change.path)
    return [whole, *drafts.values()]


def _targets(
    actor: Actor,
    stored: StoredRecord,
    parts: Mapping[str, StoredRecord],
    drafts: dict[str, Draft],
    change: Change,
) -> list[Draft]:
    """The parts whose answers the change replaces; else the actor's own, one that has it, or a new one."""
    replaced = [one for one, part in parts.items() if set(change.preds) & set(_ids_at(part, change.path))]
    own = [one for one, part in parts.items() if part.owner == actor.name]
    having = [one for one, part in parts.items() if change.path in part.state.by_path]
    new = [one for one in drafts if one not in parts]
    chosen = replaced or (own or having or new)[:1]
    if not chosen:
        draft = _new_part(stored)
        drafts[draft.record] = draft
        return [draft]
    return [drafts.setdefault(one, Draft(one, RESTRICTED_PART)) for one in chosen]


def _new_part(stored: StoredRecord) -> Draft:
    village: Value = min(stored.villages)
    changes = [Change(OF, stored.state.record, ()), Change(VILLAGE, village, ())]
    return Draft(str(uuid.uuid4()), RESTRICTED_PART, changes)


def _narrowed(change: Change, part: StoredRecord | None) -> Change:
    """The change with those of its preds that are this part's."""
    known = _ids_at(part, change.path) if part else []
    return change._replace(preds=tuple(pred for pred in change.preds if pred in known))


def _ids_at(part: StoredRecord, path: str) -> list[str]:
    return [survivor.id for survivor in part.state.by_path.get(path, [])]


def _marker(stored: StoredRecord, path: str) -> list[Change]:
    """What the submission says of a restricted answer, unless it says so already."""
    survivors = stored.state.by_path.get(path, [])
    if any(is_marker(survivor.value, RESTRICTED) for survivor in survivors):
        return []
    return [Change(path, dict(RESTRICTED), tuple(survivor.id for survivor in survivors))]
