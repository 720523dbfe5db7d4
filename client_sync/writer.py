"""
Filling and correcting, without a line: everything is saved durably before it is told as saved.

`preds` of an operation are what is in view at the moment of saving, read in the same
transaction that keeps it and takes its counter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from client_sync.answers import check_village, clean_answers, clean_path
from client_sync.desk import Workspace
from client_sync.editing import Notice, check_edit, notices_of_answers, settled_removal, settled_value
from client_sync.errors import NotEnrolled
from client_sync.reader import Reader
from client_sync.renewing import Renewal, is_left_out, renewal_of
from client_sync.store.settings import OFFSET
from domain import __version__
from domain.areas import is_covered
from domain.canonical import Json, to_text
from domain.cases import Filing, Opening, Seen, case_kind
from domain.compose import (
    Edit,
    Piece,
    Stamp,
    pack,
    piece_of_removal,
    piece_of_restore,
    pieces_of_edits,
    pieces_of_new,
    pieces_of_submission,
    seal,
)
from domain.compose import Writer as Author
from domain.dossier import REMOVAL, Dossier
from domain.entering import refuse_masked, refuse_no_question, refuse_reserved
from domain.errors import InvalidRequest
from domain.forms.definition import FormDefinition
from domain.opened import Opened
from domain.operations import SUBMISSION, VILLAGE, Change
from domain.planning import ROUND, ROUND_ID, assignment_record, read_assignment, read_round
from domain.review import Return
from domain.tasks import round_filled_for
from domain.urgency import says_danger

UNDECIDED = ("held", "void")


@dataclass(frozen=True)
class Saved:
    """What was saved durably: the record, the operations in order, and what to tell about them."""

    record: str
    operations: tuple[str, ...]
    notices: tuple[Notice, ...] = ()


class Writer:
    """
    What a person enters in the records of a workspace.

    Methods that save raise `InvalidRequest` or `MalformedOperation` for what makes no sense, and then nothing
    is saved; errors of `client_sync.errors` for what cannot be done now.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.reader = Reader(workspace)
        self.store = workspace.store

    def new(
        self,
        form_id: str,
        village: str | None,
        answers: Mapping[str, object],
        *,
        case: str | None = None,
        started: int | None = None,
        ended: int | None = None,
    ) -> Saved:
        """
        Files a filled form as a new submission; `started` and `ended` are milliseconds since 1970.

        From a `case` it begins with what the case says, and answers that are given win; then the village may
        be left out.
        """
        clean = clean_answers(answers)
        refuse_reserved(clean)
        period: dict[str, Json] = {"started": started, "ended": ended}
        with self.store.transaction():
            definition = self.workspace.form(self.reader.published_form(form_id).identity)
            opening, record = self.opening(definition, case), self.workspace.new_record()
            added = self.workspace.acting(definition, record, started).added(opening, clean)
            added |= self.workspace.acting(definition, record, ended).ending(clean)
            return self.file(record, definition, village, clean, opening, case, period, added)

    def begin_case(self, list_name: str, village: str, values: Mapping[str, object]) -> Saved:
        """Begins a case that no form begins, such as a delivery that is planned; `values` with its label."""
        clean = clean_answers(values)
        refuse_reserved(clean)
        with self.store.transaction():
            record, kind = self.workspace.new_record(), case_kind(list_name)
            said = {VILLAGE: check_village(village), **clean}
            pieces = [Piece(record, kind, Change(name, value, ())) for name, value in said.items()]
            ids = self.save(pieces, None, {})
        return Saved(record, ids, tuple(self._notices_of_village(village)))

    def set(
        self,
        record: str,
        values: Mapping[str, object] | None = None,
        *,
        remove: Sequence[str] = (),
        restore: Sequence[str] = (),
    ) -> Saved:
        """
        Changes answers of a record, removes members, brings removed ones back.

        Of the reserved paths only the village may be given, and only a member of a repeat be removed. A path
        on which people disagree is refused (`InvalidRequest`, code ``conflicted``): that is for `resolve`.
        A return that is in view is answered, an approval never.
        """
        clean = clean_answers(values or {})
        refuse_reserved(clean, VILLAGE)
        gone, back = [clean_path(path) for path in remove], [clean_path(path) for path in restore]
        if VILLAGE in clean:
            check_village(clean[VILLAGE])
        with self.store.transaction():
            dossier = self.reader.editable(record)
            definition = self.reader.definition_of(dossier)
            words = self.reader.words_for(dossier.submission.kind, dossier.submission.form)
            check_edit(dossier, clean, gone, back, words)
            edits = [Edit(path, value, dossier.on_screen(path)) for path, value in clean.items()]
            pieces = [piece_of_removal(dossier, member) for member in gone]
            pieces += [piece_of_restore(dossier, member) for member in back]
            further, told = self._following(dossier, edits, pieces)
            saved = self.save_edits(dossier, [*edits, *further], pieces, dossier.returns)
            notices = notices_of_answers(clean, definition) + told
            notices += self._notices_of_village(clean[VILLAGE]) if VILLAGE in clean else []
        return replace(saved, notices=(*notices, *saved.notices))

    def remove(self, record: str, member: str) -> Saved:
        """Hides a member with everything that is in view at and below it."""
        return self.set(record, remove=[member])

    def restore(self, record: str, member: str) -> Saved:
        """Brings a removed member back as it was."""
        return self.set(record, restore=[member])

    def resolve(self, record: str, path: str, value: object) -> Saved:
        """
        Settles a conflict: `value` replaces all that people entered there, as far as it is in view.

        The id of the operation behind one of the values stands for that value. A contested removal is
        settled at ``PATH#removal`` by ``keep`` or ``remove``. Raises `InvalidRequest` (code ``no-conflict``)
        where nothing waits to be settled.
        """
        edits, pieces = [], []
        with self.store.transaction():
            dossier = self.reader.editable(record)
            if path.endswith(REMOVAL):
                member = clean_path(path.removesuffix(REMOVAL))
                pieces.append(settled_removal(dossier, member, value))
            else:
                words = self.reader.words_for(dossier.submission.kind, dossier.submission.form)
                edits.append(settled_value(dossier, clean_path(path), value, words))
            further, told = self._following(dossier, edits, pieces)
            saved = self.save_edits(dossier, [*edits, *further], pieces, dossier.returns)
        return replace(saved, notices=(*told, *saved.notices))

    def dismiss(self, operation: str) -> None:
        """Takes a held or void operation out of view; the server keeps it. Raises `InvalidRequest`."""
        with self.store.transaction():
            if self.store.outbox.status_of(operation) not in UNDECIDED:
                message = f"{operation} is no held or void operation of this device"
                raise InvalidRequest(message, code="not-refused", operation=operation)
            self.store.outbox.dismiss(operation)
            for record in self.store.outbox.records_of(operation):
                self.store.records.refresh(record)

    # --- what the other parts build on ---

    def opening(self, definition: FormDefinition, case: str | None) -> Opening:
        """What a form begins with: nothing, or what a case says."""
        if not case:
            return Opening()
        found = self.reader.case(case)
        self.reader.note_shown([case], Opened.READ)
        return self.workspace.casework.opening(definition, found)

    def file(
        self,
        record: str,
        definition: FormDefinition,
        village: str | None,
        clean: Mapping[str, str],
        opening: Opening,
        case: str | None,
        period: Mapping[str, Json] | None = None,
        added: Mapping[str, str] | None = None,
    ) -> Saved:
        """
        Keeps a filled form as the new submission `record`; `clean` are the answers that are given.

        `added` is what the form sets besides: nothing where a program filled it that ran the form itself.
        """
        refuse_masked(clean, definition)
        refuse_no_question(clean, definition)
        filled = {**opening.answers, **clean, **opening.fixed, **(added or {})}
        place = check_village(village or opening.village)
        untouched = {path for path, value in opening.answers.items() if filled[path] == value}
        about = self.workspace.casework.form(definition, record, case)
        filed = self.workspace.casework.new(Filing(about, place, filled, untouched=untouched))
        part = self.workspace.new_record()
        beside = [*self.of_round(record, definition, place, case), *filed.beside]
        pieces = pieces_of_new(record, part, place, filed.answers, definition, beside)
        ids = self.save(pieces, definition.identity, period or {})
        notices = self._notices_of_village(place) + notices_of_answers(clean, definition)
        return Saved(record, ids, (*danger_in(pieces), *notices, *self.tellable(filed.notices)))

    def of_round(
        self, record: str, definition: FormDefinition, village: str, case: str | None
    ) -> list[Piece]:
        """For which round a new form is filled, where one is open that asks for it."""
        records = self.store.records
        rounds = [one for state in records.all_shown(ROUND) if (one := read_round(state))]
        planned = (records.shown(assignment_record(one.round, case)) for one in rounds if case)
        assigned = [found for state in planned if state and (found := read_assignment(state))]
        meant = round_filled_for(definition.form_id, village, case, rounds, assigned)
        return [Piece(record, SUBMISSION, Change(ROUND_ID, meant, ()))] if meant else []

    def tellable(self, notices: Sequence[Notice]) -> Sequence[Notice]:
        """What may be told of cases that a new form is about: nothing while the store is locked."""
        return () if self.workspace.lease.is_locked else notices

    def _notices_of_village(self, village: str) -> list[Notice]:
        known = [one.code for one in self.store.forms.villages()]
        if is_covered(village, self.workspace.identity.areas) and (not known or village in known):
            return []
        return [Notice("village-outside", {"village": village})]

    def _following(
        self, dossier: Dossier, edits: Sequence[Edit], pieces: Sequence[Piece]
    ) -> tuple[list[Edit], list[Notice]]:
        """What a record's form sets because of edits, and what to tell of that."""
        definition = self.reader.definition_of(dossier)
        if definition is None:
            return [], []
        return self.workspace.acting(definition, dossier.record).edits(dossier, edits, pieces)

    def save_edits(
        self,
        dossier: Dossier,
        edits: Sequence[Edit],
        pieces: Sequence[Piece],
        returns: tuple[Return, ...],
        period: Mapping[str, Json] | None = None,
        seen: Seen | None = None,
    ) -> Saved:
        """
        Keeps changes to a record; `returns` are the returns that they answer.

        `seen` says for a draft what was on the screen; else everything is answered on what is in view. A form
        that was left out is filed whole once more.
        """
        if not edits and not pieces and not returns:
            raise InvalidRequest("nothing was entered", code="nothing-entered")
        renewal = self._renewal(dossier, edits, pieces)
        # Of several operations the first one says where the record is.
        edits = sorted([*renewal.edits, *edits], key=lambda edit: edit.path != VILLAGE)
        pieces = [*renewal.pieces, *(one for one in pieces if one.change.path not in renewal.removed)]
        identity, casework = self.workspace.identity, self.workspace.casework
        author = Author(identity.author, tuple(identity.areas), self.workspace.new_record())
        definition = self.reader.definition_of(dossier)
        entered = [*pieces_of_edits(dossier, edits, definition, author), *pieces]
        notices: list[Notice] = []
        if definition and entered:
            said, notices = casework.of_edits(definition, dossier, edits, entered, seen, renewal.void)
            entered += said
        if dossier.submission.kind == SUBMISSION:
            entered += pieces_of_submission(dossier, returns, is_renewed=renewal.is_any)
        ids = self.save(entered, dossier.submission.form, period or {})
        for member in renewal.removed:
            removal = piece_of_removal(self.reader.dossier(dossier.record), member)
            ids += self.save([removal], dossier.submission.form, {})
        return Saved(dossier.record, ids, (*danger_in(entered), *notices))

    def _renewal(self, dossier: Dossier, edits: Sequence[Edit], pieces: Sequence[Piece]) -> Renewal:
        """What has to be entered anew of a form that was left out; nothing of one that was not."""
        outbox = self.store.outbox
        states = (dossier.submission, *dossier.parts)
        shown = {one for state in states for one in state.origins}
        void = [one for state in states for one in outbox.void_of(state.record) if one.id in shown]
        if not is_left_out(dossier.record, void, outbox.uncontained_of(dossier.record)):
            return Renewal()
        return renewal_of(dossier, {one.id for one in void}, edits, pieces)

    def save(self, pieces: Sequence[Piece], form: str | None, period: Mapping[str, Json]) -> tuple[str, ...]:
        """Seals and keeps operations; runs inside the transaction in which their counters are taken."""
        replica, author, now = self.store.settings.replica, self.workspace.identity.author, self.workspace.now
        if replica is None:
            raise NotEnrolled("this device is not enrolled")
        meta = self._meta(form, period)
        is_urgent = _are_urgent(pieces)
        ids: list[str] = []
        for some in pack(pieces):
            n = replica.last_n + len(ids) + 1
            stamp = Stamp(replica.id, n, author, now, to_text(self.workspace.random_bytes(8)), meta)
            operation = seal(some, stamp)
            self.store.save(operation, now, is_urgent)
            ids.append(operation.id)
        self.store.settings.next_n(replica, replica.last_n + len(ids))
        return tuple(ids)

    def _meta(self, form: str | None, period: Mapping[str, Json]) -> dict[str, Json]:
        """What an operation says about its making; what is not known is left out."""
        offset = self.store.settings.get(OFFSET)
        meta: dict[str, Json] = {"app": __version__, "form": form, "offset_ms": offset, **period}
        return {name: value for name, value in meta.items() if value is not None}


def _are_urgent(pieces: Iterable[Piece]) -> bool:
    return any(says_danger(piece.change) for piece in pieces)


def danger_in(pieces: Iterable[Piece]) -> tuple[Notice, ...]:
    """What is told first, whatever else there is to tell, and whether the store is locked or not."""
    return (Notice("danger-now"),) if _are_urgent(pieces) else ()
