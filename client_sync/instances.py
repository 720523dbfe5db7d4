"""
Forms that come as the XML of other programs: filed anew, or as what somebody has changed in a record.

What was changed is told by our element, which says what the XML held and whose answers were in view when it
was written. An answer that somebody has given since is named by no edit: both stand, in a conflict.
"""

from collections.abc import Mapping

from client_sync.answers import clean_answers
from client_sync.desk import Workspace
from client_sync.editing import Notice, check_edit, notices_of_answers
from client_sync.reader import Reader
from client_sync.writer import Saved, Writer
from domain.cases import Opening, ids_calculated
from domain.compose import Edit
from domain.dossier import Dossier
from domain.errors import InvalidRequest
from domain.forms.definition import FormDefinition
from domain.forms.instance import (
    Instance,
    changed_answers,
    entered_answers,
    form_of,
    kept_text,
    read_instance,
)
from domain.forms.instance.own import Own
from domain.operations import Value
from schemas.reading import form_of_instance


class XmlInstances:
    """Takes XForm instances into a workspace; docs/forms.md says what each of their elements means."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.reader = Reader(workspace)
        self.writer = Writer(workspace)
        self.store = workspace.store

    def new_from_xml(
        self, form_id: str, village: str | None, xml: bytes, *, case: str | None = None
    ) -> Saved:
        """
        Files an instance as a new submission, by the rules of `new`.

        The id of the instance becomes the record's where it is a UUID of version 4. Raises `InvalidRequest`
        (code ``instance-here``) where there is a record or draft of that id, or of the one that it edits.
        """
        with self.store.transaction():
            definition = self._form_in(xml, form_id)
            instance = read_instance(definition, xml)
            record, notices = self._id_for(instance)
            clean = clean_answers(entered_answers(definition, instance.answers))
            opening = self.writer.opening(definition, case)
            _refuse_other_case(opening, clean)
            # What the case filled in and nobody touched stands in the XML as well, and the id of a new case.
            made = ids_calculated(self.workspace.casework.form(definition, record, case))
            given = _unsaid(definition, {**opening.answers, **made}, clean)
            saved = self.writer.file(record, definition, village, given, opening, case)
        return Saved(saved.record, saved.operations, (*notices, *saved.notices))

    def set_from_xml(self, record: str, xml: bytes, was: bytes | None = None) -> Saved:
        """
        Enters what differs between an instance of a record and what was written, by the rules of `set`.

        `was` is that instance as it was written, where the program that changed it has dropped our element.
        Raises `InvalidRequest` (code ``instance-unversioned``) where nothing tells what was written.
        """
        with self.store.transaction():
            dossier = self.reader.editable(record)
            definition, instance = self._instance_of(dossier, xml)
            written = self._written(dossier, instance, was)
            changed = clean_answers(
                entered_answers(definition, changed_answers(definition, written, instance))
            )
            entered = _unsaid(definition, dossier.answers, changed)
            words = self.reader.words_for(dossier.submission.kind, dossier.submission.form)
            check_edit(dossier, entered, (), (), words)
            edits = [_edit_of(dossier, path, value, written) for path, value in entered.items()]
            late = [path for path in entered if _was_answered_since(dossier, path, written)]
            returns = tuple(one for one in dossier.returns if one.id in written.seen)
            # A case that took an answer over which was not seen keeps it, until the conflict is settled.
            saved = self.writer.save_edits(dossier, edits, [], returns, seen={path: {} for path in late})
            notices = notices_of_answers(entered, self.reader.definition_of(dossier))
        meanwhile = [Notice("answered-since", {"path": path}) for path in late]
        return Saved(record, saved.operations, (*notices, *meanwhile, *saved.notices))

    # --- inside ---

    def _form_in(self, xml: bytes, form_id: str) -> FormDefinition:
        """The version of a form that an instance names, retired ones too."""
        identity = form_of(xml)
        if identity.partition("@")[0] != form_id:
            message = f"the instance is of the form {identity}, not {form_id}"
            raise InvalidRequest(message, code="instance-form", found=identity[:120], wanted=form_id)
        return self.workspace.form(identity[:120])

    def _id_for(self, instance: Instance) -> tuple[str, list[Notice]]:
        """The id of the new record, and what to tell about it."""
        for known in (instance.record, instance.edited_record):
            if known and self._is_taken(known):
                raise InvalidRequest(f"{known} is here already", code="instance-here", record=known)
        notices = []
        if instance.edited_record:
            notices.append(Notice("instance-edit", {"record": instance.edited_record}))
        if instance.record is None:
            notices.append(Notice("instance-id", {"instance": (instance.instance_id or "-")[:120]}))
        return instance.record or self.workspace.new_record(), notices

    def _is_taken(self, record: str) -> bool:
        return self.store.records.shown(record) is not None or self.store.drafts.find(record) is not None

    def _instance_of(self, dossier: Dossier, xml: bytes) -> tuple[FormDefinition, Instance]:
        """An instance of this record, with the version of the form that it is read by."""
        form_of_instance(dossier, self.reader.definition_of(dossier))
        form_id = (dossier.submission.form or "").partition("@")[0]
        definition = self._form_in(xml, form_id)
        instance = read_instance(definition, xml, seed=dossier.record)
        if dossier.record not in (instance.record, instance.edited_record):
            raise InvalidRequest(
                f"the instance is not of the record {dossier.record}",
                code="instance-record",
                record=dossier.record,
                instance=(instance.instance_id or "-")[:120],
            )
        return definition, instance

    def _written(self, dossier: Dossier, instance: Instance, was: bytes | None) -> Own:
        """Our element of when the XML was made: in itself, or in what it was before."""
        own = instance.own
        if not own.texts and was is not None:
            own = self._instance_of(dossier, was)[1].own
        if not own.texts:
            message = "nothing says from which version this XML was made"
            raise InvalidRequest(message, code="instance-unversioned", record=dossier.record)
        return own


def _refuse_other_case(opening: Opening, answers: Mapping[str, str]) -> None:
    """A visit to one child is not filed as one to another."""
    for path, case in opening.fixed.items():
        named = answers.get(path)
        if named and named != case:
            message = f"the instance is about the case {named[:60]}, not {case}"
            raise InvalidRequest(message, code="instance-case", case=case, named=named[:60])


def _unsaid(
    definition: FormDefinition, said: Mapping[str, Value], answers: Mapping[str, str]
) -> dict[str, str]:
    """The answers that are not said already, perhaps spelt otherwise: 131 and 131.0 of a decimal question."""

    def is_said(path: str, value: str) -> bool:
        had = said.get(path)
        return had == value or (isinstance(had, str) and kept_text(definition, path, had) == value != "")

    return {path: value for path, value in answers.items() if not is_said(path, value)}


def _edit_of(dossier: Dossier, path: str, value: str, written: Own) -> Edit:
    """It replaces what was in view when the XML was written, as far as that stands."""
    there = dossier.on_screen(path)
    return Edit(path, value, {one: tuple(i for i in ids if i in written.seen) for one, ids in there.items()})


def _was_answered_since(dossier: Dossier, path: str, written: Own) -> bool:
    return any(one not in written.seen for ids in dossier.on_screen(path).values() for one in ids)
