"""Publishing a version of a form. What is published never changes: answers refer to it for ever."""

from sqlalchemy import Connection

from domain.canonical import Json, canonical_bytes, digest_of
from domain.errors import FormError
from server.services.configuration import renew_forms_digest
from server.store import examinations, forms
from server.store.forms import StoredForm
from server.xlsform import CompiledForm


def publish(connection: Connection, form: CompiledForm, now: int) -> bool:
    """Publishes a compiled workbook; whether it is new (else it was there with the same content).

    Raises `FormError` with the code form-version-taken when the version is published
    with other content.
    """
    name = f"{form.form_id}@{form.version}"
    digest = content_digest(form)
    there = forms.find(connection, name)
    if there is None:
        stored = StoredForm(form.form_id, form.version, digest, form.definition_bytes, now)
        forms.add(connection, stored, form.xform.encode(), form.workbook, form.media)
        renew_forms_digest(connection)
        examinations.forget_form(
            connection, name
        )  # somebody in the office may have taken answers to it in before
        return True
    if there.digest != digest:
        raise FormError(
            f"{name} is published with other content; give the workbook a new version",
            code="form-version-taken",
            form=name,
        )
    return False


def content_digest(form: CompiledForm) -> str:
    """Covers what people see and devices run. Not the workbook's bytes: saving it again changes those."""
    media: dict[str, Json] = {name: digest_of(data) for name, data in form.media.items()}
    content: list[Json] = [digest_of(form.definition_bytes), digest_of(form.xform.encode()), media]
    return digest_of(canonical_bytes(content))
