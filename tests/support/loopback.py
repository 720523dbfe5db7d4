"""A server in memory that speaks the protocol, and a line to it that can be cut: for tests of the device.

It is small on purpose: no locks, no HTTP. What it accepts, holds and feeds follows
docs/protocol.md; merging is `domain.merge`'s. `Loopback` is a `client_sync.transport.Transport`.
"""

from __future__ import annotations

import copy
import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from client_sync.errors import TimedOut, Unreachable
from client_sync.transport import JSON, Answer, Call, Traffic
from domain.areas import is_covered
from domain.batches import Chain, batch_digest, follow, read_batch
from domain.canonical import Json, canonical_bytes, digest_of, to_bytes, to_text, xor_digest
from domain.errors import InvalidRequest, MalformedOperation
from domain.merge import RecordState, fold, unexplained
from domain.operations import VILLAGE, Operation, read_operation
from tests.support.fake_files import FakeFiles
from tests.support.fake_state import Entry, Feed, Page, State, User, villages_of

VILLAGES = ("64.02.18.2007", "64.02.18.2008", "64.02.18.2009", "64.02.18.2010", "64.02.19.2001")
FORM: dict[str, Any] = {
    "form_id": "anak",
    "version": "1",
    "title": {"id": "Anak", "en": "Child"},
    "languages": ["id", "en"],
    "fields": [
        {"path": path, "type": kind, "label": {"id": path}, "pdp": pdp, "group": group}
        for path, kind, pdp, group in (
            ("nama", "text", "spesifik", []),
            ("umur", "integer", "umum", []),
            ("catatan", "text", "umum", []),
            ("luka", "text", "terbatas", []),
            ("anggota/*/nama", "text", "spesifik", ["anggota", "anggota/*"]),
            ("anggota/*/luka", "text", "terbatas", ["anggota", "anggota/*"]),
        )
    ],
    "groups": [],
    "repeats": [{"path": "anggota", "label": {"id": "Anggota"}}],
    "choices": {},
    "village_question": None,
}


class FakeServer:
    """
    `requests` keeps every sync request as the server read it, `calls` every call's method and path;
    `breaches` are those of the devices' chains. An older server knows no keys (`knows_keys`).
    """

    def __init__(self) -> None:
        self.state = State()
        self.users: dict[str, User] = {}
        self.codes: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.villages = VILLAGES
        self.forms: list[dict[str, Any]] = [FORM]
        self.clock = 1_790_000_000_000
        self.most = 500
        self.largest = 1024 * 1024
        self.refuses: Callable[[dict[str, Any]], bool] = lambda op: False
        self.requests: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.knows_keys = True
        self.breaches: list[str] = []
        self.files = FakeFiles()
        self._salt = secrets.token_hex(2)

    # --- what a test does ---

    def user(self, name: str, role: str = "officer", areas: tuple[str, ...] = ("64.02.18",)) -> str:
        """A one-use code for an account, made if there is none."""
        self.users.setdefault(name, User(name, role, areas))
        code = f"code-{secrets.token_hex(4)}"
        self.codes[code] = name
        return code

    def backup(self) -> State:
        return copy.deepcopy(self.state)

    def restore(self, backup: State) -> None:
        self.state = copy.deepcopy(backup)
        self._salt = secrets.token_hex(2)

    def decide(self, operation_id: str, status: str) -> None:
        """Ends the waiting of a held operation; its author hears of it through his private feed."""
        entry = self.state.log[operation_id]
        assert entry.status == "held"
        assert entry.operation
        entry.status, entry.code = status, "" if status == "ok" else "refused-by-office"
        if status == "ok":
            self._apply(entry.operation)
        self._write(f"~{entry.operation.replica}", {operation_id: True})

    def office(self, operation: Operation) -> None:
        """An operation made in the office."""
        self.state.log[operation.id] = Entry(operation.raw, operation, operation.author)
        self._apply(operation)

    def refold(self) -> dict[str, RecordState]:
        """The records from the log alone."""
        records: dict[str, RecordState] = {}
        for entry in self.state.log.values():
            if entry.status == "ok" and entry.operation:
                for record in entry.operation.records:
                    records[record] = self._folded(records.get(record), entry.operation, record)
        return records

    # --- calls ---

    def handle(self, call: Call) -> tuple[int, Any]:
        self.calls.append(f"{call.method} {call.path.partition('?')[0]}")
        body = json.loads(call.body) if call.body else {}
        if call.path == "/api/v1/enroll":
            return self._enroll(body)
        user = self.users.get(self.tokens.get(call.token or "", ""))
        if user is None:
            return error(401, "not-signed-in")
        match call.method, call.path.removeprefix("/api/v1").partition("?")[0].split("/")[1:]:
            case "POST", ["sync"]:
                return self._sync(user, call.token or "", body, len(call.body or b""))
            case "PUT", ["device", "key"] if self.knows_keys:
                return self._register(call.token or "", body["key"])
            case "POST", ["have"]:
                return self._have(user, body)
            case "GET", ["etags"]:
                return self._etags(user, unquote(call.path.partition("village=")[2]))
            case "GET", ["areas"]:
                return 200, self._areas(user)
            case "GET", ["forms"]:
                return 200, {"config": self.config(user), "forms": [listed(form) for form in self.forms]}
            case "GET", ["forms", form_id, version, "definition"]:
                return 200, next(f for f in self.forms if (f["form_id"], f["version"]) == (form_id, version))
        return error(404, "not-found")

    def handle_file(self, call: Call) -> tuple[int, Any, dict[str, str]]:
        """A call about files; the headers of its answer too."""
        user = self.users.get(self.tokens.get(call.token or "", ""))
        if user is None:
            return *error(401, "not-signed-in"), {}
        return self.files.handle(call, user.name)

    def config(self, user: User) -> str:
        told = [list(user.areas), user.role, self.codes_of(user), [f["version"] for f in self.forms]]
        return digest_of(canonical_bytes(cast("Json", told)))

    def codes_of(self, user: User) -> list[str]:
        return [code for code in self.villages if is_covered(code, user.areas)]

    def _areas(self, user: User) -> dict[str, Any]:
        villages = [{"code": c, "name": c, "kecamatan": c[:8]} for c in self.codes_of(user)]
        about = {"author": user.name, "role": user.role, "areas": list(user.areas)}
        return {"config": self.config(user), **about, "villages": villages}

    def _enroll(self, body: dict[str, Any]) -> tuple[int, Any]:
        name = self.codes.pop(body["code"], None)
        if name is None:
            return error(403, "enroll-code")
        token = secrets.token_urlsafe(8)
        self.tokens[token] = name
        user = self.users[name]
        about = {"author": name, "role": user.role, "areas": list(user.areas)}
        return 200, {"token": token, "replica": body["replica"], **about, "later": "unknown to old devices"}

    # --- keys and chains ---

    def _register(self, token: str, key: str) -> tuple[int, Any]:
        if self.state.keys.setdefault(token, key) != key:
            return error(409, "key-known")
        return 200, {"device": f"device-{token}"[:22]}

    def _chain(self, token: str, body: dict[str, Any], answer: dict[str, Any]) -> str:
        """Why the operations are not taken, or nothing; `answer` is told where the chain ends."""
        if (key := self.state.keys.get(token)) is None:
            answer |= {"keyless": True} if "batch" in body else {}
            return ""
        ids = [digest_of(canonical_bytes(op)) for op in body["ops"]]
        try:
            batch, signature = read_batch(body.get("batch"), f"device-{token}"[:22], body["replica"], ids)
            public = Ed25519PublicKey.from_public_bytes(to_bytes(key))
            public.verify(to_bytes(signature), batch.to_bytes())
        except (InvalidRequest, InvalidSignature):
            return "bad-signature"
        digest = batch_digest(batch.to_bytes(), to_bytes(signature))
        followed = follow(self.state.chains.get(token, Chain()), batch, digest)
        self.state.chains[token] = chain = followed.chain
        self.breaches += [followed.breach] if followed.breach else []
        if (chain.seq, chain.digest) != (batch.seq, digest):
            answer["batch"] = [chain.seq, chain.digest]
        return ""

    # --- sync ---

    def _sync(self, user: User, token: str, body: dict[str, Any], size: int) -> tuple[int, Any]:
        ops, replica, cursors = body.get("ops", []), body["replica"], body.get("cursors", {})
        if size > self.largest or len(ops) > self.most:
            return error(413, "too-large")
        if body["protocol"] != 1:
            return error(400, "protocol-version")
        if any(self.refuses(op) for op in ops):
            return error(400, "invalid-request")
        if isinstance(cursors, str):
            cursors = self.state.maps.get(replica, {})
            if digest_of(canonical_bytes(cast("Json", cursors))) != body["cursors"]:
                return error(409, "cursors-unknown")
        elif len(cursors) > 3:
            self.state.maps[replica] = cursors
        self.requests.append(body)
        answer: dict[str, Any] = {"clock": self.clock}
        if ops and self.knows_keys and (code := self._chain(token, body, answer)):
            return error(403, code)
        touched = self._take(user, replica, ops, answer)
        if self._have_json(replica) != body["have"]:
            answer["have"] = self._have_json(replica)
        if user.is_revoked:
            return 200, {**answer, "revoked": True}
        if body.get("config") != self.config(user):
            answer["config"] = self.config(user)
        return 200, {**answer, **self._page(user, body, cursors, touched)}

    def _take(self, user: User, replica: str, ops: list[Any], answer: dict[str, Any]) -> dict[str, bool]:
        """Takes operations in; gives the records of accepted ones and whether a digest is enough."""
        touched: dict[str, bool] = {}
        verdicts: dict[str, Any] = {}
        for position, sent in enumerate(ops):
            entry, is_new = self._judged(user, sent)
            if is_new:
                count, xor = self.state.haves.get(replica, (0, 0))
                self.state.haves[replica] = count + 1, xor ^ xor_digest([digest_of(entry.raw)])
                if entry.status != "ok":
                    self._write(f"~{entry.store or replica}", {digest_of(entry.raw): True})
            if entry.status != "ok":
                verdicts[str(position)] = entry.verdict
            elif entry.operation:
                for record in entry.operation.records:
                    touched[record] = touched.get(record, True) and is_new
        if self._is_fork(replica, ops):
            answer["fork"] = True
        if verdicts:
            answer["verdicts"] = verdicts
        return touched

    def _is_fork(self, replica: str, ops: list[Any]) -> bool:
        mine = {op["n"] for op in ops if op.get("replica") == replica}
        seen: dict[int, set[str]] = {}
        for one, entry in self.state.log.items():
            if entry.operation and entry.operation.replica == replica and entry.operation.n in mine:
                seen.setdefault(entry.operation.n, set()).add(one)
        return any(len(ids) > 1 for ids in seen.values())

    def _judged(self, user: User, sent: Any) -> tuple[Entry, bool]:
        try:
            operation = read_operation(sent)
        except MalformedOperation as fault:
            raw = canonical_bytes(sent)
            known = self.state.log.get(digest_of(raw))
            entry = known or Entry(raw, None, user.name, "void", fault.code)
            self.state.log[digest_of(raw)] = entry
            return entry, known is None
        if operation.id in self.state.log:
            return self.state.log[operation.id], self._regain(user, self.state.log[operation.id])
        code = self._reason(user, operation)
        entry = Entry(operation.raw, operation, user.name, "held" if code else "ok", code)
        self.state.log[operation.id] = entry
        if not code:
            self._apply(operation)
        return entry, True

    def _regain(self, user: User, entry: Entry) -> bool:
        """Judges anew what only waited for its author, who asks about it."""
        operation = entry.operation
        if not operation or operation.author != user.name or entry.code != "other-author":
            return False
        entry.account, entry.code = user.name, self._reason(user, operation)
        entry.status = "held" if entry.code else "ok"
        if not entry.code:
            self._apply(operation)
        self._write(f"~{operation.replica}", {operation.id: True})
        return True

    def _reason(self, user: User, operation: Operation) -> str:
        """Why the operation is held, or nothing."""
        if user.is_revoked:
            return "revoked-device"
        if operation.author != user.name:
            return "other-author"
        for part in operation.parts:
            now = villages_of(self.state.records.get(part.record))
            targets = {str(c.value) for c in part.changes if c.path == VILLAGE}
            if not now and not targets:
                return "unknown-record"
            if not all(is_covered(v, user.areas) for v in targets):
                return "outside-scope"
            if now and not self.state.may_read(user, part.record):
                return "outside-scope"
        return ""

    def _apply(self, operation: Operation) -> None:
        changed: dict[str, dict[str, bool]] = {}
        for record in operation.records:
            before = self.state.records.get(record)
            after = self._folded(before, operation, record)
            self.state.records[record] = after
            self.state.owners.setdefault(record, operation.author)
            for village in villages_of(before) | villages_of(after):
                changed.setdefault(village, {})[record] = village in villages_of(after)
        for village, rows in changed.items():
            self._write(village, rows)

    def _folded(self, state: RecordState | None, operation: Operation, record: str) -> RecordState:
        asked = unexplained(state, [operation], record)
        accepted = {one for one in asked if one in self.state.log and self.state.log[one].status == "ok"}
        return fold(state, [operation], record, accepted)

    def _write(self, feed: str, rows: dict[str, bool]) -> None:
        self.state.feeds.setdefault(feed, Feed()).write(rows, self._salt + secrets.token_hex(3))

    def _page(
        self, user: User, body: dict[str, Any], cursors: dict[str, str], touched: dict[str, bool]
    ) -> dict[str, Any]:
        page = Page(self.state, user, touched, body.get("limit", 262144))
        for village in self.codes_of(user):
            page.read_village(village, cursors.get(village, "0"))
        page.read_by_id(body.get("want", []))
        for replica in {body["replica"], *(feed[1:] for feed in cursors if feed.startswith("~"))}:
            page.read_private(replica, cursors.get(f"~{replica}", "0"))
        return {**page.members, **({"records": list(page.told.values())} if page.told else {})}

    # --- have, etags ---

    def _have_json(self, replica: str) -> list[Any]:
        count, xor = self.state.haves.get(replica, (0, 0))
        return [count, to_text(xor.to_bytes(8, "big"))]

    def _have(self, user: User, body: dict[str, Any]) -> tuple[int, Any]:
        log = self.state.log
        known = [one for one in body["ids"] if one in log and log[one].is_of(user.name)]
        for one in reversed(known):
            self._regain(user, log[one])
        self.state.haves[body["replica"]] = len(known), xor_digest(known)
        missing = [one for one in body["ids"] if one not in known]
        verdicts = {one: log[one].verdict for one in known if log[one].status != "ok"}
        return 200, {"missing": missing, "verdicts": verdicts, "have": self._have_json(body["replica"])}

    def _etags(self, user: User, village: str) -> tuple[int, Any]:
        if user.is_revoked:
            return error(403, "revoked-device")
        if village not in self.codes_of(user):
            return error(403, "not-allowed")
        feed = self.state.feeds.get(village, Feed())
        rows = self.state.rows_after(user, village, 0)
        listed = [[record, self.state.records[record].digest] for _, record, is_there in rows if is_there]
        cursor = feed.cursor(feed.head, user.reads_restricted) if feed.head else "0"
        return 200, {"village": village, "cursor": cursor, "records": listed}


def listed(form: dict[str, Any]) -> dict[str, Any]:
    """A form as ``GET /forms`` lists it."""
    about = {name: form[name] for name in ("form_id", "version", "title")}
    return {**about, "digest": digest_of(json.dumps(form).encode())}


def error(status: int, code: str) -> tuple[int, Any]:
    return status, {"error": {"code": code, "message": code}}


class Loopback:
    """
    A line to the fake server.

    `faults` are taken one a call: a ``request`` or an ``answer`` is lost on the way, ``half`` cuts a piece of
    a file in its middle, ``slow`` times out after the server took it, ``twice`` arrives twice, ``500`` is a
    server fault, an empty one is none.
    """

    def __init__(self, server: FakeServer, faults: list[str] | None = None) -> None:
        self.server = server
        self.faults = faults if faults is not None else []
        self.traffic = Traffic()
        self.is_down = False

    def exchange(self, call: Call) -> Answer:
        self.traffic.requests += 1
        self.traffic.bytes_up += len(call.body or b"")
        fault = self.faults.pop(0) if self.faults else ""
        if self.is_down or fault == "request":
            raise Unreachable("lost on the way there")
        if fault == "500":
            return Answer(500, None)
        if fault == "half":
            body = call.body or b""
            self._handle(replace(call, body=body[: len(body) // 2]) if call.kind != JSON else call)
            raise Unreachable("cut in the middle")
        if fault == "twice":
            self._handle(call)
        status, document, headers = self._handle(call)
        if fault == "answer":
            raise Unreachable("lost on the way back")
        if fault == "slow":
            raise TimedOut("nothing moved")
        text = json.dumps(document)
        self.traffic.bytes_down += len(text)
        return Answer(status, json.loads(text), len(call.body or b""), headers)

    def _handle(self, call: Call) -> tuple[int, Any, dict[str, str]]:
        if call.path.startswith("/api/v1/files"):
            return self.server.handle_file(call)
        return *self.server.handle(call), {}

    def close(self) -> None:
        """A line in memory needs no closing."""
