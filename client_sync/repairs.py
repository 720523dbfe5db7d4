"""
What a sync does beside exchanging.

It tells the device's key, compares with the server what the two hold, and fetches what the office has set.
"""

import json
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from client_sync.asking import Asker, load
from client_sync.errors import NotEnrolled, Refused
from client_sync.plan import PRIVATE, Todo
from client_sync.repair_apply import (
    apply_areas,
    apply_etags,
    apply_forms,
    apply_have,
    confirm_config,
    forget_private,
    forget_village,
)
from client_sync.report import SyncReport
from client_sync.signing import new_key, public_key
from client_sync.store import Store
from client_sync.store.settings import ASK_FILES
from client_sync.surroundings import Surroundings
from client_sync.transport import misread
from schemas.replies import (
    AreasReplySchema,
    EtagsReplySchema,
    FormsReplySchema,
    HaveReplySchema,
    KeyReplySchema,
)

SHUT_OUT: Final = ("revoked-device", "locked-device")
"""Codes that say nothing of a village: what is here stays."""

_HAVE: Final = HaveReplySchema()
_ETAGS: Final = EtagsReplySchema()
_KEY: Final = KeyReplySchema()
_AREAS: Final = AreasReplySchema()
_FORMS: Final = FormsReplySchema()


class Repairs:
    """The repairs of one sync; each gives what is left to do after it."""

    def __init__(self, store: Store, asker: Asker, around: Surroundings, report: SyncReport) -> None:
        self._store = store
        self._asker = asker
        self._around = around
        self._report = report

    def register(self) -> None:
        """Tells the server the public key, once; a store from before there were keys gets one now."""
        settings = self._store.settings
        with self._store.transaction() if settings.key is None else self._store.snapshot():
            key = settings.key
            if key is None:
                settings.begin_key(key := new_key(self._around.random_bytes))
        if key.device is not None:
            return
        body = json.dumps({"key": public_key(key)}).encode()
        try:
            device = load(_KEY, self._asker.ask("PUT", "/device/key", body), "device/key")
        except Refused as refusal:
            if refusal.code not in SHUT_OUT and refusal.facts.get("status") not in (404, 405):
                raise
            return  # an older server knows no keys; a device that is shut out tells its own later, or never
        settings.key = replace(key, device=device)

    def reset(self, todo: Todo) -> Todo:
        """The server does not know our cursors: see what it has of our work, then compare village by village.

        A private feed has no list to compare: what it tells was in the answer about our work.
        """
        self.reconcile(todo)
        for village in todo.reset:
            if village.startswith(PRIVATE):
                forget_private(self._store, village)
                continue
            try:
                document = self._asker.ask("GET", f"/etags?village={quote(village, safe='')}")
            except Refused as refusal:
                if refusal.facts.get("status") not in (403, 404):
                    raise
                if refusal.code in SHUT_OUT:
                    break  # the next answer says the same
                self._report.left += forget_village(self._store, village)
                continue
            reply = load(_ETAGS, document, "etags")
            if reply.village != village:
                raise misread("etags", "another village")
            apply_etags(self._store, reply)
        return Todo(has_more=True)

    def reconcile(self, todo: Todo) -> Todo:
        """Offers every operation that this account made here, and adopts what the server counts."""
        store = self._store
        with store.snapshot():
            replica, identity = store.settings.replica, store.settings.identity
            offered = store.outbox.offered(identity.author) if identity else []
        if replica is None:
            raise NotEnrolled("this device is not enrolled")
        body = json.dumps({"replica": replica.id, "ids": offered}, separators=(",", ":")).encode()
        reply = load(_HAVE, self._asker.ask("POST", "/have", body), "have")
        found = apply_have(store, replica.id, offered, reply)
        store.settings.put(ASK_FILES, True if store.files.any() else None)
        self._report.sent_again += found.sent_again
        self._report.refused += found.refused
        return Todo(
            unsent=store.outbox.count_queued(),
            wanted=store.feeds.count_wanted(),
            new_config=todo.new_config,
        )

    def configure(self) -> Todo:
        """Fetches villages and forms, what is new of them; new villages are read in the next exchange."""
        areas = load(_AREAS, self._asker.ask("GET", "/areas"), "areas")
        forms = load(_FORMS, self._asker.ask("GET", "/forms"), "forms")
        self._report.left += apply_areas(self._store, areas)
        apply_forms(self._store, forms)
        for form_id, version in self._store.forms.without_definition():
            path = f"/forms/{quote(form_id, safe='')}/{quote(version, safe='')}/definition"
            definition = json.dumps(self._asker.ask("GET", path), ensure_ascii=False, separators=(",", ":"))
            self._store.forms.keep_definition(form_id, version, definition)
        confirm_config(self._store, areas, forms)
        return Todo(has_more=True)
