"""An office in one process: the real application on a fresh database, with villages and people."""

import secrets
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection
from werkzeug.test import TestResponse

from domain.access import Actor, Role
from domain.canonical import Json, canonical_bytes, digest_of
from server.app import create_app
from server.clock import now_ms
from server.config import Config
from server.context import store_of
from server.key_file import make_key_file
from server.services.enrol import new_device_id
from server.services.forms import renew_forms_digest
from server.services.keys import make_first_keys
from server.services.tokens import hash_token, make_api_token, new_token, revoke_devices
from server.store import accounts, areas, credentials, forms
from tests.support.furnished import furnish, lay_copy
from tests.support.raw_device import FORM, RawDevice
from tests.support.templates import share_templates
from tests.support.vaults import remember

NOW = 1_790_000_000_000
DEFINITION: dict[str, Json] = {
    "form_id": "verifikasi_anak",
    "version": "2026010101",
    "title": {"id": "Verifikasi Anak", "en": "Child verification"},
    "languages": ["id", "en"],
    "fields": [
        {"path": path, "type": "text", "label": {"id": path, "en": path}, "pdp": pdp, "group": []}
        for path, pdp in (
            ("a", "umum"),
            ("b", "spesifik"),
            ("r", "terbatas"),
            ("m/*/x", "umum"),
            ("m/*/y", "umum"),
        )
    ],
    "groups": [],
    "repeats": [{"path": "m", "label": {"id": "m", "en": "m"}}],
    "choices": {},
    "village_question": None,
}


class Office:
    """The application with its store; makes people, devices and tokens by their names."""

    def __init__(self, database_url: str, folder: Path, villages: int | None = None) -> None:
        self.url = database_url
        if villages is None:
            lay_copy(database_url)
        config = Config(folder, database_url)
        config.secret_file.write_text(secrets.token_hex(32))
        make_key_file(config.key_source.file)
        self.app: Flask = create_app(config)
        share_templates(self.app)
        self.store = store_of(self.app)
        remember(database_url, self.store.vault)
        furnish(self.store, villages)
        with self.store.write() as connection:
            make_first_keys(connection, self.store.vault, NOW)
        self.publish(DEFINITION)

    def publish(self, definition: dict[str, Json]) -> None:
        """Publishes a form by its definition alone."""
        data = canonical_bytes(definition)
        form_id, version = str(definition["form_id"]), str(definition["version"])
        with self.store.write() as connection:
            form = forms.StoredForm(form_id, version, digest_of(data), data, NOW)
            forms.add(connection, form, b"<h:html/>", b"PK", {})
            renew_forms_digest(connection)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def person(self, name: str, role: str, *where: str) -> Actor:
        """An account, made when it is not there; without a password."""
        with self.store.write() as connection:
            if accounts.find(connection, name) is None:
                accounts.add(connection, Actor(name, Role(role), where), None, "id", NOW)
            return accounts.actor_of(connection, name)

    def person_in(self, connection: Connection, name: str) -> Actor:
        """An account as it is now."""
        return accounts.actor_of(connection, name)

    def villages_in(self, connection: Connection, actor: Actor) -> list[str]:
        """The codes of the villages of an account."""
        return areas.codes_within(connection, actor.areas)

    def move(self, name: str, *where: str, role: str | None = None) -> None:
        """Gives an account other villages, or another role."""
        with self.store.write() as connection:
            actor = accounts.actor_of(connection, name)
            accounts.change(connection, Actor(name, Role(role) if role else actor.role, where))

    def device_token(self, name: str) -> str:
        """The token of a new device of an account."""
        token = new_token()
        with self.store.write() as connection:
            credentials.add_device(
                connection, new_device_id(), name, "a test's device", hash_token(token), now_ms()
            )
        return token

    def device(self, name: str, role: str, *where: str) -> RawDevice:
        """An enrolled device that speaks the protocol by hand."""
        self.person(name, role, *where)
        return RawDevice(self.client, self.device_token(name), secrets.token_urlsafe(16), name)

    def revoke(self, name: str) -> None:
        with self.store.write() as connection:
            revoke_devices(connection, name, None, NOW)

    def api(self, name: str, role: str = "supervisor", *where: str) -> "ApiClient":
        """A person who uses the office API."""
        self.person(name, role, *where)
        with self.store.write() as connection:
            return ApiClient(self.client, make_api_token(connection, name, NOW), self)

    def give_password(self, client: "ApiClient", now: int | None = None) -> "ApiClient":
        """As if the owner of the client's token had just given his password with it."""
        with self.store.write() as connection:
            credentials.set_password_given(connection, hash_token(client.token), now or now_ms())
        return client

    def close(self) -> None:
        self.store.engine.dispose()


class ApiClient:
    """The office API with somebody's token."""

    def __init__(self, client: FlaskClient, token: str, office: Office) -> None:
        self.client, self.token, self.office = client, token, office

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of a call."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.client.open(f"/api/v1/{path}", method=method, json=body, headers=headers)
        return answer.status_code, answer.json

    def get(self, path: str) -> Any:
        """The JSON of a call that must succeed."""
        status, body = self.call("GET", path)
        assert status == 200, body
        return body

    def download(self, path: str) -> TestResponse:
        """The answer to a call that gives a file."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.client.get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 200, answer.json
        return answer

    def take(self, path: str) -> TestResponse:
        """The answer to a call that hands out a file for a reason, after the password; also a refusal."""
        self.office.give_password(self)
        headers = {"Authorization": f"Bearer {self.token}"}
        asked = {"reason": "untuk rapat kasus"}
        return self.client.post(f"/api/v1/{path}", json=asked, headers=headers)

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        return self.call("POST", path, body)


__all__ = ["FORM", "ApiClient", "Office"]
