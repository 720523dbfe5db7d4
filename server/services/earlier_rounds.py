"""The other submissions about a case, as a reader may see them; and what is different since the last one."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.cases import case_of
from domain.dossier import Dossier
from domain.files import read_file_answer
from domain.forms.definition import FormDefinition
from domain.merge import is_under
from domain.operations import Value
from domain.photos import PLACE, Round, member_around, ranked_rounds
from server.services.changes import AnswerChange
from server.services.filled import beginnings_of
from server.services.forms import definition_of
from server.services.read_record import RecordReading, dossier_of, readable_parts
from server.store import finding, records


@dataclass(frozen=True)
class EarlierRound:
    """Another submission about the same case, as the reader may see it; `begun` in milliseconds."""

    dossier: Dossier
    definition: FormDefinition | None
    begun: int

    @property
    def record(self) -> str:
        return self.dossier.record

    def as_round(self, paths: tuple[str, ...] = ()) -> Round:
        """The same for the rules, with the paths at which it has a photo."""
        return Round(self.record, self.begun, self.dossier.review.state, self.definition, paths)


@dataclass(frozen=True)
class Rounds:
    """When a submission was begun, and the others about its case, earlier or later."""

    begun: int = 0
    others: tuple[EarlierRound, ...] = ()

    def last_of(self, form: str | None) -> EarlierRound | None:
        """The last round of a form before this one: the latest approved, else the latest not rejected."""
        asked = (form or "").partition("@")[0]
        same = {
            one.record: one
            for one in self.others
            if (one.dossier.submission.form or "").partition("@")[0] == asked
        }
        ranked = ranked_rounds((one.as_round() for one in same.values()), self.begun)
        return same[ranked[0].record] if ranked else None


def rounds_about(connection: Connection, actor: Actor, reading: RecordReading) -> Rounds:
    """
    The submissions about the case of one that the actor may read.

    With their restricted parts where he reads one of this, since otherwise nothing compares with them.
    """
    case = case_of(reading.dossier)
    about = set(finding.submissions_about(connection, case)) - {reading.record} if case else set()
    readable = {
        one: stored
        for one, stored in records.load(connection, about).items()
        if is_authorized(actor, Action.READ, stored.subject)
    }
    if not readable:
        return Rounds()
    states = {one: [stored.state] for one, stored in (*readable.items(), (reading.record, reading.stored))}
    begun = beginnings_of(connection, states, dict.fromkeys(states, reading.updated))
    others = [
        EarlierRound(
            dossier_of(stored, readable_parts(connection, actor, stored) if reading.parts else ()),
            definition_of(connection, stored.state.form),
            begun[one],
        )
        for one, stored in readable.items()
    ]
    return Rounds(begun[reading.record], tuple(others))


def changes_since(earlier: EarlierRound, reading: RecordReading) -> list[AnswerChange]:
    """
    The questions that are answered otherwise than in an earlier round, by path.

    Files and places are left out: they differ each time, and are compared where they stand. Of a member that
    is not there any more its path is told once. A member is the same one where it is the same case.
    """
    before, now = (
        _compared(earlier.dossier, earlier.definition),
        _compared(reading.dossier, reading.definition),
    )
    unreadable = {*reading.restricted, *earlier.dossier.unreadable}
    changes = [
        _change(reading, path, before.get(path), now.get(path))
        for path in before.keys() | now.keys()
        if before.get(path) != now.get(path) and path not in unreadable
    ]
    gone = {member_around(earlier.definition, one.path) for one in changes if one.after is None} - {""}
    gone = {member for member in gone if not any(is_under(path, member) for path in now)}
    told = [one for one in changes if not any(is_under(one.path, member) for member in gone)]
    told += [AnswerChange(member, "", None) for member in gone]
    return sorted(told, key=lambda one: one.path)


def _compared(dossier: Dossier, definition: FormDefinition | None) -> dict[str, str]:
    return dict(_answered(dossier, definition))


def _answered(dossier: Dossier, definition: FormDefinition | None) -> Iterator[tuple[str, str]]:
    for path, value in dossier.answers.items():
        field = definition.field_at(path) if definition else None
        if path.startswith("$") or not isinstance(value, str) or not value or field is None:
            continue
        if field.type != PLACE and field.type not in UNASKED and read_file_answer(value) is None:
            yield path, value


UNASKED = frozenset({"start", "end", "today", "deviceid", "username", "hidden", "audit", "calculate"})
"""What nobody answers."""


def _change(reading: RecordReading, path: str, before: "Value | None", after: "Value | None") -> AnswerChange:
    """With who entered what stands there now; an answer that is not given any more is empty, not removed."""
    seen = reading.dossier.shown_at(path)
    is_member = bool(member_around(reading.definition, path))
    gone = None if is_member else ""
    return AnswerChange(
        path,
        before,
        gone if after is None else after,
        seen.author if seen else "",
        seen.time if seen else None,
    )
