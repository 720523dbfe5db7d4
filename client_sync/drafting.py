"""Forms being filled: kept answer by answer, altered by no sync, made operations when they are finished."""

from collections.abc import Mapping

from client_sync.answers import check_village, clean_path, text_of
from client_sync.desk import Desk, Saved
from client_sync.store.drafts import Draft, DraftAnswer
from domain.canonical import Json
from domain.compose import Edit, pieces_of_new
from domain.entering import refuse_masked, refuse_no_question, refuse_reserved
from domain.errors import NotFound


class Drafting(Desk):
    """A desk on which forms may lie half filled."""

    def start_draft(self, form_id: str, village: str) -> Draft:
        """Opens a new form to be filled. Its id becomes the record's."""
        check_village(village)
        with self.store.transaction():
            form = self.published_form(form_id)
            draft = Draft(self._new_record(), None, form.identity, village, (), self._clock())
            self.store.drafts.add(draft)
        return draft

    def start_correction(self, record: str) -> Draft:
        """Opens a record to be corrected. The draft is empty: what is not typed anew stays as it is."""
        with self.store.transaction():
            dossier = self._editable(record)
            draft = Draft(self._new_record(), record, None, None, dossier.returns, self._clock())
            self.store.drafts.add(draft)
        return draft

    def type_answer(self, draft: str, path: str, value: object) -> None:
        """Keeps an answer in a draft, and with it the ids of what is on the screen there now."""
        path = clean_path(path)
        refuse_reserved([path])
        text = text_of(value, path)
        with self.store.transaction():
            found = self.draft(draft)
            dossier = self.dossier(found.record) if found.record else None
            definition = (
                self.definition_of(dossier) if dossier else self.store.forms.definition(found.form_id)
            )
            refuse_masked({path: text}, definition)
            refuse_no_question([path], definition, dossier)
            preds = dossier.on_screen(path) if dossier else {}
            self.store.drafts.put(draft, DraftAnswer(path, text, preds))

    def take_answer_back(self, draft: str, path: str) -> None:
        """Forgets what was typed at a path of a draft."""
        with self.store.transaction():
            self.store.drafts.take_back(self.draft(draft).id, clean_path(path))

    def draft(self, draft: str) -> Draft:
        """Raises `NotFound`."""
        found = self.store.drafts.find(draft)
        if found is None:
            raise NotFound(f"there is no draft {draft}", code="unknown-draft", draft=draft)
        return found

    def discard_draft(self, draft: str) -> None:
        """Throws a draft away. Raises `NotFound`."""
        with self.store.transaction():
            self.store.drafts.remove(self.draft(draft).id)

    def finish_draft(self, draft: str) -> Saved:
        """Makes the operations of a draft and removes it, both or neither.

        Each answer names what was on the screen when it was typed, not what a sync has
        brought since: what its author has not seen, he does not replace.
        """
        with self.store.transaction():
            found, answers = self.draft(draft), self.store.drafts.answers(draft)
            period: dict[str, Json] = {"started": found.started, "ended": self._clock()}
            if found.record:
                edits = [Edit(*answer) for answer in answers]
                ids = self._save_edits(self._editable(found.record), edits, [], found.returns, period)
            else:
                ids = self._save_filled(found, {one.path: one.value for one in answers}, period)
            self.store.drafts.remove(found.id)
        return Saved(found.record or found.id, ids)

    def _save_filled(
        self, draft: Draft, answers: Mapping[str, str], period: Mapping[str, Json]
    ) -> tuple[str, ...]:
        definition = self._definition(draft.form_id)
        pieces = pieces_of_new(draft.id, self._new_record(), draft.village or "", answers, definition)
        return self._save(pieces, draft.form_id, period)
