"""
The states of a version of a form: draft → published → retired.

A draft may be replaced or dropped; nobody fills it. What was published never changes: answers refer to it for
ever. A retired version is for no new form, but its records, and forms that are being filled with it, keep it.
"""

import json

from sqlalchemy import Connection

from domain.canonical import Json, canonical_bytes, digest_of
from domain.errors import FormError, NotFound
from domain.forms.definition import FormDefinition
from server.faults import Fault, WorkbookError
from server.services.forms import find_version, renew_forms_digest
from server.store import examinations, forms, settings
from server.store.forms import DRAFT, PUBLISHED, RETIRED, StoredForm
from server.xlsform import CompiledForm
from server.xlsform.check_versions import check_versions


def publish(connection: Connection, form: CompiledForm, now: int) -> bool:
    """Publishes a compiled workbook; whether it is new (else it was there with the same content).

    A draft of the same version gives way to it. Raises `FormError` with the code form-version-taken
    when the version is published with other content, and `WorkbookError` as `refuse_changed_paths`.
    """
    if not _put(connection, form, PUBLISHED, now):
        return False
    _tell(connection, f"{form.form_id}@{form.version}")
    return True


def keep_draft(connection: Connection, form: CompiledForm, now: int) -> bool:
    """Keeps a compiled workbook as a draft, in place of an earlier one. Returns and raises as `publish`."""
    return _put(connection, form, DRAFT, now)


def publish_version(connection: Connection, name: str, now: int) -> bool:
    """Publishes a draft, or again what was retired; whether it was not published. Raises as `publish`."""
    _take_turn(connection)
    found = _existing(connection, name)
    if found.state == PUBLISHED:
        return False
    workbook = forms.workbook_of(connection, name) or b""
    refuse_changed_paths(connection, _read(found), workbook)
    forms.set_state(connection, name, PUBLISHED, now if found.state == DRAFT else found.published)
    _tell(connection, name)
    return True


def retire_or_drop(connection: Connection, name: str) -> str:
    """
    Offers a version for no new form any more, or drops a draft.

    Gives what became of it: form-retired, form-retired-already or form-dropped. What was published
    is never dropped. Raises `NotFound`.
    """
    _take_turn(connection)
    found = _existing(connection, name)
    if found.state == DRAFT:
        forms.remove_draft(connection, name)
        return "form-dropped"
    if found.state == RETIRED:
        return "form-retired-already"
    forms.set_state(connection, name, RETIRED, found.published)
    renew_forms_digest(connection)
    return "form-retired"


def refuse_changed_paths(connection: Connection, form: FormDefinition, workbook: bytes) -> tuple[Fault, ...]:
    """
    The warnings of comparing a form with the versions of it that were published.

    Raises `WorkbookError` where a path of theirs has moved, or means something else now.
    """
    known = [one for one in forms.known_of(connection, form.form_id) if one.version != form.version]
    offered = [one.name for one in known if one.state == PUBLISHED]
    faults = check_versions(form, map(_read, known), workbook, offered)
    if errors := [one for one in faults if not one.is_warning]:
        raise WorkbookError(errors)
    return tuple(faults)


def content_digest(form: CompiledForm) -> str:
    """Covers what people see and devices run. Not the workbook's bytes: saving it again changes those."""
    media: dict[str, Json] = {name: digest_of(data) for name, data in form.media.items()}
    content: list[Json] = [digest_of(form.definition_bytes), digest_of(form.xform.encode()), media]
    return digest_of(canonical_bytes(content))


def _take_turn(connection: Connection) -> None:
    """Waits for whoever changes versions; what is read from here on stands until the end."""
    settings.write(connection, settings.FORMS_TURN, "")


def _tell(connection: Connection, name: str) -> None:
    renew_forms_digest(connection)
    # Somebody in the office may have taken answers to it in before.
    examinations.forget_form(connection, name)


def _put(connection: Connection, form: CompiledForm, state: str, now: int) -> bool:
    name, digest = f"{form.form_id}@{form.version}", content_digest(form)
    _take_turn(connection)
    there = forms.find(connection, name)
    if there and there.state != DRAFT:
        return _refuse_other_content(there, digest)
    warnings = refuse_changed_paths(connection, FormDefinition.from_json(form.definition), form.workbook)
    told = json.dumps([one.as_json() for one in (*form.warnings, *warnings)]).encode()
    stored = StoredForm(form.form_id, form.version, digest, form.definition_bytes, now, state, told)
    forms.remove_draft(connection, name)
    forms.add(connection, stored, form.xform.encode(), form.workbook, form.media)
    return True


def _refuse_other_content(there: StoredForm, digest: str) -> bool:
    if there.digest != digest:
        raise FormError(
            f"{there.name} is published with other content; give the workbook a new version",
            code="form-version-taken",
            form=there.name,
        )
    return False


def _existing(connection: Connection, name: str) -> StoredForm:
    found = find_version(connection, name)
    if found is None:
        raise NotFound(f"there is no form {name}", code="unknown-form-version", form=name)
    return found


def _read(stored: StoredForm) -> FormDefinition:
    return FormDefinition.from_json(json.loads(stored.definition))
