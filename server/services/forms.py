"""The definitions of published forms, read once by each process."""

import json
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from domain.canonical import Json, canonical_bytes, digest_of
from domain.cases import case_definition, list_of
from domain.errors import NotFound
from domain.forms.definition import FormDefinition
from domain.merge import RecordState, form_order
from domain.operations import FORM
from server.store import forms, settings
from server.store.forms import DRAFT, StoredForm

KEPT = 64
"""Definitions in memory: more than an office has in use at once."""


def definition_of(connection: Connection, form: str | None) -> FormDefinition | None:
    """The definition of ``form_id@version``, retired ones too; nothing where it was never published.

    A version never changes, so what was read stands for ever, under its digest.
    """
    if form is None or not FORM.fullmatch(form):
        return None
    digest = forms.digest_of(connection, form)
    if digest is None:
        return None
    if digest not in _read:
        stored = forms.find(connection, form)
        if stored is None:
            return None
        if len(_read) >= KEPT:
            _read.clear()
        _read[digest] = FormDefinition.from_json(json.loads(stored.definition))
    return _read[digest]


def nearest_definition(connection: Connection, form: str | None) -> FormDefinition | None:
    """The same; of a version that is not published the newest one of its form that is.

    For what has to be kept safe until the version itself is known.
    """
    found = definition_of(connection, form)
    if found or form is None:
        return found
    versions = forms.versions_of(connection, form.partition("@")[0])
    return definition_of(connection, max(versions, key=form_order, default=None))


def newest_definitions(connection: Connection) -> list[FormDefinition]:
    """The newest published version of each form, in the order of their ids."""
    named = sorted((f"{form}@{version}" for form, version, *_ in forms.digests(connection)), key=form_order)
    newest = {name.partition("@")[0]: name for name in named}
    return [found for name in newest.values() if (found := definition_of(connection, name))]


def words_for(connection: Connection, state: RecordState) -> FormDefinition | None:
    """How a record reads in words: a case by the forms that fill its list."""
    list_name = list_of(state.kind)
    if list_name is None:
        return definition_of(connection, state.form)
    return case_definition(list_name, newest_definitions(connection))


_read: dict[str, FormDefinition] = {}


@lru_cache(maxsize=KEPT)
def title_of(stored: StoredForm) -> dict[str, str]:
    """A form's title by language."""
    title: dict[str, str] = json.loads(stored.definition)["title"]
    return title


def find_form(connection: Connection, form_id: str, version: str) -> StoredForm:
    """A version that was published, retired ones too: records are filled with it. Raises `NotFound`."""
    found = find_version(connection, f"{form_id}@{version}")
    if found is None or found.state == DRAFT:
        raise NotFound("this form is not published here")
    return found


def find_version(connection: Connection, name: str) -> StoredForm | None:
    """``form_id@version`` in whatever state; nothing for what is no such name."""
    return forms.find(connection, name) if FORM.fullmatch(name) else None


def every_version(connection: Connection) -> list[StoredForm]:
    """Every version in whatever state, by form, the oldest first."""
    return sorted(forms.every(connection), key=lambda one: form_order(one.name))


def warnings_of(stored: StoredForm) -> list[dict[str, Any]]:
    """What was told of a version's workbook, as `Fault.as_json` tells it."""
    told: list[dict[str, Any]] = json.loads(stored.warnings) if stored.warnings else []
    return told


def renew_forms_digest(connection: Connection) -> None:
    """Writes anew the digest by which devices notice that a form was published or retired."""
    rows: list[Json] = [list[Json](row) for row in forms.digests(connection)]
    settings.write(connection, settings.FORMS_DIGEST, digest_of(canonical_bytes(rows)))
