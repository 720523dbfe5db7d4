"""
Random walks of a device's store: what is saved, answered and repaired, and where it stands after each step.

    python -m tests.support.store_walks     writes ``tests/vectors/walks.json`` anew

The server is one that keeps no order: it accepts, holds and voids by chance, forgets what it had, sends
records whole or by their digests, late, twice or not at all. Whatever it says, laptops and phones stand at
the same place after it (`officer_app/tests/walks.test.ts`).
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from client_sync.apply import apply_reply
from client_sync.line import Line
from client_sync.plan import Standing, including, plan_request
from client_sync.repair_apply import apply_etags, apply_have
from client_sync.store import Store, open_store
from client_sync.store.settings import LAST_SYNC, RECONCILE
from domain.canonical import Json, canonical_bytes, digest_of
from domain.merge import RecordState, fold, preds_of_edit, preds_of_removal, preds_of_restore, unexplained
from domain.operations import ALIVE, DEAD, RESTRICTED, REVIEW, VILLAGE, Operation, Value, read_operation
from schemas.replies import EtagsReplySchema, HaveReplySchema, SyncReplySchema
from tests.support.builders import operation_json
from tests.support.devices import KEY
from tests.support.vectors.cases import MEMBERS, record_of

FILE: Final = Path(__file__).parents[1] / "vectors" / "walks.json"
WALKS, STEPS, SEED = 28, 15, 20261126
RECORDS: Final = [record_of(1), record_of(2), record_of(3)]
VILLAGES: Final = ["64.02.18.2007", "64.02.18.2008"]
PATHS: Final = ["a", "b", "m/m_1/x", "m/m_1/s/m_2/z", "g/bahaya_segera"]
REPLICA, OTHER, NEXT = "replica-of-asha", "replica-of-budi", "replica-of-asha-2"
CLOCK: Final = 1_790_000_000_000
Step = dict[str, Any]


# --- taking steps ----------------------------------------------------------------------------------


@contextmanager
def fresh_store() -> Iterator[Store]:
    """A store in which nothing is yet."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder), KEY, 1)
        store.settings.begin_replica(REPLICA)
        try:
            yield store
        finally:
            store.close()


def take(store: Store, step: Step) -> None:
    """One step of a walk."""
    match step["do"]:
        case "save":
            operation = read_operation(step["operation"])
            store.save(operation, CLOCK, step["urgent"])
        case "exchange":
            plan = plan_request(_standing(store), store.outbox.queued(step["most"]), Line(), CLOCK)
            reply = SyncReplySchema().load(step["reply"])
            apply_reply(store, plan, reply, CLOCK, lambda: NEXT)
        case "have":
            apply_have(store, REPLICA, step["offered"], HaveReplySchema().load(step["reply"]))
        case "etags":
            apply_etags(store, EtagsReplySchema().load(step["reply"]))
        case "dismiss":
            with store.transaction():
                store.outbox.dismiss(step["operation"])
                for record in store.outbox.records_of(step["operation"]):
                    store.records.refresh(record)


def _standing(store: Store) -> Standing:
    replica = store.settings.replica
    assert replica
    return Standing(replica, store.feeds.cursors(), None, None, store.feeds.wanted(50))


def stands(store: Store) -> dict[str, Json]:
    """What is seen of each record, what of it is the server's, what waits and what was refused."""
    states = {one: (store.records.shown(one), store.records.digest_of(one)) for one in store.records.ids()}
    replica = store.settings.replica
    assert replica
    return {
        "records": [
            [one, seen.to_bytes().decode() if seen else None, known]
            for one, (seen, known) in sorted(states.items())
        ],
        "villages": [[one, *sorted(store.feeds.villages_of(one))] for one in RECORDS],
        "queued": [[one.id, one.is_counted, one.is_urgent] for one in store.outbox.queued(99)],
        "refused": [
            [one.id, one.status, one.code, one.is_dismissed, *sorted(one.records)]
            for one in store.outbox.refused()
        ],
        "uncontained": [[one, *sorted(store.outbox.uncontained_of(one))] for one in RECORDS],
        "wanted": list[Json](store.feeds.wanted(50)),
        "cursors": [list[Json](one) for one in sorted(store.feeds.cursors().items())],
        "have": [replica.id, *replica.have],
        "settings": [store.settings.get(RECONCILE), store.settings.get(LAST_SYNC)],
    }


def digest_of_standing(store: Store) -> str:
    """The same in short."""
    return digest_of(canonical_bytes(stands(store)))


# --- drawing them ----------------------------------------------------------------------------------


class Walk:
    """Steps drawn from a seed, with the store that takes them and a server that answers as it likes."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.chance = random.Random(seed)
        self.log: dict[str, Operation] = {}
        self.accepted: dict[str, RecordState] = {}
        self.cursor = 0
        self.n = {REPLICA: 0, OTHER: 0}

    def drawn(self) -> Step:
        """The next step, not taken yet."""
        kinds = ["save"] * 4 + ["exchange"] * 6 + ["have", "etags", *["dismiss"] * 3]
        step = getattr(self, f"_{self.chance.choice(kinds)}")()
        return step if step else self._save()

    def _save(self) -> Step:
        sent, is_urgent = self._entered(self.store.records.shown, REPLICA, "asha")
        return {"do": "save", "operation": sent, "urgent": is_urgent}

    def _entered(self, seen: Any, replica: str, author: str) -> tuple[Json, bool]:
        """What somebody enters in one record or two, who sees what `seen` gives of each."""
        self.n[replica] += 1
        parts: list[Json] = []
        named: list[str] = []
        is_urgent = False
        for record in self.chance.sample(RECORDS, self.chance.choice([1, 1, 1, 2])):
            state = seen(record)
            changes: list[Json] = []
            for path, value, preds in self._changes(state):
                is_urgent |= (path, value) == ("g/bahaya_segera", "1")
                named += [one for one in dict.fromkeys(preds) if one not in named]
                changes.append([path, value, [named.index(one) for one in dict.fromkeys(preds)]])
            parts.append({"record": record, "kind": "submission", "changes": changes})
        facts: dict[str, Any] = {
            "replica": replica,
            "author": author,
            "n": self.n[replica],
            "time": CLOCK + self.chance.randint(0, 3),
        }
        sent = {
            **operation_json((), **facts, salt="s", form="f@1"),
            "preds": list[Json](named),
            "parts": parts,
        }
        return sent, is_urgent

    def _changes(self, state: RecordState | None) -> Iterator[tuple[str, Value, tuple[str, ...]]]:
        if state is None:
            yield VILLAGE, self.chance.choice(VILLAGES), ()
            yield REVIEW, "submitted", ()
        for path in self.chance.sample(PATHS, self.chance.randint(1, 2)):
            entered: list[Value] = ["0", "1", "2", RESTRICTED]
            value = self.chance.choice(entered)
            is_blind = self.chance.random() < 0.2
            yield path, value, () if is_blind else (*preds_of_edit(state, path), *self._gone())
        member = self.chance.choice(MEMBERS)
        if state and self.chance.random() < 0.2:
            yield member, DEAD, preds_of_removal(state, member)
        elif state and (preds := preds_of_restore(state, member)):
            yield member, ALIVE, preds

    def _gone(self) -> list[str]:
        """What was on the screen when a draft was typed, and may be out of view by now."""
        known = sorted(self.log)
        return self.chance.sample(known, 1) if known and self.chance.random() < 0.15 else []

    def _exchange(self) -> Step:
        """The server takes what waits, or some of it, and tells what it likes of the feeds."""
        most = self.chance.choice([1, 3, 99])
        plan = plan_request(_standing(self.store), self.store.outbox.queued(most), Line(), CLOCK)
        verdicts: dict[str, Json] = {}
        for place, one in enumerate(plan.operations):
            operation = read_operation(json.loads(one.raw))
            status = self.chance.choice(["ok", "ok", "ok", "held", "void"])
            if status == "ok":
                self._accept(operation)
            else:
                self.log[operation.id] = operation
                verdicts[str(place)] = {"status": status, "code": self.chance.choice(["outside-scope", "x"])}
        if self.chance.random() < 0.5:
            self._accept(read_operation(self._entered(self.accepted.get, OTHER, "budi")[0]))
        uncounted = [one.id for one in plan.operations if not one.is_counted]
        have = including(plan.have, uncounted if self.chance.random() < 0.9 else [])
        self.cursor += 1
        reply: dict[str, Json] = {
            "verdicts": verdicts,
            "have": list[Json](have),
            "clock": CLOCK + self.cursor,
            "cursors": {self.chance.choice(VILLAGES): str(self.cursor)},
            "records": [*self._entries()],
            "decisions": [*self._decisions()],
        }
        if self.chance.random() < 0.15:
            reply["left"] = [[self.chance.choice(VILLAGES), self.chance.choice(RECORDS)]]
        if self.chance.random() < 0.08:
            reply["unknown"] = [self.chance.choice(RECORDS)]
        if self.chance.random() < 0.06:
            reply["erased"] = [[self.chance.choice(RECORDS)]]
        if self.chance.random() < 0.06:
            reply["erased"] = [[self.chance.choice(RECORDS), "m/m_1"]]
        if self.chance.random() < 0.05:
            reply["revoked"] = True
        return {"do": "exchange", "most": most, "reply": reply}

    def _accept(self, operation: Operation) -> None:
        self.log[operation.id] = operation
        for record in operation.records:
            state = self.accepted.get(record)
            if state is None or operation.id not in state.origins:
                known = unexplained(state, [operation], record) & self.log.keys()
                self.accepted[record] = fold(state, [operation], record, known)

    def _entries(self) -> Iterator[Json]:
        for record, state in sorted(self.accepted.items()):
            draw = self.chance.random()
            villages = [one for one in VILLAGES if self.chance.random() < 0.7]
            if draw < 0.4:
                document = json.loads(state.to_bytes())
                yield {**document, "in": list[Json](villages)}
            elif draw < 0.85:
                yield [record, state.digest if self.chance.random() < 0.85 else "another", *villages]

    def _decisions(self) -> Iterator[Json]:
        for one in sorted(self.store.outbox.marked()):
            if self.chance.random() < 0.4:
                status = self.chance.choice(["ok", "held", "void"])
                if status == "ok" and one in self.log:
                    self._accept(self.log[one])
                yield [
                    one,
                    {"status": status, "code": "" if status == "ok" else self.chance.choice(["x", "y"])},
                ]

    def _have(self) -> Step:
        """What the server has of our work, some of which it lost."""
        offered = self.store.outbox.offered("asha")
        missing = [one for one in offered if self.chance.random() < 0.3]
        marked = [one for one in offered if one not in missing and self.chance.random() < 0.2]
        verdicts = {one: {"status": self.chance.choice(["held", "void"]), "code": "z"} for one in marked}
        unsigned = [one for one in offered if self.chance.random() < 0.1]
        kept = [one for one in offered if one not in missing]
        replica = self.store.settings.replica
        assert replica
        have = including(replica.have._replace(total=0, xor="A" * 11), kept)
        reply = {"missing": missing, "have": list(have), "verdicts": verdicts, "unsigned": unsigned}
        return {"do": "have", "offered": offered, "reply": reply}

    def _etags(self) -> Step:
        listed = [
            (one, state.digest) for one, state in sorted(self.accepted.items()) if self.chance.random() < 0.8
        ]
        self.cursor += 1
        records = [[one, digest if self.chance.random() < 0.7 else "another"] for one, digest in listed]
        reply = {"village": self.chance.choice(VILLAGES), "cursor": str(self.cursor), "records": records}
        return {"do": "etags", "reply": reply}

    def _dismiss(self) -> Step | None:
        marked = sorted(self.store.outbox.marked())
        return {"do": "dismiss", "operation": self.chance.choice(marked)} if marked else None


# --- the file --------------------------------------------------------------------------------------


def walked(seed: int) -> dict[str, Any]:
    """A walk: its steps, the digest of where the store stands after each, and the last place whole."""
    with fresh_store() as store:
        walk = Walk(store, seed)
        steps: list[Step] = []
        for _ in range(STEPS):
            step = walk.drawn()
            take(store, step)
            steps.append({**step, "stands": digest_of_standing(store)})
        return {"seed": seed, "steps": steps, "end": stands(store)}


def text() -> str:
    """The file as Python says it now: a walk a line."""
    walks = (walked(SEED + place) for place in range(WALKS))
    lines = ",\n".join(json.dumps(one, separators=(",", ":"), sort_keys=True) for one in walks)
    return f"[\n{lines}\n]\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
