"""What a person looks at on a device, without a line."""

from collections.abc import Iterable, Iterator

from client_sync.desk import Workspace
from client_sync.settling import Settling
from client_sync.store.forms import FormVersion
from client_sync.store.settings import OFFSET
from domain.cases import case_definition, list_of
from domain.dossier import Dossier
from domain.errors import InvalidRequest, NotFound
from domain.filled import Entered, filled_at, operations_behind
from domain.forms.definition import FormDefinition
from domain.merge import RecordState
from domain.opened import Opened
from domain.operations import RESTRICTED_PART, SUBMISSION
from domain.planning import PLANNED


class Reader:
    """
    The records of a workspace as its person sees them.

    What shows any of them raises `StoreLocked` while the store is locked; new forms are filled all the same.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.store = workspace.store

    def filled_at(self, dossier: Dossier) -> int:
        """
        The moment that `today()` means in a submission; now where nothing is answered.

        A document says no more of a clock than its time, so an impossible one stands for now.
        """
        states = (dossier.submission, *dossier.parts)
        origins = {one: origin for state in states for one, origin in state.origins.items()}
        now = self.workspace.now
        behind = operations_behind(states)
        return filled_at((Entered(origins[one].time, 0, now) for one in behind), now)

    def dossier(self, record: str) -> Dossier:
        """A record as its person sees it, with its restricted parts. Raises `NotFound`."""
        self.workspace.lease.check()
        with self.store.snapshot():
            state = self.store.records.shown(record)
            if state is None:
                raise NotFound(
                    f"there is no record {record} on this device", code="unknown-record", record=record
                )
            return Dossier(state, tuple(self.store.records.parts_of(record)))

    def dossiers(self) -> Iterator[Dossier]:
        """All submissions on this device, by village."""
        self.workspace.lease.check()
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
        self.workspace.lease.check()
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
                self.store.openings.note(
                    named, action, self.workspace.identity.author, offset, self.workspace.now
                )

    def why_not_settle(self, record: str, path: str) -> str | None:
        """
        Why a conflict will be for the office to settle, as a code; nothing where it is this person's.

        What he saves all the same is kept, and waits there.
        """
        dossier = self.dossier(record)
        return (
            Settling(self.store, self.workspace.identity).why_not(dossier, path)
            if path in dossier.disputes
            else None
        )

    def editable(self, record: str) -> Dossier:
        """A record that is opened to be changed. Raises `InvalidRequest` where that is not done here."""
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
