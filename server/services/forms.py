"""The definitions of published forms, read once by each process."""

import json
from functools import lru_cache

from sqlalchemy import Connection

from domain.errors import NotFound
from domain.forms.definition import FormDefinition
from domain.merge import form_order
from domain.operations import FORM
from server.store import forms
from server.store.forms import StoredForm

KEPT = 64
"""Definitions in memory: more than an office has in use at once."""


def definition_of(connection: Connection, form: str | None) -> FormDefinition | None:
    """The definition of ``form_id@version``; nothing where it is not published.

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


_read: dict[str, FormDefinition] = {}


@lru_cache(maxsize=KEPT)
def title_of(stored: StoredForm) -> dict[str, str]:
    """A form's title by language."""
    title: dict[str, str] = json.loads(stored.definition)["title"]
    return title


def find_form(connection: Connection, form_id: str, version: str) -> StoredForm:
    """A published version. Raises `NotFound`."""
    name = f"{form_id}@{version}"
    found = forms.find(connection, name) if FORM.fullmatch(name) else None
    if found is None:
        raise NotFound("this form is not published here")
    return found
