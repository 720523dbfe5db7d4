// The device store, as `tests/contract/test_device_store.py` has it for laptops.
//
// Broken on purpose: an operation that was not shown; a part of a file that begins inside
// a piece began at the piece; a file that went with the first of its records; the files of a form that stayed when its
// digest changed; a page that began with the last of the one before; the damage of an
// operation not looked for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCEPTED, wholeOf } from "../src/device/replies.ts";
import { StoreDamaged } from "../src/device/errors.ts";
import { KEPT_MS } from "../src/store/outbox.ts";
import { newFile, PIECE } from "../src/store/files.ts";
import { XFORM } from "../src/store/forms.ts";
import { Store } from "../src/store/store.ts";
import { openDatabase } from "./support/database.ts";
import { edit, operation, OTHER_RECORD, RECORD, REPLICA, VILLAGE_CODE } from "./support/operations.ts";

const FILE = "A".repeat(43);
const OTHER_FILE = `${"B".repeat(42)}A`;
const HELD = { status: "held", code: "outside-scope", message: "" } as const;

function newStore(): Store {
  const store = Store.over(openDatabase());
  store.settings.beginReplica(REPLICA);
  return store;
}

// --- operations and records ------------------------------------------------------------------------

test("an operation is kept until it is contained and ninety days old", () => {
  const store = newStore();
  const [one, two] = [operation([["a", "1"]], { n: 1 }), operation([["b", "2"]], { n: 2 })];
  store.save(one, 1);
  store.save(two, 1);
  store.outbox.acknowledge(
    [
      [one.id, ACCEPTED],
      [two.id, HELD],
    ],
    1000,
  );
  store.outbox.prune(1000 + KEPT_MS + 1);
  assert.equal(store.outbox.statusOf(one.id), "ok"); // not contained yet
  store.outbox.containAccepted(RECORD);
  store.outbox.prune(1000 + KEPT_MS);
  assert.equal(store.outbox.statusOf(one.id), "ok");
  store.outbox.prune(1000 + KEPT_MS + 1);
  assert.deepEqual([store.outbox.statusOf(one.id), store.outbox.statusOf(two.id)], [null, "held"]);
});

test("the view is the document and what is not in it", () => {
  const store = newStore();
  const first = operation(
    [
      ["a", "1"],
      ["$village", VILLAGE_CODE],
    ],
    { n: 1 },
  );
  store.save(first, 1);
  const state = store.records.shown(RECORD);
  assert.ok(state);
  store.outbox.acknowledge([[first.id, ACCEPTED]], 1);
  store.records.take([wholeOf(state, [VILLAGE_CODE])], new Map());
  store.save(edit("a", "2", [first], { n: 2 }), 1);
  assert.equal(store.records.stored(RECORD)?.digest, state.digest);
  assert.deepEqual(store.records.shown(RECORD)?.valuesAt("a"), ["2"]);
  assert.deepEqual([...store.feeds.villagesOf(RECORD)], [VILLAGE_CODE]);
  store.records.drop(RECORD);
  assert.deepEqual(store.records.shown(RECORD)?.valuesAt("a"), ["2"]);
  assert.equal(store.records.stored(RECORD), null);
});

test("an accepted operation costs no record: by the digest alone the view becomes the document", () => {
  const store = newStore();
  const first = operation(
    [
      ["a", "1"],
      ["$village", VILLAGE_CODE],
    ],
    { n: 1 },
  );
  store.save(first, 1);
  const digest = store.records.shown(RECORD)?.digest ?? "";
  store.outbox.acknowledge([[first.id, ACCEPTED]], 1);
  const short = { kind: "short" as const, record: RECORD, digest, villages: [VILLAGE_CODE] };
  assert.deepEqual(store.records.take([{ ...short, digest: "another" }], new Map([[RECORD, 1]])), [RECORD]);
  assert.deepEqual(store.records.take([short], new Map([[RECORD, 1]])), []);
  assert.equal(store.records.digestOf(RECORD), digest);
  assert.deepEqual(store.records.listed(), [
    { record: RECORD, kind: "submission", form: "anak@1", of: null, digest },
  ]);
});

test("all records are read in pages, each once, as their person sees them", () => {
  const store = newStore();
  const ids = Array.from({ length: 401 }, (_, at) => RECORD.replace(/\d{3}$/, String(at).padStart(3, "0")));
  for (const [at, record] of ids.entries()) store.save(operation([["a", "1"]], { record, n: at + 1 }), 1);
  assert.deepEqual(
    [...store.records.shownEach()].map((state) => state.record),
    ids,
  );
  assert.deepEqual([...newStore().records.shownEach()], []);
});

test("what is urgent goes first, with what its record needs before it", () => {
  const store = newStore();
  const first = operation([["a", "1"]], { n: 1, record: OTHER_RECORD });
  const second = operation([["a", "1"]], { n: 2 });
  const third = operation([["g/bahaya_segera", "1"]], { n: 3 });
  store.save(first, 1);
  store.save(second, 1);
  store.save(third, 1, true);
  const queued = [...store.outbox.queued(10)];
  assert.deepEqual(
    queued.map((one) => [one.id, one.isUrgent]),
    [
      [second.id, true],
      [third.id, true],
      [first.id, false],
    ],
  );
  assert.equal([...store.outbox.queued(1)].length, 1);
  assert.deepEqual(
    [...store.outbox.queued(10, [second.id])].map((one) => one.id),
    [third.id, first.id],
  );
  assert.equal(store.outbox.countQueuedForms(), 2);
  assert.equal(
    store.outbox.queuedBytes(),
    queued.reduce((sum, one) => sum + one.raw.length, 0),
  );
  assert.deepEqual(store.outbox.rangesBeside([second.id]), [
    [REPLICA, 1, 1],
    [REPLICA, 3, 3],
  ]);
});

test("damage inside a row is noticed when it is read", () => {
  const store = newStore();
  store.save(operation([["nama", "a"]]), 1);
  const { connection } = store.database;
  connection.execute("UPDATE operation SET raw = CAST(replace(raw, 'asha', 'budi') AS BLOB)");
  connection.execute("UPDATE record SET view = X'00'");
  assert.throws(() => [...store.outbox.queued(10)], StoreDamaged);
  assert.throws(() => store.records.shown(RECORD), StoreDamaged);
});

test("a save that fails leaves neither the operation nor what it showed", () => {
  const store = newStore();
  assert.throws(() =>
    store.transaction(() => {
      store.save(operation([["a", "1"]]), 1);
      throw new Error("cut");
    }),
  );
  assert.equal(store.outbox.countQueued(), 0);
  assert.equal(store.records.shown(RECORD), null);
});

// --- settings, feeds, drafts -----------------------------------------------------------------------

test("a setting is kept once and forgotten by null", () => {
  const { settings } = newStore();
  assert.equal(settings.get("x"), null);
  settings.put("x", { b: [1, "é"] });
  assert.deepEqual(settings.get("x"), { b: [1, "é"] });
  settings.put("x", null);
  assert.equal(settings.get("x"), null);
  const identity = { url: "https://a", token: "t", author: "asha", role: "officer", areas: ["64.02"] };
  settings.identity = identity;
  assert.deepEqual(settings.identity, identity);
});

test("a new replica counts nothing of what was counted, and offers what there is", () => {
  const store = newStore();
  store.save(operation(), 1);
  store.settings.setHave(REPLICA, { total: 4, xor: "B".repeat(11) });
  store.settings.beginReplica("replica-of-the-tests-B");
  assert.deepEqual(store.settings.replica, {
    id: "replica-of-the-tests-B",
    lastN: 0,
    have: { total: 0, xor: "A".repeat(11) },
  });
  assert.deepEqual(store.settings.earlierReplicas(), [REPLICA]);
  assert.equal(store.settings.get("reconcile"), true);
});

test("a record is in exactly the villages that list it", () => {
  const { feeds } = newStore();
  feeds.place(new Map([[RECORD, ["a", "b"]]]));
  feeds.place(new Map([[RECORD, ["b", "c"]]]));
  assert.deepEqual([...feeds.villagesOf(RECORD)].sort(), ["b", "c"]);
  assert.equal(feeds.leave("b", RECORD), false);
  assert.equal(feeds.leave("c", RECORD), true);
  assert.equal(feeds.leave("c", RECORD), false);
});

test("a draft is kept as it was typed", () => {
  const { drafts } = newStore();
  const returns = [
    { record: RECORD, id: "r1" },
    { record: OTHER_RECORD, id: "r2" },
  ];
  const draft = { id: "d", record: RECORD, formId: null, village: null, returns, started: 5, case: null };
  drafts.add(draft);
  const preds = new Map([[RECORD, ["p1", "p2"]]]);
  drafts.put("d", { path: "nama", value: "x", preds: new Map() });
  drafts.put("d", { path: "nama", value: "y", preds });
  assert.deepEqual(drafts.find("d"), draft);
  assert.deepEqual(drafts.answer("d", "nama"), { path: "nama", value: "y", preds });
  assert.deepEqual(drafts.about([RECORD]), ["d"]);
  drafts.remove("d");
  assert.deepEqual([drafts.all(), drafts.answers("d")], [[], []]);
});

test("what was shown is counted together until it is reported", () => {
  const { openings } = newStore();
  openings.note([RECORD, OTHER_RECORD], "list", "asha", 3, 1000);
  openings.note([RECORD], "list", "asha", 3, 5000);
  openings.note([RECORD], "read", "asha", null, 5000);
  const report = openings.report(() => "batch");
  assert.deepEqual(report?.asJson(), {
    batch: "batch",
    acts: [
      ["list", "asha", 1000, 1000, 3, 1, [OTHER_RECORD]],
      ["list", "asha", 1000, 5000, 3, 2, [RECORD]],
      ["read", "asha", 5000, 5000, null, 1, [RECORD]],
    ],
  });
  openings.note([RECORD], "list", "asha", 3, 6000);
  assert.deepEqual(openings.report(() => "another")?.asJson(), report.asJson());
  openings.drop("batch");
  assert.ok(openings.any());
});

// --- files -----------------------------------------------------------------------------------------

function bytes(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8)) % 256);
}

function keep(store: Store, hash: string, size: number, n = 1, record = RECORD) {
  const kept = newFile(hash, "a.jpg", "image/jpeg", size, n);
  const value = JSON.stringify({ hash, name: "a.jpg", size, type: "image/jpeg" });
  store.transaction(() => {
    store.files.add(kept, bytes(size));
    store.save(
      operation(
        [
          ["foto", value],
          ["$village", VILLAGE_CODE],
        ],
        { record, n },
      ),
      n,
    );
  });
  return kept;
}

test("any part of a file is read as it was kept", () => {
  for (const size of [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE]) {
    const store = newStore();
    const kept = keep(store, FILE, size);
    const data = bytes(size);
    const places = [0, 1, PIECE - 1, PIECE, PIECE + 1, size - 1, size].filter((at) => at <= size);
    for (const start of places) {
      assert.deepEqual(store.files.read(kept, start), data.subarray(start));
      for (const end of places.filter((at) => at >= start)) {
        assert.deepEqual(store.files.read(kept, start, end - start), data.subarray(start, end));
      }
    }
    assert.deepEqual(Buffer.concat([...store.files.pieces(kept)]), Buffer.from(data));
  }
});

test("a piece that is missing is damage", () => {
  const store = newStore();
  const kept = keep(store, FILE, 2 * PIECE);
  store.database.connection.execute("DELETE FROM file_piece WHERE position = 0");
  assert.throws(() => store.files.read(kept), StoreDamaged);
});

test("the same file is kept once and stays as long as one record has it", () => {
  const store = newStore();
  keep(store, FILE, 10);
  keep(store, FILE, 10, 2, OTHER_RECORD);
  assert.equal(store.files.waiting().length, 1);
  store.files.sent([FILE], 1);
  store.records.erase(RECORD);
  assert.ok(store.files.find(FILE));
  store.records.erase(OTHER_RECORD);
  assert.deepEqual(store.files.all(), []);
  assert.equal(store.database.connection.query("SELECT count(*) FROM file_piece")[0]?.[0], 0);
});

test("what is erased takes its unsent files along", () => {
  const store = newStore();
  keep(store, FILE, 10);
  keep(store, OTHER_FILE, 10, 2, OTHER_RECORD);
  store.records.erase(RECORD);
  assert.deepEqual(
    store.files.all().map((one) => one.hash),
    [OTHER_FILE],
  );
});

// --- forms -----------------------------------------------------------------------------------------

const ANAK = { formId: "anak", version: "1", title: { id: "Anak" }, digest: "d1", isRetired: false };

test("the files of a form are fetched once for each digest of it", () => {
  const { forms } = newStore();
  forms.publish([ANAK]);
  assert.deepEqual(forms.withoutDefinition(), [{ formId: "anak", version: "1" }]);
  assert.deepEqual(forms.withoutFiles(), []);
  forms.keepDefinition("anak", "1", "{}");
  assert.deepEqual(forms.withoutFiles(), [{ formId: "anak", version: "1" }]);
  const list = new TextEncoder().encode("name,label\n");
  forms.keepFiles(
    "anak",
    "1",
    new Map([
      [XFORM, new TextEncoder().encode("<h:html/>")],
      ["desa.csv", list],
    ]),
  );
  assert.deepEqual(forms.withoutFiles(), []);
  assert.equal(forms.xform("anak@1"), "<h:html/>");
  assert.deepEqual(
    [...forms.media("anak@1")].map(([name, data]) => [name, data.length]),
    [["desa.csv", 11]],
  );
  forms.publish([{ ...ANAK, digest: "d2" }]);
  forms.keepDefinition("anak", "1", "{}");
  assert.deepEqual(forms.withoutFiles(), [{ formId: "anak", version: "1" }]);
});

test("of retired versions only those are fetched that something here was filled with", () => {
  const store = newStore();
  store.forms.publish([{ ...ANAK, isRetired: true }]);
  store.forms.keepDefinition("anak", "1", "{}");
  assert.deepEqual(store.forms.withoutFiles(), []);
  store.save(operation([["a", "1"]], { form: "anak@1" }), 1);
  assert.deepEqual(store.forms.withoutFiles(), [{ formId: "anak", version: "1" }]);
});

test("of several versions the newest by its number is the latest", () => {
  const { forms } = newStore();
  forms.publish(["9", "10", "v2"].map((version) => ({ ...ANAK, version })));
  assert.equal(forms.newest("anak")?.version, "10");
  assert.equal(forms.latest().length, 1);
  assert.equal(forms.newest("lain"), null);
});
