"""Forms being filled: kept answer by answer, altered by no sync, made operations when they are finished."""

from collections.abc import Mapping, Sequence

from client_sync.answers import check_village, clean_path, text_of
from client_sync.desk import Workspace
from client_sync.editing import check_edit, has_anything, refuse_removed
from client_sync.reader import Reader
from client_sync.store.drafts import UNTOUCHED, Draft, DraftAnswer, DraftRemoval
from client_sync.writer import Saved, Writer, danger_in
from domain.canonical import Json
from domain.cases import Filing, Opening, case_of, seen_in_cases, targets_of
from domain.compose import Edit, Piece, pieces_of_new
from domain.dossier import Dossier
from domain.entering import refuse_masked, refuse_no_question, refuse_reserved
from domain.errors import InvalidRequest, NotFound
from domain.forms.definition import FormDefinition
from domain.merge import is_under, preds_of_removal
from domain.operations import DEAD, RESTRICTED, Change, Value


class Drafts:
    """The forms of a workspace that lie half filled."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.reader = Reader(workspace)
        self.writer = Writer(workspace)
        self.store = workspace.store

    def start_draft(self, form_id: str, village: str | None = None, case: str | None = None) -> Draft:
        """
        Opens a new form to be filled. Its id becomes the record's.

        From a case it begins with what the case says, in the case's village if none is given.
        """
        with self.store.transaction():
            form = self.reader.published_form(form_id)
            opening = Opening()
            if case:
                opening = self.writer.opening(self.workspace.form(form.identity), case)
            place = check_village(village or opening.village)
            draft = Draft(
                self.workspace.new_record(), None, form.identity, place, (), self.workspace.now, case
            )
            self.store.drafts.add(draft)
            for path, value in opening.answers.items():
                self.store.drafts.put(
                    draft.id, DraftAnswer(path, value, {UNTOUCHED: (), **opening.seen[path]})
                )
            definition = self.store.forms.definition(form.identity)
            if definition:
                acting = self.workspace.acting(definition, draft.id, draft.started)
                self._put(draft, acting.beginning(opening.answers))
        return draft

    def start_correction(self, record: str) -> Draft:
        """Opens a record to be corrected. The draft is empty: what is not typed anew stays as it is."""
        with self.store.transaction():
            dossier = self.reader.editable(record)
            draft = Draft(
                self.workspace.new_record(), record, None, None, dossier.returns, self.workspace.now
            )
            self.store.drafts.add(draft)
        return draft

    def type_answer(self, draft: str, path: str, value: object) -> None:
        """
        Keeps an answer in a draft, and with it the ids of what is on the screen there now; likewise what the
        form sets because of it.
        """
        path = clean_path(path)
        refuse_reserved([path])
        text = text_of(value, path)
        with self.store.transaction():
            found, before = self.draft(draft), self.store.drafts.answer(draft, path)
            dossier, definition = self._filled(found)
            refuse_masked({path: text}, definition)
            refuse_no_question([path], definition, dossier)
            refuse_removed(path, self._removed(draft))
            if before and before.is_untouched and before.value == text:
                return
            following = self._following_in(found, dossier, definition, {path: text}) if definition else {}
            self._put(found, {path: text, **following})
            self.store.files.drop_unnamed()

    def _following_in(
        self,
        draft: Draft,
        dossier: Dossier | None,
        definition: FormDefinition,
        given: Mapping[str, str],
    ) -> dict[str, str]:
        """What the form sets; not where people disagree on a record that is corrected."""
        typed = {one.path: one.value for one in self.store.drafts.answers(draft.id)}
        shown: Mapping[str, Value] = dossier.answers if dossier else {}
        hidden = dict.fromkeys(dossier.unreadable if dossier else (), RESTRICTED)
        known = [one.path for one in dossier.submission.survivors] if dossier else ()
        acting = self.workspace.acting(definition, draft.record or draft.id)
        found = acting.following({**shown, **hidden, **typed}, given, known)
        disputed = dossier.conflicts if dossier else {}
        return {path: text for path, text in found.items() if path not in disputed}

    def _put(self, draft: Draft, answers: Mapping[str, str]) -> None:
        """Keeps answers, each with what is on the screen at its path."""
        for path, text in answers.items():
            before = self.store.drafts.answer(draft.id, path)
            self.store.drafts.put(draft.id, DraftAnswer(path, text, self._on_screen(draft, path, before)))

    def take_answer_back(self, draft: str, path: str) -> None:
        """Forgets what was typed at a path of a draft."""
        with self.store.transaction():
            self.store.drafts.take_back(self.draft(draft).id, clean_path(path))
            self.store.files.drop_unnamed()

    def remove_member(self, draft: str, path: str) -> None:
        """
        Removes a member of a repeat: what a draft says of it is taken back, and from the record that it
        corrects it is removed with what is in view now at and below it. Raises `InvalidRequest`.
        """
        member = clean_path(path)
        with self.store.transaction():
            dossier, definition = self._filled(self.draft(draft))
            refuse_removed(member, self._removed(draft))
            said = [one for one in self.store.drafts.answers(draft) if is_under(one.path, member)]
            if definition and not definition.is_member(member):
                raise InvalidRequest(f"{member} is no member of a repeat", code="not-a-member", path=member)
            if dossier and (not said or has_anything(dossier, member)):
                check_edit(dossier, {}, [member], [], definition)
                preds = preds_of_removal(dossier.submission, member)
                self.store.drafts.remove_member(draft, DraftRemoval(member, preds))
            for one in said:
                self.store.drafts.take_back(draft, one.path)
            self.store.files.drop_unnamed()

    def draft(self, draft: str) -> Draft:
        """Raises `NotFound`."""
        found = self.store.drafts.find(draft)
        if found is None:
            raise NotFound(f"there is no draft {draft}", code="unknown-draft", draft=draft)
        return found

    def discard_draft(self, draft: str) -> None:
        """Throws a draft away. Raises `NotFound`."""
        with self.store.transaction():
            self._remove(self.draft(draft))
            self.store.files.drop_unnamed()

    def finish_draft(self, draft: str) -> Saved:
        """Makes the operations of a draft and removes it, both or neither.

        Each answer names what was on the screen when it was typed, not what a sync has
        brought since: what its author has not seen, he does not replace.
        """
        with self.store.transaction():
            found, answers = self.draft(draft), self.store.drafts.answers(draft)
            period: dict[str, Json] = {"started": found.started, "ended": self.workspace.now}
            if found.record:
                edits = [Edit(*answer) for answer in answers]
                dossier, seen = self.reader.editable(found.record), {one.path: one.preds for one in answers}
                gone = self._removals_in(found, dossier)
                saved = self.writer.save_edits(dossier, edits, gone, found.returns, period, seen)
            else:
                saved = self._save_filled(found, answers, period)
            self._remove(found)
        return saved

    def _remove(self, draft: Draft) -> None:
        self.store.drafts.remove(draft.id)
        for record in filter(None, (draft.record, draft.case)):
            self.store.records.let_go(record)

    def _filled(self, draft: Draft) -> tuple[Dossier | None, FormDefinition | None]:
        """The record that a draft corrects, if it does, and the form that it is filled with."""
        if draft.record is None:
            return None, self.store.forms.definition(draft.form_id)
        dossier = self.reader.dossier(draft.record)
        return dossier, self.reader.definition_of(dossier)

    def _removed(self, draft: str) -> list[str]:
        """The members that a draft removes."""
        return [one.member for one in self.store.drafts.removals(draft)]

    def _removals_in(self, draft: Draft, dossier: Dossier) -> list[Piece]:
        """As they were seen: what came below a member since then contests its removal."""
        return [
            Piece(dossier.record, dossier.submission.kind, Change(member, DEAD, preds))
            for member, preds in self.store.drafts.removals(draft.id)
        ]

    def _on_screen(self, draft: Draft, path: str, before: DraftAnswer | None) -> dict[str, tuple[str, ...]]:
        """The ids of what is on the screen at a path: in the record, and in its cases."""
        answers: dict[str, Value] = {one.path: one.value for one in self.store.drafts.answers(draft.id)}
        answers.pop(path, None)
        definition: FormDefinition | None
        if draft.record:
            dossier = self.reader.dossier(draft.record)
            answers = {**dossier.answers, **answers}
            definition, own, case = (
                self.reader.definition_of(dossier),
                dossier.on_screen(path),
                case_of(dossier),
            )
        else:
            definition, own, case = self.workspace.form(draft.form_id), {}, draft.case
            if case and before and (filled_in := _filled_in(before, case)):
                return filled_in
        if definition is None:
            return own
        form = self.workspace.casework.form(definition, draft.record or draft.id, case)
        named = {one for one, _ in targets_of(form, path, answers)}
        cases = {one: state for one in named if (state := self.store.records.shown(one))}
        return {**own, **seen_in_cases(form, path, answers, cases, own.get(draft.record or "", ()))}

    def _save_filled(self, draft: Draft, typed: Sequence[DraftAnswer], period: Mapping[str, Json]) -> Saved:
        definition = self.workspace.form(draft.form_id)
        answers = {one.path: one.value for one in typed}
        answers |= self.workspace.acting(definition, draft.id).ending(answers)
        filing = Filing(
            form=self.workspace.casework.form(definition, draft.id, draft.case),
            village=draft.village or "",
            answers=answers,
            untouched={one.path for one in typed if one.is_untouched},
            seen={one.path: one.preds for one in typed} if draft.case else {},
        )
        filed, part = self.workspace.casework.new(filing), self.workspace.new_record()
        beside = [*self.writer.of_round(draft.id, definition, filing.village, draft.case), *filed.beside]
        pieces = pieces_of_new(draft.id, part, filing.village, filed.answers, definition, beside)
        ids = self.writer.save(pieces, draft.form_id, period)
        return Saved(draft.id, ids, (*danger_in(pieces), *self.writer.tellable(filed.notices)))


def _filled_in(before: DraftAnswer, case: str) -> dict[str, tuple[str, ...]]:
    """What an answer of a case was when it was filled in: it is that which somebody types over, by case."""
    known = {record: ids for record, ids in before.preds.items() if record != UNTOUCHED}
    # Drafts of earlier versions do not say of which case.
    return known if known or not before.is_untouched else {case: before.preds[UNTOUCHED]}
