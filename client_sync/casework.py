"""What the forms that are filled on this device say of cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from client_sync.expressions import context_at
from client_sync.store import Store
from domain.cases import (
    Filing,
    Form,
    Seen,
    case_of,
    cases_concerned,
    filing_of_edits,
    pieces_for_cases,
)
from domain.compose import Edit, Piece
from domain.dossier import Dossier
from domain.forms.definition import FormDefinition


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

    def pieces(self, filing: Filing) -> list[Piece]:
        """What a submission changes in the cases that are in view here."""
        found = {one: self.store.records.shown(one) for one in cases_concerned(filing.form, filing.answers)}
        return pieces_for_cases(replace(filing, cases={one: state for one, state in found.items() if state}))

    def of_new(
        self,
        definition: FormDefinition,
        record: str,
        case: str | None,
        village: str,
        answers: Mapping[str, str],
        untouched: Collection[str],
    ) -> list[Piece]:
        """The same for a new form, perhaps opened from a case, of which some answers are `untouched`."""
        form = self.form(definition, record, case)
        return self.pieces(Filing(form, village, answers, untouched=untouched))

    def of_edits(
        self,
        definition: FormDefinition,
        dossier: Dossier,
        edits: Sequence[Edit],
        pieces: Sequence[Piece],
        seen: Seen | None,
        void: Collection[str],
    ) -> list[Piece]:
        """The same for a correction; what `void` operations said in cases is said anew."""
        form = self.form(definition, dossier.record, case_of(dossier))
        return self.pieces(replace(filing_of_edits(form, dossier, edits, pieces, seen), void=void))
