"""
Files as answers: attached to a record or a draft, told how far they are, written out again.

A file is kept in the transaction that keeps the operation which names it: both are there, or neither.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from client_sync.answers import clean_path
from client_sync.desk import Workspace
from client_sync.drafting import Drafts
from client_sync.errors import DeviceError
from client_sync.reader import Reader
from client_sync.store.files import KeptFile
from client_sync.writer import Saved, Writer
from domain.errors import InvalidRequest, NotFound
from domain.files import FileAnswer, read_file_answer
from domain.forms.definition import FormDefinition
from domain.opened import Opened

if TYPE_CHECKING:
    from client_sync.photos import Attachment


class Attachments:
    """The files of a workspace that are answers."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.reader = Reader(workspace)
        self.writer = Writer(workspace)
        self.drafts = Drafts(workspace)
        self.store = workspace.store

    def attach(self, record: str, path: str, file: Path) -> Saved:
        """
        Answers a question of a record by a file, in the place of what is in view there.

        Raises `InvalidRequest` as `set` does, and as `client_sync.photos.read_attachment`.
        """
        path = clean_path(path)
        dossier = self.reader.dossier(record)
        attachment = self._read(self.reader.definition_of(dossier), dossier.submission.form, path, file)
        with self.store.transaction():
            self._keep(attachment)
            return self.writer.set(record, {path: attachment.answer.to_text()})

    def new_with(
        self,
        form_id: str,
        village: str | None,
        answers: Mapping[str, object],
        files: Mapping[str, Path],
        case: str | None = None,
    ) -> Saved:
        """Files a filled form of which some answers are files, by path. Raises as `new` and `attach`."""
        form = self.reader.published_form(form_id).identity
        definition = self.store.forms.definition(form)
        attachments = {
            path: self._read(definition, form, path, file)
            for path, file in ((clean_path(path), file) for path, file in files.items())
        }
        if both := sorted(attachments.keys() & answers.keys()):
            raise InvalidRequest(f"the path {both[0]} appears twice", code="path-twice", path=both[0])
        with self.store.transaction():
            for one in attachments.values():
                self._keep(one)
            texts = {path: one.answer.to_text() for path, one in attachments.items()}
            return self.writer.new(form_id, village, {**answers, **texts}, case=case)

    def type_file(self, draft: str, path: str, file: Path) -> None:
        """Keeps a file as an answer in a draft; it is sent once the draft is finished. Raises as `attach`."""
        path = clean_path(path)
        found = self.drafts.draft(draft)
        form = self.reader.dossier(found.record).submission.form if found.record else found.form_id
        attachment = self._read(self.store.forms.definition(form), form, path, file)
        with self.store.transaction():
            self._keep(attachment)
            self.drafts.type_answer(draft, path, attachment.answer.to_text())

    def _read(
        self, definition: FormDefinition | None, form: str | None, path: str, file: Path
    ) -> "Attachment":
        """Outside of all transactions: a photo takes a moment."""
        if definition is None:
            message = f"the form {form} has not been fetched yet"
            raise DeviceError(message, code="form-unreadable", form=form)
        field = definition.field_at(path)
        if field is None:
            message = f"{form} has no question {path}"
            raise InvalidRequest(message, code="no-question", path=path, form=form)
        from client_sync.photos import read_attachment  # not above: most commands open no picture

        return read_attachment(file, field, self.workspace.now)

    def _keep(self, attachment: "Attachment") -> None:
        for kept, data in attachment.files:
            self.store.files.add(kept, data)

    # --- reading ---

    def answer_at(self, record: str, path: str) -> FileAnswer:
        """What an answer says of a file. Raises `InvalidRequest` (``not-a-file``), `NotFound`."""
        answer = read_file_answer(self.reader.dossier(record).answers.get(path, ""))
        if answer is None:
            raise InvalidRequest(f"{path} is not answered by a file", code="not-a-file", path=path)
        return answer

    def file_at(self, record: str, path: str) -> KeptFile:
        """
        The file that answers a question, for its person to open: that is kept as having been shown.

        Raises as `answer_at`, and `NotFound` (``file-absent``) where the file is not on this device.
        """
        path = clean_path(path)
        with self.store.transaction():
            self.reader.show(record, Opened.EXPORT)
            answer = self.answer_at(record, path)
            kept = self.store.files.find(answer.hash)
            if kept is None:
                raise NotFound(f"{answer.name} is not on this device", code="file-absent", name=answer.name)
            return kept
