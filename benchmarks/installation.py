"""An office to measure: the real commands on a fresh database, a real server, enrolled devices."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.workload import FORM_ID, PHOTO_FORM_ID, PHOTO_PATHS, record
from domain.access import Actor, Role
from domain.canonical import Json, canonical_bytes, digest_of
from server.clock import now_ms
from server.context import store_of
from server.services.enrol import make_code
from server.services.forms import renew_forms_digest
from server.store import accounts, forms
from server.store.forms import StoredForm
from server.store.transactions import Store
from tests.support.postgres import running_cluster
from tests.support.server import LiveServer, make_app, make_config, run_command

VERSION = "2026090101"
VILLAGES = [f"64.02.18.200{i}" for i in range(1, 8)]
AREAS = Path(__file__).parents[1] / "forms" / "kukar_areas.csv"


@dataclass(frozen=True)
class Installation:
    """A running server on one database; `pids` are those of its processes by name."""

    server: LiveServer
    store: Store
    folder: Path
    pids: dict[str, int]

    def publish(self, definition: bytes) -> None:
        """Publishes a further form by its definition."""
        _publish(self.store, json.loads(definition))

    def enrol_code(self, name: str, *villages: str, role: str = "officer") -> str:
        """Adds an account and gives a one-use code for it."""
        now = now_ms()
        with self.store.write() as connection:
            accounts.add(connection, Actor(name, Role(role), villages), None, "id", now)
            return make_code(connection, name, now)


@contextmanager
def installed(database: str) -> Iterator[Installation]:
    """An installation on ``sqlite`` or on a fresh ``postgres`` whose commits are durable."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix="bench-") as name:
        folder = Path(name)
        if database == "sqlite":
            with _serving(f"sqlite:///{folder / 'verilap.db'}", folder, {}) as installation:
                yield installation
            return
        with (
            running_cluster(durable=True) as cluster,
            _serving(cluster.create_database(), folder, {"postgres": cluster.pid or 0}) as installation,
        ):
            yield installation


@contextmanager
def _serving(url: str, folder: Path, pids: dict[str, int]) -> Iterator[Installation]:
    app = make_app(url, folder)
    config = make_config(url, folder)
    loaded = run_command(config, "load-areas", str(AREAS))
    assert loaded.returncode == 0, loaded.stderr
    store = store_of(app)
    for definition in (form_definition(), photo_form()):
        _publish(store, definition)
    with LiveServer(config) as server:
        yield Installation(server, store, folder, {"server": server.pid, **pids})
    store.engine.dispose()


def _publish(store: Store, definition: dict[str, Json]) -> None:
    data = canonical_bytes(definition)
    named = str(definition["form_id"]), str(definition["version"])
    stored = StoredForm(*named, digest_of(data), data, now_ms())
    with store.write() as connection:
        forms.add(connection, stored, b"<h:html/>", b"PK", {})
        renew_forms_digest(connection)


def form_definition() -> dict[str, Json]:
    """The workload's form: every field of its record, all of them texts."""
    sample = record(0)
    paths = [name for name in sample if name not in ("id", "members")]
    paths += [f"members/*/{name}" for name in sample["members"][0]]
    repeats: list[Json] = [{"path": "members", "label": {"id": "members", "en": "members"}}]
    return _form(FORM_ID, dict.fromkeys(paths, "text"), repeats)


def photo_form() -> dict[str, Json]:
    """A note and photos."""
    return _form(PHOTO_FORM_ID, {"note": "text", **dict.fromkeys(PHOTO_PATHS, "image")}, [])


def _form(form_id: str, questions: dict[str, str], repeats: list[Json]) -> dict[str, Json]:
    """A form of these questions, by their paths with their types."""
    return {
        "form_id": form_id,
        "version": VERSION,
        "title": {"id": form_id, "en": form_id},
        "languages": ["id", "en"],
        "fields": [
            {"path": path, "type": kind, "label": {"id": path, "en": path}, "pdp": "umum", "group": []}
            for path, kind in questions.items()
        ],
        "groups": [],
        "repeats": repeats,
        "choices": {},
        "village_question": None,
    }


def show(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)
