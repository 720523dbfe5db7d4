"""The published forms and the account's villages, as the device last heard of them."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from client_sync.database import Database
from domain.errors import FormError
from domain.forms.definition import FormDefinition
from domain.merge import form_order
from schemas.replies import PublishedForm, VillageName


class FormVersion(NamedTuple):
    form_id: str
    version: str
    title: dict[str, str]

    @property
    def identity(self) -> str:
        """``form_id@version``, as operations name a form."""
        return f"{self.form_id}@{self.version}"


class Forms:
    def __init__(self, database: Database) -> None:
        self._db = database

    def publish(self, forms: Iterable[PublishedForm]) -> None:
        """Exactly these are known; definitions of withdrawn versions stay, for their records."""
        self._db.run("drop_unread_forms")
        self._db.run("withdraw_forms")
        rows = [(f.form_id, f.version, json.dumps(dict(f.title)), f.digest, not f.is_retired) for f in forms]
        self._db.run_many("put_form", rows)

    def without_definition(self) -> list[tuple[str, str]]:
        """Versions of which the definition has not been fetched: retired ones too, for their records."""
        return [(form_id, version) for form_id, version in self._db.rows("forms_without_definition")]

    def keep_definition(self, form_id: str, version: str, definition: str) -> None:
        self._db.run("set_definition", definition, form_id, version)

    def published(self) -> list[FormVersion]:
        return [
            FormVersion(form_id, version, json.loads(title))
            for form_id, version, title in self._db.rows("published_forms")
        ]

    def latest(self) -> list[FormVersion]:
        """The newest published version of each form, in the order of their ids."""
        newest = {
            one.form_id: one for one in sorted(self.published(), key=lambda one: form_order(one.identity))
        }
        return list(newest.values())

    def newest(self, form_id: str) -> FormVersion | None:
        """The newest published version of a form."""
        versions = [one for one in self.published() if one.form_id == form_id]
        return max(versions, key=lambda one: form_order(one.identity), default=None)

    def definition(self, identity: str | None) -> FormDefinition | None:
        """The compiled form ``form_id@version``; none if this device has it not or cannot read it."""
        if identity is None:
            return None
        form_id, _, version = identity.partition("@")
        found = self._db.value("definition", form_id, version)
        return _read_definition(found) if found else None

    def set_villages(self, villages: Iterable[VillageName]) -> None:
        self._db.run("drop_villages")
        self._db.run_many("add_village", villages)

    def villages(self) -> list[VillageName]:
        return [VillageName(*row) for row in self._db.rows("villages")]


@lru_cache(maxsize=32)
def _read_definition(text: str) -> FormDefinition | None:
    try:
        return FormDefinition.from_json(json.loads(text))
    except (ValueError, FormError):
        return None
