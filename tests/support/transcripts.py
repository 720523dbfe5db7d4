"""
Whole syncs written down: what a device did, each request and answer, what its store held after each step.

`Recorder` writes a transcript with the device of this package on a real server; `replay` plays one to a fresh
store and compares every request and every row. The phone's own device does the same with the same files
(``officer_app/tests/transcripts.test.ts``), so both sync clients stay equal.

    python -m tests.support.transcript_scenes        writes tests/vectors/transcripts/*.json anew
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, TypeAlias
from unittest.mock import patch

from flask.testing import FlaskClient

from client_sync.device import Device
from client_sync.errors import DeviceError, TimedOut, Unreachable
from client_sync.file_queue import WIFI
from client_sync.lease import Boot
from client_sync.line import Patience
from client_sync.report import SyncReport
from client_sync.store import Store, open_store
from client_sync.store.settings import ORIGINALS
from client_sync.transport import JSON, Answer, Call, Traffic, compressed
from domain.canonical import canonical_bytes, digest_of
from domain.operations import parse_raw

FOLDER: Final = Path(__file__).parents[1] / "vectors" / "transcripts"
KEY: Final = "x'" + "07" * 32 + "'"
URL: Final = "http://localhost"
ATTEMPTS: Final = 3
LEVEL: Final = 15
TOLD: Final = ("location", "upload-offset", "upload-length")
"""Headers of answers that a device reads."""
FROM_OPERATIONS: Final = ("operation", "operation_record", "record", "membership", "file_use")
"""What follows from the operations that a step saves: it is worked out when they are saved again."""
PHONE_ONLY: Final = ("form_file",)
FAULTS: Final = {"unreachable": Unreachable, "timed-out": TimedOut}

Json: TypeAlias = Any
Rows: TypeAlias = dict[str, list[list[Json]]]


@dataclass
class Chance:
    """Random bytes that are the same each time: those of a step begin anew with it."""

    step: int = 0
    drawn: Iterator[int] = field(default_factory=count)

    def begin(self, step: int) -> None:
        self.step, self.drawn = step, count()

    def __call__(self, length: int) -> bytes:
        return sha256(f"{self.step}/{next(self.drawn)}".encode()).digest()[:length]


@dataclass
class World:
    """The clocks, the chance and the line of a device whose syncs are written down or played."""

    line: Any
    now: int = 0
    up: int = 0
    chance: Chance = field(default_factory=Chance)

    def device(self, home: Path) -> Device:
        """A device on a store in `home`, in this world."""
        return Device(
            open_store(home, KEY, self.now),
            connect=lambda _url: self.line,
            clock=lambda: self.now,
            tick=lambda: 0.0,
            patience=Patience(ATTEMPTS, clock=lambda: 0.0, sleep=lambda _: None, chance=lambda: 0.5),
            random_bytes=self.chance,
            boot=lambda: Boot("boot", self.up),
        )


# --- the rows of a store -------------------------------------------------------------------------


def rows_of(store: Store, spell: Callable[[bytes], Json] | None = None) -> Rows:
    """All that a store holds, by table; of bytes their digest, unless they are spelt otherwise."""
    connection, spell = store.database._connection, spell or _digest
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    found: Rows = {}
    for (table,) in tables.fetchall():
        if table.startswith("sqlite_") or table in PHONE_ONLY:
            continue
        rows = connection.execute(f"SELECT * FROM {table}").fetchall()
        told = [[spell(value) if isinstance(value, bytes) else value for value in row] for row in rows]
        found[table] = sorted(told, key=json.dumps)
    return found


def _digest(value: bytes) -> Json:
    return {"sha256": sha256(value).hexdigest()[:32]}


def _whole(value: bytes) -> Json:
    return {"deflated": b64encode(zlib.compress(value, 9)).decode()}


def _read(value: Json) -> Any:
    return zlib.decompress(b64decode(value["deflated"])) if isinstance(value, dict) else value


def changed(before: Rows, now: Rows) -> Rows:
    """The tables that are not as before."""
    return {table: rows for table, rows in now.items() if before.get(table, []) != rows}


# --- calls ---------------------------------------------------------------------------------------


def spelt_call(call: Call) -> dict[str, Json]:
    """A request before it is packed; operations by their ids, a piece of a file by its digest."""
    told: dict[str, Json] = {"method": call.method, "path": call.path}
    if call.token:
        told["token"] = call.token
    if call.headers:
        told["headers"] = dict(call.headers)
    if call.body is not None and call.kind == JSON:
        told["body"] = body = json.loads(call.body)
        if "ops" in body:
            body["ops"] = [digest_of(canonical_bytes(operation)) for operation in body["ops"]]
    elif call.body is not None:
        told["piece"] = {"size": len(call.body), "sha256": sha256(call.body).hexdigest()}
    return told


@dataclass
class Tape:
    """
    A line to a server that writes down what passes.

    `faults` meet the next calls: a name of `FAULTS`, said when the server has acted already, with ``lost ``
    before it in the place of that; an `Answer` instead of the server's.
    """

    client: FlaskClient
    calls: list[dict[str, Json]] = field(default_factory=list)
    faults: list[str | Answer] = field(default_factory=list)
    traffic: Traffic = field(default_factory=Traffic)

    def exchange(self, call: Call) -> Answer:
        fault = self.faults.pop(0) if self.faults else ""
        written: dict[str, Json] = {"call": spelt_call(call)}
        self.calls.append(written)
        answer = self._carry(call) if isinstance(fault, str) and not fault.startswith("lost ") else None
        if isinstance(fault, str) and (name := fault.removeprefix("lost ")):
            written["fault"] = name
            raise FAULTS[name]("so it was wanted")
        answer = fault if isinstance(fault, Answer) else answer
        assert answer is not None
        headers = {name: value for name, value in answer.headers.items() if name in TOLD}
        written["answer"] = {
            "status": answer.status,
            "document": answer.document,
            "sent": answer.sent,
            "headers": headers,
        }
        return replace(answer, headers=headers)

    def _carry(self, call: Call) -> Answer:
        headers = {"Content-Type": call.kind, **call.headers}
        if call.token:
            headers["Authorization"] = f"Bearer {call.token}"
        answer = self.client.open(call.path, method=call.method, data=call.body, headers=headers)
        told = {name.lower(): value for name, value in answer.headers.items()}
        body = call.body or b""
        sent = len(compressed(body, LEVEL)) if call.kind == JSON else len(body)
        return Answer(answer.status_code, answer.get_json(silent=True), sent, told)

    def close(self) -> None:
        """Nothing to hang up."""


class Differs(AssertionError):
    """The device asks for, or holds, something else than the transcript says."""


@dataclass
class Player:
    """The line of a replay: gives the written answers. Raises `Differs` where the request is another one."""

    calls: list[dict[str, Json]] = field(default_factory=list)
    traffic: Traffic = field(default_factory=Traffic)

    def exchange(self, call: Call) -> Answer:
        if not self.calls:
            raise Differs(f"a request too many: {spelt_call(call)}")
        written = self.calls.pop(0)
        if spelt_call(call) != written["call"]:
            raise Differs(f"{spelt_call(call)}\nin the place of\n{written['call']}")
        if "fault" in written:
            raise FAULTS[written["fault"]]("so it was")
        return Answer(**written["answer"])

    def close(self) -> None:
        """Nothing to hang up."""


# --- recording -----------------------------------------------------------------------------------


class Recorder:
    """Lets a device do things and writes them down. `now` and `up` are its clocks (milliseconds)."""

    def __init__(self, client: FlaskClient, home: Path, now: int) -> None:
        self.tape = Tape(client)
        self.world = World(self.tape, now)
        self.device = self.world.device(home)
        self.steps: list[dict[str, Json]] = []
        self._before: Rows = {}

    def enroll(self, code: str, name: str = "HP Asha") -> None:
        with self._step("enroll", url=URL, code=code, device=name) as step:
            self._to_its_end(step, lambda: self.device.enroll(URL, code, name))

    def sync(self, *faults: str | Answer, is_wifi: bool = False) -> SyncReport | None:
        """What a sync reports; nothing where it ended early."""
        self.tape.faults = list(faults)
        with self._step("sync", wifi=is_wifi) as step:
            report: SyncReport | None = self._to_its_end(step, lambda: self.device.sync(is_wifi=is_wifi))
        return report

    def deed(self, act: Callable[[Device], Any]) -> Any:
        """Anything that its person does on the device: a form, a correction, a draft, a look."""
        connection = self.device.store.database._connection
        last = connection.execute("SELECT coalesce(max(position), 0) FROM operation").fetchone()[0]
        with self._step("deed") as step:
            found = act(self.device)
            made = "SELECT raw, created, is_urgent FROM operation WHERE position > ? ORDER BY position"
            step["operations"] = [
                [raw.decode(), created, urgent] for raw, created, urgent in connection.execute(made, (last,))
            ]
            rows = changed(self._before, rows_of(self.device.store))
            whole = rows_of(self.device.store, _whole)
            step["rows"] = {table: whole[table] for table in rows if table not in FROM_OPERATIONS}
        return found

    @contextmanager
    def _step(self, do: str, **more: Json) -> Iterator[dict[str, Json]]:
        self.world.chance.begin(len(self.steps))
        self.tape.calls = []
        step: dict[str, Json] = {"do": do, "now": self.world.now, "up": self.world.up, **more}
        with drawn_for_locks(self.world.chance):
            yield step
        if self.tape.calls:
            step["calls"] = self.tape.calls
        rows = rows_of(self.device.store)
        step["store"] = changed(self._before, rows)
        self._before = rows
        self.steps.append(step)

    def _to_its_end(self, step: dict[str, Json], act: Callable[[], Any]) -> Any:
        try:
            return act()
        except DeviceError as error:
            step["error"] = error.code
            return None

    def close(self) -> None:
        self.device.close()


@contextmanager
def drawn_for_locks(chance: Chance) -> Iterator[None]:
    """The ids of locks are drawn like everything else."""
    with patch("client_sync.lease.secrets", SimpleNamespace(token_bytes=chance)):
        yield


# --- playing -------------------------------------------------------------------------------------


def replay(steps: Sequence[dict[str, Json]], home: Path) -> None:
    """Plays a transcript to a fresh store. Raises `Differs`."""
    line = Player()
    world = World(line, steps[0]["now"])
    device = world.device(home)
    rows: Rows = {}
    try:
        for place, step in enumerate(steps):
            world.now, world.up = step["now"], step["up"]
            world.chance.begin(place)
            line.calls = list(step.get("calls", []))
            with drawn_for_locks(world.chance):
                error = _play(device, step)
            if error != step.get("error"):
                raise Differs(f"step {place} ended with {error}")
            if line.calls:
                raise Differs(f"step {place} did not ask {line.calls[0]['call']}")
            rows |= step["store"]
            for table, found in rows_of(device.store).items():
                if found != rows.get(table, []):
                    raise Differs(f"after step {place} {table} holds {found}\nin the place of\n{rows[table]}")
    finally:
        device.close()


def _play(device: Device, step: dict[str, Json]) -> str | None:
    try:
        if step["do"] == "enroll":
            device.enroll(step["url"], step["code"], step["device"])
        elif step["do"] == "sync":
            device.sync(is_wifi=step["wifi"])
        else:
            _redo(device.store, step)
    except DeviceError as error:
        return error.code
    return None


def _redo(store: Store, step: dict[str, Json]) -> None:
    """Puts what a deed left into the store, and saves its operations again."""
    connection = store.database._connection
    connection.execute("PRAGMA foreign_keys = OFF")
    for table, rows in step["rows"].items():
        connection.execute(f"DELETE FROM {table}")
        for row in rows:
            places = ",".join("?" * len(row))
            connection.execute(f"INSERT INTO {table} VALUES ({places})", [_read(value) for value in row])
    connection.execute("PRAGMA foreign_keys = ON")
    for raw, created, is_urgent in step["operations"]:
        store.save(parse_raw(raw.encode()), created, bool(is_urgent))


# --- files ---------------------------------------------------------------------------------------


def kept(name: str) -> list[dict[str, Json]]:
    """The steps of a transcript that is kept."""
    found: list[dict[str, Json]] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


def spelt(steps: Sequence[dict[str, Json]]) -> str:
    """A transcript as its file: a step a line."""
    lines = ",\n".join(json.dumps(step, ensure_ascii=False, separators=(",", ":")) for step in steps)
    return f"[\n{lines}\n]\n"


def outline(steps: Sequence[dict[str, Json]]) -> list[Json]:
    """What of a transcript is the same each time: what was done, asked and answered, by its shape."""
    return [
        [step["do"], step.get("error"), [_outline_of(one) for one in step.get("calls", [])]] for step in steps
    ]


def _outline_of(written: dict[str, Json]) -> list[Json]:
    call, answer = written["call"], written.get("answer", {})
    document = answer.get("document") or {}
    return [
        call["method"],
        call["path"].partition("?")[0].split("/")[:4],
        sorted(call.get("body", {})),
        len(call.get("body", {}).get("ops", [])),
        written.get("fault", answer.get("status")),
        sorted(document),
        [one["code"] for _, one in sorted(document.get("verdicts", {}).items()) if "code" in one],
    ]


def wait_for_wifi(device: Device) -> None:
    """Lets large files wait for a line that costs nothing."""
    device.store.settings.put(ORIGINALS, WIFI)
