// Wherever a laptop's store stands after whatever a server says, there the phone's stands: `tests/support/store_walks.py`
// makes the walks.
//
// Broken on purpose, one line of `src/store` or `src/device` at a time: a document taken without looking for our own in
// it; what it shows not accepted; what was dismissed taken for there; a record dropped with what the server does not
// have; what the server lost still counted; a digest not compared; what is urgent sent twice; a village that is left.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { applyReply } from "../src/device/apply.ts";
import { Line } from "../src/device/line.ts";
import { planRequest, type Standing } from "../src/device/plan.ts";
import { applyEtags, applyHave } from "../src/device/repairing.ts";
import { readEtagsReply, readHaveReply, readSyncReply } from "../src/device/replies.ts";
import { canonicalBytes, digestOf, sorted, type Json } from "../src/domain/canonical.ts";
import { readOperation } from "../src/domain/operations.ts";
import { LAST_SYNC, RECONCILE } from "../src/store/settings.ts";
import { Store } from "../src/store/store.ts";
import { openDatabase } from "./support/database.ts";
import { NOW, OTHER_RECORD, RECORD } from "./support/operations.ts";

type Step = Readonly<Record<string, any>>;
interface Walk {
  readonly seed: number;
  readonly steps: readonly Step[];
  readonly end: Json;
}

const WALKS = JSON.parse(
  readFileSync(new URL("../../tests/vectors/walks.json", import.meta.url), "utf-8"),
) as readonly Walk[];
const RECORDS = [RECORD, OTHER_RECORD, RECORD.replace(/1$/, "3")];
const [REPLICA, NEXT] = ["replica-of-asha", "replica-of-asha-2"] as const;

function take(store: Store, step: Step): void {
  if (step["do"] === "save") {
    store.save(readOperation(step["operation"]), NOW, step["urgent"]);
  } else if (step["do"] === "exchange") {
    const plan = planRequest(standingOf(store), store.outbox.queued(step["most"]), new Line(), NOW);
    applyReply(store, plan, readSyncReply(step["reply"]), NOW, () => NEXT);
  } else if (step["do"] === "have") {
    applyHave(store, REPLICA, step["offered"], readHaveReply(step["reply"]));
  } else if (step["do"] === "etags") {
    applyEtags(store, readEtagsReply(step["reply"]));
  } else {
    store.transaction(() => {
      store.outbox.dismiss(step["operation"]);
      for (const record of store.outbox.recordsOf(step["operation"])) store.records.refresh(record);
    });
  }
}

function standingOf(store: Store): Standing {
  const { replica } = store.settings;
  assert.ok(replica);
  return {
    replica,
    cursors: store.feeds.cursors(),
    confirmed: null,
    config: null,
    wanted: store.feeds.wanted(50),
    earlierReplicas: [],
    opened: null,
    lock: null,
    kecamatan: [],
    heads: [],
  };
}

/** What is seen of each record, what is the server's, what waits and what was refused. */
function stands(store: Store): Json {
  const { records, feeds, outbox, settings } = store;
  const { replica } = settings;
  assert.ok(replica);
  const bytes = (record: string) => {
    const seen = records.shown(record);
    return seen ? new TextDecoder().decode(seen.toBytes()) : null;
  };
  return {
    records: sorted(records.ids()).map((one) => [one, bytes(one), records.digestOf(one)]),
    villages: RECORDS.map((one) => [one, ...sorted(feeds.villagesOf(one))]),
    queued: [...outbox.queued(99)].map((one) => [one.id, one.isCounted, one.isUrgent]),
    refused: outbox
      .refused()
      .map((one) => [one.id, one.status, one.code, one.isDismissed, ...sorted(one.records)]),
    uncontained: RECORDS.map((one) => [one, ...sorted(outbox.uncontainedOf(one))]),
    wanted: [...feeds.wanted(50)],
    cursors: [...feeds.cursors()].sort(([one], [other]) => (one < other ? -1 : 1)).map((one) => [...one]),
    have: [replica.id, replica.have.total, replica.have.xor],
    settings: [settings.get(RECONCILE), settings.get(LAST_SYNC)],
  };
}

for (const { seed, steps, end } of WALKS) {
  test(`walk ${seed}`, () => {
    const store = Store.over(openDatabase());
    store.settings.beginReplica(REPLICA);
    for (const [place, step] of steps.entries()) {
      take(store, step);
      const found = stands(store);
      const told = `step ${place}, ${step["do"]}: ${JSON.stringify(found)}`;
      assert.equal(digestOf(canonicalBytes(found)), step["stands"], told);
    }
    assert.deepEqual(stands(store), end);
  });
}
