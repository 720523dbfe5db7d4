"""
Deeds of an officer on a device, step by step with what each makes: the phone app's device makes the same.

Two officers' desks over stores of their own, with a clock that stands still within a step and chance that
follows from the step. What the first of them does is told; the second's work reaches it as documents. Beside
each step that files something stands what the form's rules make of the answers (`tests.support.evaluated`):
the app asks for exactly these.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest import mock

from client_sync.acting import Acting
from client_sync.desk import Workspace
from client_sync.drafting import Drafts
from client_sync.store import Store, open_store
from client_sync.store.drafts import Draft
from client_sync.store.settings import Identity
from client_sync.writer import Saved
from domain.cases import aims, answers_after
from domain.compose import Edit, Piece, Stamp, seal
from domain.dossier import Dossier
from domain.errors import VerilapError
from domain.merge import RecordState, fold
from domain.operations import VILLAGE, Operation, Value, parse_raw
from schemas.replies import PublishedForm, Verdict, Whole
from tests.support.devices import KEY
from tests.support.evaluated import evaluated_of, key_of, said_of, texts_in

HOME_VILLAGE, OTHER_VILLAGE, FAR_VILLAGE = "64.02.18.2007", "64.02.18.2006", "64.02.19.2001"
AREAS: Final = ("64.02.18",)
BEGINNING: Final = 1_790_000_000_000
STEP_MS: Final = 61_000
VERSION: Final = "0.0.0"
Step = dict[str, Any]


def chance(seed: str) -> Callable[[int], bytes]:
    """Bytes that follow from a seed: the SHA-256 of it and a counter, one after the other."""
    drawn = 0

    def draw(length: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.sha256(f"{seed}/{drawn}".encode()).digest()[:length]

    return draw


@dataclass
class Desk:
    """An officer's desk, and what its steps draw on."""

    name: str
    seed: str
    store: Store
    forms: list[dict[str, Any]]
    now: int = BEGINNING
    draw: Callable[[int], bytes] = field(init=False)
    desk: _Drafts = field(init=False)

    def __post_init__(self) -> None:
        self.store.settings.identity = Identity("https://example.org", "t", self.name, "officer", AREAS)
        self.store.settings.begin_replica(f"replica-{self.name}")
        self.store.forms.publish(
            PublishedForm(one["form_id"], one["version"], one["title"], "d", False) for one in self.forms
        )
        for one in self.forms:
            self.store.forms.keep_definition(one["form_id"], one["version"], json.dumps(one))
        self.begin("")
        self.desk = _Drafts(Workspace(self.store, lambda: self.now, lambda length: self.draw(length)))

    def begin(self, step: str) -> None:
        """From here on another step's chance."""
        self.draw = chance(f"{self.seed}/{step}")

    def operations(self) -> list[Operation]:
        """All that it ever saved, in order."""
        rows = self.store.database._connection.execute("SELECT raw FROM operation ORDER BY position")
        return [parse_raw(row[0]) for row in rows]


class _Drafts(Drafts):
    """Tells what it put into drafts."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.kept: list[tuple[str, str]] = []

    def _put(self, draft: Draft, answers: Mapping[str, str]) -> None:
        self.kept.extend(answers.items())
        super()._put(draft, answers)

    def end(self, draft: str) -> None:
        """Puts into a new form what it ends with, as the phone's page does before it finishes it."""
        found = self.draft(draft)
        if found.record is None:
            answers = {one.path: one.value for one in self.store.drafts.answers(draft)}
            with self.store.transaction():
                acting = self.workspace.acting(self.workspace.form(found.form_id), found.id)
                self._put(found, acting.ending(answers))


class Scene:
    """What Asha does, told step by step; Budi is the other officer. `claim` says what it shows."""

    def __init__(self, claim: str, folder: Path, forms: list[dict[str, Any]]) -> None:
        self.claim = claim
        self.steps: list[Step] = []
        self._mine = self._desk("asha", folder, forms)
        self.budi = self._desk("budi", folder, forms)
        self._office: list[Operation] = []
        self._void: set[str] = set()
        self._told: dict[str, bytes] = {}
        self._evaluated: dict[str, Step] = {}

    def _desk(self, name: str, folder: Path, forms: list[dict[str, Any]]) -> Desk:
        seed = hashlib.sha256(self.claim.encode()).hexdigest()[:8]
        return Desk(name, f"{seed}/{name}", open_store(folder / name, KEY, BEGINNING), forms)

    def close(self) -> None:
        self._mine.store.close()
        self.budi.store.close()

    @property
    def asha(self) -> _Drafts:
        """Her desk, to be looked at."""
        return self._mine.desk

    def asha_operations(self) -> list[Operation]:
        """All that she saved, in order."""
        return self._mine.operations()

    # --- steps ---

    def start(self, form_id: str, village: str | None = None, case: str | None = None) -> str:
        """A new form; what it begins with by its own rules is kept at once. Gives the draft."""
        with self._step("startDraft", form=form_id, village=village, case=case) as step:
            step["draft"] = self.asha.start_draft(form_id, village, case).id
        draft = str(step.get("draft", ""))
        self._tell_kept(draft, "begin")
        return draft

    def correct(self, record: str) -> str:
        with self._step("startCorrection", record=record) as step:
            step["draft"] = self.asha.start_correction(record).id
        return str(step.get("draft", ""))

    def type(self, draft: str, answers: Mapping[str, str]) -> None:
        """Types answers one after the other; each is kept with what the form sets because of it."""
        for path, text in answers.items():
            with self._step("keep", draft=draft, answers=[[path, text]]) as step:
                self.asha.type_answer(draft, path, text)
                step["answers"] = [list(one) for one in self.asha.kept] or step["answers"]

    def remove(self, draft: str, member: str) -> None:
        with self._step("removeMember", draft=draft, path=member):
            self.asha.remove_member(draft, member)

    def discard(self, draft: str) -> None:
        with self._step("discard", draft=draft):
            self.asha.discard_draft(draft)

    def finish(self, draft: str) -> str:
        """Gives the record."""
        self._new_step()
        self.asha.kept = []
        self.asha.end(draft)
        self._tell_kept(draft, "end")
        return self._filed("finish", lambda: self.asha.finish_draft(draft), draft=draft)

    def fill(
        self, form_id: str, answers: Mapping[str, str], village: str | None = None, case: str | None = None
    ) -> str:
        """Starts, types and finishes; gives the record."""
        draft = self.start(form_id, village, case)
        self.type(draft, answers)
        return self.finish(draft)

    def resolve(self, record: str, path: str, chosen: str) -> None:
        self._new_step()
        self._filed(
            "resolve",
            lambda: self.asha.writer.resolve(record, path, chosen),
            record=record,
            path=path,
            chosen=chosen,
        )

    def leave_out(self, operation: str) -> None:
        """The server says that it left an operation of hers out."""
        with self._step("judge", operation=operation, status="void"):
            self._mine.store.outbox.acknowledge([(operation, Verdict("void", "no"))], self._mine.now)
            for record in self._mine.store.outbox.records_of(operation):
                self._mine.store.records.refresh(record)
        self._void.add(operation)

    def dismiss(self, operation: str) -> None:
        with self._step("dismiss", operation=operation):
            self.asha.writer.dismiss(operation)

    def meet(self) -> None:
        """Both officers have what the other did until now, and the office."""
        operations = [*self._mine.operations(), *self.budi.operations(), *self._office]
        sent = [one for one in operations if one.id not in self._void]
        documents: dict[str, bytes] = {}
        with self._step("take", documents=[]) as step:
            for record in sorted({record for one in sent for record in one.records}):
                state = fold(None, [one for one in sent if record in one.records], record)
                documents[record] = state.to_bytes()
                if self._told.get(record) == documents[record]:
                    continue
                step["documents"].append(json.loads(documents[record]))
                villages = tuple(one for one in state.values_at(VILLAGE) if isinstance(one, str))
                for store in (self._mine.store, self.budi.store):
                    with store.transaction():
                        store.records.take([Whole(state, villages or (HOME_VILLAGE,))], {})
        self._told = documents

    def office(self, pieces: list[Piece]) -> None:
        """What somebody in the office enters, as one operation that both officers have from then on."""
        self._mine.now += STEP_MS
        stamp = Stamp("office", self._mine.now, "siti", self._mine.now, "c2FsdHNhbHQ", {})
        self._office.append(seal(pieces, stamp))
        self.meet()

    # --- inside ---

    def _new_step(self) -> None:
        self._mine.now += STEP_MS
        self._mine.begin(str(len(self.steps)))
        self.budi.now = self._mine.now
        self.budi.begin(str(len(self.steps)))

    @contextmanager
    def _step(self, do: str, **said: object) -> Iterator[Step]:
        """A step; what is refused is part of it, with its code."""
        self._new_step()
        step: Step = {"do": do, "at": self._mine.now, "seed": f"{self._mine.seed}/{len(self.steps)}", **said}
        self.asha.kept = []
        try:
            yield step
        except VerilapError as error:
            step["refused"] = error.code
        self.steps.append(step)

    def _tell_kept(self, draft: str, seed: str) -> None:
        """A step of its own for what a form began or ended with."""
        if self.asha.kept:
            answers = [list(one) for one in self.asha.kept]
            at = {"at": self._mine.now, "seed": seed}
            self.steps.append({"do": "keep", "draft": draft, "answers": answers, **at})

    def _filed(self, do: str, save: Callable[[], Saved], **said: str) -> str:
        step: Step = {"do": do, "at": self._mine.now, "seed": f"{self._mine.seed}/{len(self.steps)}", **said}
        self._mine.begin(str(len(self.steps)))
        self._evaluated = {}
        known = len(self._mine.operations())
        with self._listening():
            try:
                saved = save()
            except VerilapError as error:
                saved = None
                step["refused"] = error.code
        step["evaluated"] = list(self._evaluated.values())
        step["operations"] = [one.raw.decode() for one in self._mine.operations()[known:]]
        if saved:
            step["record"] = saved.record
            step["notices"] = [[one.code, dict(one.facts)] for one in saved.notices]
        self.steps.append(step)
        return saved.record if saved else ""

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Notes what is evaluated, and what of it."""
        read, edits = aims._read, Acting.edits

        def reading(form: aims.Form, answers: Mapping[str, Value]) -> aims._Reading:
            found = read(form, answers)
            said = evaluated_of(found)
            self._evaluated[said["key"]] = said
            return found

        def acting(acts: Acting, dossier: Dossier, given: list[Edit], pieces: list[Piece]) -> Any:
            found = edits(acts, dossier, given, pieces)
            entered = texts_in({one.path: one.value for one in given})
            if entered and any(
                one.trigger for field_ in acts.definition.fields for one in field_.logic.actions
            ):
                said = {edit.path: edit.value for edit in found[0]}
                left = {str(one.facts["path"]): "?" for one in found[1] if one.code == "form-not-set"}
                answers = texts_in(answers_after(dossier, pieces))
                key = key_of(acts.definition, answers, entered)
                self._evaluated[key] = said_of(key, found={**said, **left})
            return found

        with mock.patch.object(aims, "_read", reading), mock.patch.object(Acting, "edits", acting):
            yield


def state_on(desk: Drafts, record: str) -> RecordState:
    """What is in view of a record."""
    found = desk.store.records.shown(record)
    assert found is not None
    return found
