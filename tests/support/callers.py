"""Whoever may call the API: each role, a stranger, a revoked device, a closed account."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.access import ALLOWED, Action, Actor, Role, has_areas, reach_of
from server.access import access_of
from server.clock import now_ms
from server.services.accounts import disable_account
from server.services.tokens import hash_token, revoke_api_tokens, revoke_devices
from server.store import credentials
from tests.support.access_calls import methods_of
from tests.support.filings import KECAMATAN
from tests.support.office import NOW, Office

STRANGER, REVOKED, CLOSED = "stranger", "revoked", "closed"
KINDS = (*(role.value for role in Role), STRANGER, REVOKED, CLOSED)


@dataclass(frozen=True)
class Caller:
    """Somebody with tokens: that of a person, and that of a device."""

    kind: str
    person: str
    device: str
    replica: str

    @property
    def role(self) -> Role | None:
        """His role, when anything he has still counts."""
        return None if self.kind in (STRANGER, REVOKED, CLOSED) else Role(self.kind)

    def may(self, action: Action | None) -> bool:
        """Whether the table lets him in where this is asked for; nothing is asked of an open route."""
        return action is None or (self.role is not None and action in ALLOWED[self.role])

    @property
    def reads_protected(self) -> bool:
        """Whether everybody's restricted answers of his kecamatan are for him."""
        return self.role is not None and reach_of(Actor("", self.role, (KECAMATAN,)), Action.READ).is_whole

    def headers(self, token: str) -> dict[str, str]:
        """What a request carries. Answers come unpacked, as Schemathesis reads them."""
        return {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}


def call_as(office: Office, kind: str) -> Caller:
    """Somebody of that kind, of the first kecamatan; made anew."""
    if kind == STRANGER:
        return Caller(kind, secrets.token_urlsafe(32), secrets.token_urlsafe(32), "replica-of-a-stranger")
    role = Role.HEAD if kind in (REVOKED, CLOSED) else Role(kind)
    name = f"calls-{kind}"
    device = office.device(name, role.value, *([KECAMATAN] if has_areas(role) else []))
    person = office.api(name)
    with office.store.write() as connection:
        # What asks for the password again is attacked as well: as if it had been given just now.
        credentials.set_password_given(connection, hash_token(person.token), now_ms())
        if kind == CLOSED:
            disable_account(connection, name, NOW)
        if kind == REVOKED:
            revoke_devices(connection, name, None, NOW)
            revoke_api_tokens(connection, name, NOW)
    return Caller(kind, person.token, device.token, device.replica)


def actions_of(office: Office) -> Mapping[tuple[str, str], Action | None]:
    """What each route of the API asks for, by method and path as the description spells it."""
    return dict(_declared(office))


def _declared(office: Office) -> Iterator[tuple[tuple[str, str], Action | None]]:
    for rule in office.app.url_map.iter_rules():
        access = access_of(office.app.view_functions[rule.endpoint]) if rule.endpoint != "static" else None
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in methods_of(rule):
            if access is not None:
                yield (method, path), access.action
