"""What the forms that are filled on this device say of cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from client_sync.editing import Notice
from client_sync.expressions import context_at
from client_sync.store import Store
from domain.cases import (
    Filing,
    Form,
    Opening,
    Recognition,
    Seen,
    case_name,
    case_of,
    cases_concerned,
    filing_of_edits,
    lists_of_members,
    open_from_case,
    pieces_for_cases,
    recognize,
)
from domain.compose import Edit, Piece
from domain.dossier import Dossier
from domain.forms.definition import FormDefinition
from domain.merge import RecordState


@dataclass(frozen=True)
class Filed:
    """A new form as it is kept: its answers, what it says of cases, and what its author is told."""

    answers: Mapping[str, str]
    beside: Sequence[Piece]
    notices: Sequence[Notice]


@dataclass(frozen=True)
class Casework:
    """The cases of a store, as whoever fills forms in sees them; `moment` is when he does."""

    store: Store
    author: str
    areas: tuple[str, ...]
    moment: int

    def form(self, definition: FormDefinition, record: str, case: str | None) -> Form:
        """A submission under its form, as cases are told by it."""
        context = context_at(self.moment, username=self.author)
        return Form(definition, record, case, self.areas, context)

    def opening(self, definition: FormDefinition, case: RecordState) -> Opening:
        """What a form begins with that is opened from a case; see `open_from_case`."""
        return open_from_case(definition, case, self._saying(definition, {case.record}))

    def new(self, filing: Filing) -> Filed:
        """A new form, in which the members are recognized who are cases already."""
        found, notices = self._recognized(filing)
        filing = found.applied(filing)
        answers = {path: value for path, value in filing.answers.items() if isinstance(value, str)}
        return Filed(answers, self._pieces(filing), notices)

    def _saying(self, definition: FormDefinition, texts: Collection[str]) -> list[RecordState]:
        """The cases that members of a form may be, and that say one of these texts."""
        lists = sorted(lists_of_members(definition))
        return [one for name in lists for one in self.store.records.cases_saying(name, texts)]

    def _recognized(self, filing: Filing) -> tuple[Recognition, list[Notice]]:
        found = recognize(filing, lambda texts: self._saying(filing.form.definition, texts))
        notices = []
        for member, case in found.known.items():
            told = {"case": case.record, "name": case_name(case) or "-"}
            notices.append(Notice("member-known", {"question": found.questions[member], **told}))
        for member, cases in found.doubtful.items():
            names = ", ".join(f"{case_name(case) or '-'} ({case.record})" for case in cases)
            notices.append(Notice("member-doubtful", {"question": found.questions[member], "cases": names}))
        return found, notices

    def _pieces(self, filing: Filing) -> list[Piece]:
        """What a submission changes in the cases that are in view here."""
        found = {one: self.store.records.shown(one) for one in cases_concerned(filing.form, filing.answers)}
        return pieces_for_cases(replace(filing, cases={one: state for one, state in found.items() if state}))

    def of_edits(
        self,
        definition: FormDefinition,
        dossier: Dossier,
        edits: Sequence[Edit],
        pieces: Sequence[Piece],
        seen: Seen | None,
        void: Collection[str],
    ) -> tuple[list[Piece], list[Notice]]:
        """
        What a correction changes in cases, the members among it who are recognized, and what to tell of them.

        What `void` operations said in cases is said anew.
        """
        form = self.form(definition, dossier.record, case_of(dossier))
        filing = replace(filing_of_edits(form, dossier, edits, pieces, seen), void=void)
        found, notices = self._recognized(filing)
        return [*found.pieces(dossier.record), *self._pieces(found.applied(filing))], notices
