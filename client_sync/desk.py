"""
Filling and correcting, without a line: everything is saved durably before it is told as saved.

`preds` of an operation are what is in view at the moment of saving, read in the same
transaction that keeps it and takes its counter.
"""

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from uuid import UUID

from client_sync import database
from client_sync.acting import Acting
from client_sync.answers import check_village, clean_answers, clean_path
from client_sync.casework import Casework
from client_sync.editing import Notice, check_edit, notices_of_answers, settled_removal, settled_value
from client_sync.errors import DeviceError, NotEnrolled
from client_sync.lease import Boot, LeaseKeeper, boot_now
from client_sync.recovery import RecoveryFile
from client_sync.renewing import Renewal, is_left_out, renewal_of
from client_sync.settling import Settling
from client_sync.store import Store, open_store
from client_sync.store.forms import FormVersion
from client_sync.store.settings import OFFSET, Identity
from domain import __version__
from domain.areas import is_covered
from domain.canonical import Json, to_text
from domain.cases import Filing, Opening, Seen, case_definition, case_kind, list_of
from domain.compose import (
    Edit,
    Piece,
    Stamp,
    Writer,
    pack,
    piece_of_removal,
    piece_of_restore,
    pieces_of_edits,
    pieces_of_new,
    pieces_of_submission,
    seal,
)
from domain.dossier import REMOVAL, Dossier
from domain.entering import refuse_masked, refuse_no_question, refuse_reserved
from domain.errors import InvalidRequest, NotFound
from domain.filled import Entered, filled_at, operations_behind
from domain.forms.definition import FormDefinition
from domain.merge import RecordState
from domain.opened import Opened
from domain.operations import RESTRICTED_PART, SUBMISSION, VILLAGE, Change
from domain.planning import PLANNED, ROUND, ROUND_ID, assignment_record, read_assignment, read_round
from domain.review import Return
from domain.tasks import round_filled_for
from domain.urgency import says_danger

UNDECIDED = ("held", "void")


def now_ms() -> int:
    """The device's clock: milliseconds since 1970, right or wrong."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Saved:
    """What was saved durably: the record, the operations in order, and what to tell about them."""

    record: str
    operations: tuple[str, ...]
    notices: tuple[Notice, ...] = ()


def open_enrolled(home: Path, key: str, now: int) -> Store:
    """The store of an account in a folder. Raises `NotEnrolled`; see `client_sync.database.open_database`."""
    if database.exists(home):
        store = open_store(home, key, now)
        if store.settings.identity:
            return store
        store.close()
    raise NotEnrolled("this device is not enrolled", home=str(home))


class Desk:
    """What a person does with the records of a device store.

    What shows any of them raises `StoreLocked` while the store is locked; new forms are filled all the same.

    Methods that save raise `InvalidRequest` or `MalformedOperation` for what makes no sense, and then nothing
    is saved; errors of `client_sync.errors` for what cannot be done now.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], int] = now_ms,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        boot: Callable[[], Boot] = boot_now,
    ) -> None:
        self.store = store
        self._clock = clock
        self._random_bytes = random_bytes
        self._boot = boot
        self.lease = LeaseKeeper(store, clock, boot)
        self.lease.note_use()

    def filled_at(self, dossier: Dossier) -> int:
        """
        The moment that `today()` means in a submission; now where nothing is answered.

        A document says no more of a clock than its time, so an impossible one stands for now.
        """
        states = (dossier.submission, *dossier.parts)
        origins = {one: origin for state in states for one, origin in state.origins.items()}
        now = self._clock()
        behind = operations_behind(states)
        return filled_at((Entered(origins[one].time, 0, now) for one in behind), now)

    @property
    def now(self) -> int:
        """The device's clock: milliseconds since 1970, right or wrong."""
        return self._clock()

    @classmethod
    def at(cls, home: Path, key: str) -> Self:
        """
        The desk over the store in the folder `home`, which is encrypted by the passphrase `key`.

        Raises `NotEnrolled` when there is none, or it never was anybody's; see
        `client_sync.database.open_database` for the rest.
        """
        store = open_enrolled(home, key, now_ms())
        RecoveryFile(home, key).renew(store)
        return cls(store)

    def close(self) -> None:
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def identity(self) -> Identity:
        """The account behind this device. Raises `NotEnrolled`."""
        identity = self.store.settings.identity
        if identity is None:
            raise NotEnrolled("this device is not enrolled")
        return identity

    # --- reading ---

    def dossier(self, record: str) -> Dossier:
        """A record as its person sees it, with its restricted parts. Raises `NotFound`."""
        self.lease.check()
        with self.store.snapshot():
            state = self.store.records.shown(record)
            if state is None:
                raise NotFound(
                    f"there is no record {record} on this device", code="unknown-record", record=record
                )
            return Dossier(state, tuple(self.store.records.parts_of(record)))

    def dossiers(self) -> Iterator[Dossier]:
        """All submissions on this device, by village."""
        self.lease.check()
        for state in self.store.records.all_shown(SUBMISSION):
            yield Dossier(state, tuple(self.store.records.parts_of(state.record)))

    def definition_of(self, dossier: Dossier) -> FormDefinition | None:
        """The form that a submission is read with, if it is on this device. A case is no form's."""
        if list_of(dossier.submission.kind) is not None:
            return None
        return self.store.forms.definition(dossier.submission.form)

    def case(self, record: str) -> RecordState:
        """A case as it is in view. Raises `NotFound`, and `InvalidRequest` for another record."""
        state = self.dossier(record).submission
        if list_of(state.kind) is None:
            raise InvalidRequest(f"{record} is no case", code="not-a-case", record=record)
        return state

    def cases(self, list_name: str | None = None) -> Iterator[Dossier]:
        """The cases on this device, of one list or of all, by list and village."""
        self.lease.check()
        for state in self.store.records.all_cases(list_name):
            yield Dossier(state)

    def words_for(self, kind: str, form: str | None) -> FormDefinition | None:
        """How records of a kind (and a form) read in words: a case by the published forms that fill it."""
        list_name = list_of(kind)
        if list_name is None:
            return self.store.forms.definition(form)
        found = [self.store.forms.definition(one.identity) for one in self.store.forms.latest()]
        return case_definition(list_name, [one for one in found if one])

    def published_form(self, form_id: str) -> FormVersion:
        """The newest published version of a form. Raises `InvalidRequest` naming those that there are."""
        found = self.store.forms.newest(form_id)
        if found is None:
            known = ", ".join(sorted({one.form_id for one in self.store.forms.published()})) or "-"
            message = f"there is no form {form_id}; published: {known}"
            raise InvalidRequest(message, code="unknown-form", form=form_id, published=known)
        return found

    # --- showing ---

    def show(self, record: str, action: Opened = Opened.READ) -> Dossier:
        """
        A record for its person to see: that it was shown is kept, durably, before it is.

        Raises `NotFound`. `dossier` gives the same to programs that show it to nobody.
        """
        with self.store.transaction():
            dossier = self.dossier(record)
            self.note_shown(dossier.records, action)
        return dossier

    def note_shown(self, records: Iterable[str], action: Opened) -> None:
        """Keeps that these records are shown; the next sync reports it. Nothing where there are none."""
        named = list(records)
        if named:
            with self.store.transaction():
                offset = self.store.settings.get(OFFSET)
                self.store.openings.note(named, action, self.identity.author, offset, self._clock())

    # --- saving ---

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
            definition = self._definition(self.published_form(form_id).identity)
            opening, record = self._opening(definition, case), self._new_record()
            added = self._acting(definition, record, started).added(opening, clean)
            added |= self._acting(definition, record, ended).ending(clean)
            return self._file(record, definition, village, clean, opening, case, period, added)

    def begin_case(self, list_name: str, village: str, values: Mapping[str, object]) -> Saved:
        """Begins a case that no form begins, such as a delivery that is planned; `values` with its label."""
        clean = clean_answers(values)
        refuse_reserved(clean)
        with self.store.transaction():
            record, kind = self._new_record(), case_kind(list_name)
            said = {VILLAGE: check_village(village), **clean}
            pieces = [Piece(record, kind, Change(name, value, ())) for name, value in said.items()]
            ids = self._save(pieces, None, {})
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
            dossier = self._editable(record)
            definition = self.definition_of(dossier)
            words = self.words_for(dossier.submission.kind, dossier.submission.form)
            check_edit(dossier, clean, gone, back, words)
            edits = [Edit(path, value, dossier.on_screen(path)) for path, value in clean.items()]
            pieces = [piece_of_removal(dossier, member) for member in gone]
            pieces += [piece_of_restore(dossier, member) for member in back]
            further, told = self._following(dossier, edits, pieces)
            saved = self._save_edits(dossier, [*edits, *further], pieces, dossier.returns)
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
            dossier = self._editable(record)
            if path.endswith(REMOVAL):
                member = clean_path(path.removesuffix(REMOVAL))
                pieces.append(settled_removal(dossier, member, value))
            else:
                words = self.words_for(dossier.submission.kind, dossier.submission.form)
                edits.append(settled_value(dossier, clean_path(path), value, words))
            further, told = self._following(dossier, edits, pieces)
            saved = self._save_edits(dossier, [*edits, *further], pieces, dossier.returns)
        return replace(saved, notices=(*told, *saved.notices))

    def why_not_settle(self, record: str, path: str) -> str | None:
        """
        Why a conflict will be for the office to settle, as a code; nothing where it is this person's.

        What he saves all the same is kept, and waits there.
        """
        dossier = self.dossier(record)
        return (
            Settling(self.store, self.identity).why_not(dossier, path) if path in dossier.disputes else None
        )

    def dismiss(self, operation: str) -> None:
        """Takes a held or void operation out of view; the server keeps it. Raises `InvalidRequest`."""
        with self.store.transaction():
            if self.store.outbox.status_of(operation) not in UNDECIDED:
                message = f"{operation} is no held or void operation of this device"
                raise InvalidRequest(message, code="not-refused", operation=operation)
            self.store.outbox.dismiss(operation)
            for record in self.store.outbox.records_of(operation):
                self.store.records.refresh(record)

    # --- inside ---

    def _opening(self, definition: FormDefinition, case: str | None) -> Opening:
        """What a form begins with: nothing, or what a case says."""
        if not case:
            return Opening()
        found = self.case(case)
        self.note_shown([case], Opened.READ)
        return self._casework.opening(definition, found)

    def _file(
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
        about = self._casework.form(definition, record, case)
        filed = self._casework.new(Filing(about, place, filled, untouched=untouched))
        part = self._new_record()
        beside = [*self._of_round(record, definition, place, case), *filed.beside]
        pieces = pieces_of_new(record, part, place, filed.answers, definition, beside)
        ids = self._save(pieces, definition.identity, period or {})
        notices = self._notices_of_village(place) + notices_of_answers(clean, definition)
        return Saved(record, ids, (*danger_in(pieces), *notices, *self._tellable(filed.notices)))

    def _of_round(
        self, record: str, definition: FormDefinition, village: str, case: str | None
    ) -> list[Piece]:
        """For which round a new form is filled, where one is open that asks for it."""
        records = self.store.records
        rounds = [one for state in records.all_shown(ROUND) if (one := read_round(state))]
        planned = (records.shown(assignment_record(one.round, case)) for one in rounds if case)
        assigned = [found for state in planned if state and (found := read_assignment(state))]
        meant = round_filled_for(definition.form_id, village, case, rounds, assigned)
        return [Piece(record, SUBMISSION, Change(ROUND_ID, meant, ()))] if meant else []

    def _tellable(self, notices: Sequence[Notice]) -> Sequence[Notice]:
        """What may be told of cases that a new form is about: nothing while the store is locked."""
        return () if self.lease.is_locked else notices

    def _new_record(self) -> str:
        return str(UUID(bytes=self._random_bytes(16), version=4))

    def _definition(self, identity: str | None) -> FormDefinition:
        """Without it nobody knows which answers are restricted. Raises `DeviceError`."""
        definition = self.store.forms.definition(identity)
        if definition is None:
            message = f"the form {identity} has not been fetched yet"
            raise DeviceError(message, code="form-unreadable", form=identity)
        return definition

    def _editable(self, record: str) -> Dossier:
        dossier = self.dossier(record)
        if dossier.submission.kind == RESTRICTED_PART:
            message = f"{record} is a restricted part; it is changed through its submission {dossier.of}"
            raise InvalidRequest(message, code="restricted-part", record=record, submission=dossier.of)
        if dossier.submission.kind in PLANNED:
            raise InvalidRequest(
                f"{record} is planned in the office", code="planned-in-office", record=record
            )
        self.note_shown(dossier.records, Opened.EDIT)
        return dossier

    def _notices_of_village(self, village: str) -> list[Notice]:
        known = [one.code for one in self.store.forms.villages()]
        if is_covered(village, self.identity.areas) and (not known or village in known):
            return []
        return [Notice("village-outside", {"village": village})]

    @property
    def _casework(self) -> Casework:
        identity = self.identity
        return Casework(self.store, identity.author, tuple(identity.areas), self._clock())

    def _acting(self, definition: FormDefinition, record: str, moment: int | None = None) -> Acting:
        """A form as it acts now, or at another moment that is known."""
        replica = self.store.settings.replica
        moment = self._clock() if moment is None else moment
        return Acting(definition, record, self.identity.author, replica.id if replica else "", moment)

    def _following(
        self, dossier: Dossier, edits: Sequence[Edit], pieces: Sequence[Piece]
    ) -> tuple[list[Edit], list[Notice]]:
        """What a record's form sets because of edits, and what to tell of that."""
        definition = self.definition_of(dossier)
        if definition is None:
            return [], []
        return self._acting(definition, dossier.record).edits(dossier, edits, pieces)

    def _save_edits(
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
        writer = Writer(self.identity.author, tuple(self.identity.areas), self._new_record())
        definition = self.definition_of(dossier)
        entered = [*pieces_of_edits(dossier, edits, definition, writer), *pieces]
        notices: list[Notice] = []
        if definition and entered:
            said, notices = self._casework.of_edits(definition, dossier, edits, entered, seen, renewal.void)
            entered += said
        if dossier.submission.kind == SUBMISSION:
            entered += pieces_of_submission(dossier, returns, is_renewed=renewal.is_any)
        ids = self._save(entered, dossier.submission.form, period or {})
        for member in renewal.removed:
            removal = piece_of_removal(self.dossier(dossier.record), member)
            ids += self._save([removal], dossier.submission.form, {})
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

    def _save(self, pieces: Sequence[Piece], form: str | None, period: Mapping[str, Json]) -> tuple[str, ...]:
        """Seals and keeps operations; runs inside the transaction in which their counters are taken."""
        replica, author, now = self.store.settings.replica, self.identity.author, self._clock()
        if replica is None:
            raise NotEnrolled("this device is not enrolled")
        meta = self._meta(form, period)
        is_urgent = _are_urgent(pieces)
        ids: list[str] = []
        for some in pack(pieces):
            n = replica.last_n + len(ids) + 1
            stamp = Stamp(replica.id, n, author, now, to_text(self._random_bytes(8)), meta)
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
