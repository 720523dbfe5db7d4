// What is shown of the records on a phone.
//
// Broken on purpose: showings not noted; redrawn lists counted again; the whole number among the answers; a
// locked store that tells names; marks of what was entered anew; tasks that stayed as they were; a return that another
// decision hides; somebody found who is gone; a birth date told as it is stored; members without their names; what the
// office settles taken for one's own; what was answered still told as refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreLocked } from "../src/device/errors.ts";
import { DEAD, type Operation } from "../src/domain/operations.ts";
import { assignmentRecord, roundRecord } from "../src/domain/planning.ts";
import { newFile } from "../src/store/files.ts";
import { edit, NOW, operation, submission, VILLAGE_CODE, type GivenChange } from "./support/operations.ts";
import {
  BUDI,
  CASE,
  child,
  decision,
  FORM,
  FORM_OF_CASE,
  NIK,
  OTHER_FORM,
  recordId,
  withCase,
} from "./support/phone.ts";

// --- lists -----------------------------------------------------------------------------------------

test("a form goes from done to sent to returned, and says what the supervisor wrote", () => {
  const { phone, views } = withCase();
  const own = submission({ "g/nama": "Asha", $case: CASE }, { record: FORM_OF_CASE });
  phone.store.save(own, NOW);
  const line = () => views.records().find((one) => one.record === FORM_OF_CASE);
  assert.deepEqual([line()?.state, line()?.name, line()?.formTitle.en], ["done", "Asha", "Child"]);
  assert.deepEqual(
    views.home().waiting.map((one) => one.record),
    [FORM_OF_CASE],
  );
  phone.store.outbox.acknowledge([[own.id, { status: "ok", code: "", message: "" }]], NOW);
  phone.receive(FORM_OF_CASE, own);
  assert.equal(line()?.state, "sent");
  const etag = phone.store.records.shown(FORM_OF_CASE)?.etag ?? "";
  phone.receive(FORM_OF_CASE, own, decision({ decision: "approve", etag, comment: "" }, own.id));
  assert.equal(line()?.state, "approved");
  const returned = { decision: "return", etag, comment: "NIK?", remarks: { "g/nik": "salah" } };
  phone.receive(FORM_OF_CASE, own, decision(returned, own.id));
  assert.deepEqual([line()?.state, line()?.remark], ["returned", "NIK?"]);
  const home = views.home();
  assert.deepEqual([home.returned.length, home.waiting.length], [1, 0]);
  assert.deepEqual(home.forms, [
    { formId: "anak", version: "1", title: { id: "Anak", en: "Child" }, caseList: "anak", isAnew: true },
  ]);
  const view = views.record(FORM_OF_CASE);
  assert.deepEqual(view.remarks, [{ path: "g/nik", label: "NIK", text: "salah" }]);
  assert.deepEqual([view.isMine, view.case], [true, CASE]);
});

test("what is urgent waits on top, and what is held says why", () => {
  const { phone, views } = withCase();
  phone.store.save(submission({ "g/nama": "Asha" }, { record: FORM_OF_CASE }), NOW);
  const urgent = submission({ bahaya_segera: "1" }, { record: OTHER_FORM, n: 2, time: NOW + 5 });
  phone.store.save(urgent, NOW, true);
  const { waiting } = views.home();
  assert.deepEqual(
    waiting.map((one) => [one.record, one.isUrgent]),
    [
      [OTHER_FORM, true],
      [FORM_OF_CASE, false],
    ],
  );
  const held = { status: "held", code: "outside-scope", message: "" } as const;
  phone.store.outbox.acknowledge([[urgent.id, held]], NOW);
  const { pending } = views.home();
  const told = { operation: urgent.id, ...held, record: OTHER_FORM, isDismissed: false };
  assert.deepEqual(pending, [told]);
  assert.deepEqual(views.record(OTHER_FORM).pending, [told]);
  phone.store.outbox.dismiss(urgent.id);
  assert.deepEqual(views.home().pending, []);
  const about = { name: "", isCase: false, formTitle: { id: "Anak", en: "Child" }, village: VILLAGE_CODE };
  assert.deepEqual(views.pending(), [{ ...told, isDismissed: true, about }]);
});

test("what somebody entered anew needs no mark any more, and a return stays one beside another decision", () => {
  const { phone, views } = withCase();
  const first = edit("alamat", "A", [], { record: FORM_OF_CASE });
  phone.store.save(first, NOW);
  const verdict = { status: "void", code: "x", message: "" } as const;
  phone.store.outbox.acknowledge([[first.id, verdict]], NOW);
  assert.equal(views.record(FORM_OF_CASE).pending.length, 1);
  phone.store.save(edit("alamat", "B", [first], { record: FORM_OF_CASE, n: 2 }), NOW);
  assert.deepEqual(views.record(FORM_OF_CASE).pending, []);
  assert.deepEqual(views.pending(), []);
  const filed = submission({}, { ...BUDI, record: OTHER_FORM });
  const returned = decision({ decision: "return", etag: "x", comment: "?" }, filed.id, OTHER_FORM);
  const rejected = decision({ decision: "reject", etag: "x", comment: "!" }, filed.id, OTHER_FORM, 10);
  phone.receive(OTHER_FORM, filed, returned, rejected);
  assert.equal(views.record(OTHER_FORM).state, "returned");
});

test("an assigned case goes from open to draft to unsent, and is overdue until it was visited", () => {
  const { phone, views } = withCase();
  const round = recordId(50);
  const planned = (record: string, kind: string, said: readonly GivenChange[]) =>
    phone.receive(
      record,
      operation([["$round", round], ["$village", VILLAGE_CODE], ...said], {
        record,
        kind,
        author: "sari",
        replica: "office",
        form: null,
      }),
    );
  planned(roundRecord(round, VILLAGE_CODE), "round", [
    ["form", "anak"],
    ["title", "Ronde 1"],
    ["begins", "2026-01-01"],
    ["due", "2026-02-01"],
  ]);
  const assignment = assignmentRecord(round, CASE);
  planned(assignment, "assignment", [
    ["$case", CASE],
    ["$assigned", "asha"],
    [`held/${"h".repeat(21)}A`, "budi"],
  ]);
  const task = () => views.home().tasks[0];
  const expected = { assignment, case: CASE, name: "Moh. Soeharto", village: VILLAGE_CODE, form: "anak" };
  assert.deepEqual(task(), {
    ...expected,
    roundTitle: "Ronde 1",
    due: "2026-02-01",
    state: "open",
    isOverdue: true,
    isDisputed: false,
    visits: [],
    notes: [{ kind: "held", author: "budi" }],
  });
  const draft = {
    record: null,
    formId: "anak@1",
    village: VILLAGE_CODE,
    returns: [],
    started: 5,
    case: CASE,
  };
  phone.store.drafts.add({ ...draft, id: "d" });
  assert.equal(task()?.state, "draft");
  phone.store.drafts.remove("d");
  const visit = submission({ $case: CASE, $round: round }, { record: FORM_OF_CASE });
  phone.store.save(visit, NOW);
  assert.deepEqual([task()?.state, task()?.isOverdue, task()?.visits], ["unsent", false, [FORM_OF_CASE]]);
  phone.store.outbox.acknowledge([[visit.id, { status: "ok", code: "", message: "" }]], NOW);
  assert.equal(task()?.state, "sent");
  assert.deepEqual(
    views.case(CASE).tasks.map((one) => one.assignment),
    [assignment],
  );
});

test("unsent work is counted in forms, files and bytes", () => {
  const { phone, views } = withCase();
  const hash = "A".repeat(43);
  const answer = JSON.stringify({ hash, name: "a.jpg", size: 7, type: "image/jpeg" });
  const one = submission({ foto: answer }, { record: FORM_OF_CASE });
  phone.store.transaction(() => {
    phone.store.files.add(newFile(hash, "a.jpg", "image/jpeg", 7, NOW), new Uint8Array(7));
    phone.store.save(one, NOW);
  });
  const { unsent } = views.standing();
  assert.deepEqual(unsent, { forms: 1, operations: 1, files: 1, bytes: 7 + one.raw.length });
  const shown = views.record(FORM_OF_CASE).answers.find((each) => each.path === "foto");
  assert.deepEqual([shown?.value, shown?.file?.state, shown?.file?.size], ["a.jpg (1 KB)", "unsent", 7]);
});

test("a draft is told by whom it is about", () => {
  const { phone, views } = withCase();
  const draft = { record: null, formId: "anak@1", village: VILLAGE_CODE, returns: [], started: 5 };
  phone.store.drafts.add({ ...draft, id: "d1", case: null });
  phone.store.drafts.put("d1", { path: "g/nama", value: "Dewi", preds: new Map() });
  phone.store.drafts.add({ ...draft, id: "d2", case: CASE });
  phone.store.drafts.put("d2", { path: "alamat", value: "x", preds: new Map([["", []]]) });
  assert.deepEqual(
    views.home().drafts.map((one) => [one.draft, one.name, one.answered]),
    [
      ["d1", "Dewi", 1],
      ["d2", "Moh. Soeharto", 0],
    ],
  );
  assert.deepEqual(phone.opened(), [[CASE, "list", 1]]);
});

// --- finding ---------------------------------------------------------------------------------------

test("somebody is found by however the name is spelt, by the end of a number, by where he lives", () => {
  const { phone, views } = withCase();
  const found = (text: string) => views.search(text).map((one) => one.record);
  for (const text of [
    "suharto",
    "muhamad soehar",
    "Mohammad",
    "0001",
    NIK,
    "mawar",
    "loa duri mawar",
    "hadija",
  ]) {
    assert.deepEqual(found(text), [CASE], text);
  }
  for (const text of ["", "sukarno", "suharto melati", "0003", "6402180203150003"]) {
    assert.deepEqual(found(text), [], text);
  }
  phone.store.save(submission({ "g/nama": "Soeharto" }, { record: FORM_OF_CASE }), NOW);
  const draft = {
    record: null,
    formId: "anak@1",
    village: VILLAGE_CODE,
    returns: [],
    started: 5,
    case: null,
  };
  phone.store.drafts.add({ ...draft, id: "d1" });
  phone.store.drafts.put("d1", { path: "g/nama", value: "Suharto", preds: new Map() });
  const hits = views.search("suharto");
  assert.deepEqual(
    hits.map((one) => [one.kind, one.record]),
    [
      ["case", CASE],
      ["form", FORM_OF_CASE],
      ["draft", "d1"],
    ],
  );
  assert.equal(hits[0]?.hint, "lahir 2 Maret 2015 · Jl. Mawar RT 04");
  phone.store.records.erase(CASE);
  assert.deepEqual(found("mawar"), []);
});

test("hundreds are read at once as one is", () => {
  const { phone, views } = withCase();
  const ids = Array.from({ length: 150 }, (_, at) => recordId(1000 + at));
  for (const [at, record] of ids.entries()) {
    phone.receive(record, child(record, { label: `Anak ${at}`, nik: String(6402180203150000 + at) }, at + 1));
  }
  assert.equal(views.cases("anak", null).length, 151);
  assert.deepEqual(
    views.search("anak 42").map((one) => one.record),
    [ids[42]],
  );
  assert.deepEqual(
    views.search("0149").map((one) => one.record),
    [ids[149]],
  );
});

test("a case is told with the forms about it, the latest first, and no whole number", () => {
  const { phone, views } = withCase();
  const visit = (record: string, n: number) =>
    phone.store.save(submission({ $case: CASE, "g/nama": "S" }, { record, n, time: NOW + n }), NOW);
  visit(FORM_OF_CASE, 1);
  visit(OTHER_FORM, 2);
  const view = views.case(CASE);
  assert.deepEqual(
    view.visits.map((one) => one.record),
    [OTHER_FORM, FORM_OF_CASE],
  );
  const answers = view.answers.map((one) => [one.label, one.value]);
  assert.deepEqual(answers, [
    ["Nama kasus", "Moh. Soeharto"],
    ["NIK", "6402********0001"],
    ["KK", "6402********0002"],
    ["Tanggal lahir", "2 Maret 2015"],
    ["Nama ibu", "Khadijah"],
    ["Alamat", "Jl. Mawar RT 04"],
  ]);
  assert.ok(!JSON.stringify([view, views.home(), views.cases(null, null)]).includes(NIK));
  assert.throws(() => views.case(FORM_OF_CASE), { code: "not-a-case" });
  assert.throws(() => views.record(CASE), { code: "not-a-form" });
  assert.throws(() => views.record(recordId(99)), { code: "unknown-record" });
});

test("answers stand under the form's headings, in the chosen language", () => {
  const { phone, views } = withCase();
  const answers = {
    "anggota/m_b/nama": "Budi",
    "g/nama": "Asha",
    bahaya_segera: "0",
    id_kasus: CASE,
    mulai: "2026-03-02T10:12:03.000+08:00",
    lain: NIK,
  };
  phone.store.save(submission(answers, { record: FORM_OF_CASE }), NOW);
  views.setLanguage("en");
  assert.deepEqual(
    views.record(FORM_OF_CASE).answers.map((one) => [one.level, one.label, one.value]),
    [
      [0, "Identity", ""],
      [1, "Nama (en)", "Asha"],
      [0, "Bahaya? (en)", "No"],
      [0, "Member", ""],
      [1, "Member 1: Budi", ""],
      [2, "Nama anggota (en)", "Budi"],
      [0, "Other answers", ""],
      [1, "lain", "6402********0001"],
    ],
  );
});

// --- what was shown --------------------------------------------------------------------------------

test("what is shown is noted before, each list once a minute", () => {
  const { phone, views } = withCase();
  views.search("suharto");
  views.cases("anak", null);
  assert.deepEqual(phone.opened(), [[CASE, "list", 1]]);
  phone.time += 61_000;
  views.cases("anak", VILLAGE_CODE);
  views.case(CASE);
  assert.deepEqual(phone.opened(), [
    [CASE, "list", 2],
    [CASE, "read", 1],
  ]);
  phone.time += 61_000;
  phone.store.database.connection.execute("DROP TABLE opening");
  assert.throws(() => views.cases("anak", null));
  assert.throws(() => views.case(CASE));
});

test("a form that was read before its questions were known is read again", () => {
  const { phone, views } = withCase();
  const form = { formId: "anak", version: "2", title: { id: "Anak" }, digest: "e", isRetired: false };
  phone.store.forms.publish([form]);
  phone.store.save(submission({ "g/nama": "Asha" }, { record: FORM_OF_CASE, form: "anak@2" }), NOW);
  const name = () => views.records()[0]?.name;
  assert.equal(name(), "");
  phone.store.forms.keepDefinition("anak", "2", JSON.stringify({ ...FORM, version: "2" }));
  assert.equal(name(), "Asha");
});

test("a conflict says in whose answers it is, and a record whose it is to settle", () => {
  const { phone, views } = withCase();
  const answers = { "g/nama": "Asha", "anggota/m_1/nama": "Sari", "anggota/m_2/nama": "Rian" };
  const first = submission(answers, { record: FORM_OF_CASE });
  const facts = { record: FORM_OF_CASE, n: 2 };
  const budi = { ...facts, ...BUDI };
  const gone = [first.id];
  const apart: Operation[] = [
    operation(
      [
        ["anggota/m_1/nama", "Sari A", gone],
        ["anggota/m_2/nama", "Rian P", gone],
      ],
      facts,
    ),
    operation(
      [
        ["anggota/m_1/nama", "Sari B", gone],
        ["anggota/m_2", DEAD, gone],
      ],
      budi,
    ),
  ];
  phone.receive(FORM_OF_CASE, first, ...apart);
  const told = views.conflicts().map((one) => [one.member, one.question, one.isCase]);
  assert.deepEqual(told, [
    ["Anggota 1: Sari A", "Nama anggota", false],
    ["", "Anggota 2: Rian P", false],
  ]);
  const whose = () => {
    const { answers, conflictsForOffice } = views.record(FORM_OF_CASE);
    return [answers.find((one) => one.conflict !== null)?.conflict, conflictsForOffice];
  };
  assert.deepEqual(whose(), ["mine", 0]);
  const settled = edit("anggota/m_1/nama", "Sari", apart, { record: FORM_OF_CASE, n: 3 });
  phone.store.save(settled, NOW);
  phone.store.outbox.acknowledge([[settled.id, { status: "ok", code: "", message: "" }]], NOW);
  const again = edit("anggota/m_1/nama", "Sari C", apart, { ...budi, n: 3 });
  phone.receive(FORM_OF_CASE, first, ...apart, settled, again);
  assert.deepEqual(whose(), ["office", 1]);
});

test("a locked store tells how much there is and of nobody", () => {
  const { phone, views } = withCase();
  phone.store.save(submission({ "g/nama": "Rahasia", $case: CASE }, { record: FORM_OF_CASE }), NOW);
  const draft = { record: null, formId: "anak@1", village: VILLAGE_CODE, returns: [], started: 5 };
  phone.store.drafts.add({ ...draft, id: "d1", case: null });
  phone.store.drafts.add({ ...draft, id: "d2", case: CASE });
  const [own] = [...phone.store.outbox.queued(1)].map((one) => one.id);
  const held = { status: "held", code: "outside-scope", message: "" } as const;
  phone.store.outbox.acknowledge([[own ?? "", held]], NOW);
  phone.store.settings.put("lock", "a-lock");
  const home = views.home();
  assert.deepEqual([home.isLocked, home.unsent.forms, home.drafts.length], [true, 0, 1]);
  assert.deepEqual(
    views.pending().map((one) => one.about),
    [null],
  );
  assert.deepEqual([home.tasks, home.returned, home.waiting, home.conflicts], [[], [], [], []]);
  assert.ok(!/Rahasia|Soeharto/.test(JSON.stringify(home)));
  const shut = [
    () => views.search("suharto"),
    () => views.cases(null, null),
    () => views.case(CASE),
    () => views.record(FORM_OF_CASE),
    () => views.records(),
    () => views.conflicts(),
    () => views.filling("d2"),
  ];
  for (const one of shut) assert.throws(one, StoreLocked);
  assert.equal(views.filling("d1").mode, "new");
  assert.deepEqual(views.likely("d1"), []);
  assert.deepEqual(phone.opened(), []);
});

test("what the search needs is read beforehand, in pieces, and what comes later is found as well", () => {
  const { phone, views } = withCase();
  assert.equal(views.prepareSearch(-1), true, "before the first page nothing is known to read");
  views.home();
  assert.equal(views.prepareSearch(-1), false, "the time was over before anything was read");
  assert.equal(views.prepareSearch(1000), true);
  assert.deepEqual(phone.opened(), [], "nothing of it was shown");
  assert.equal(views.search("suharto").length, 1);
  const later = recordId(9);
  phone.receive(later, child(later, { label: "Galuh Kumala" }, 2));
  assert.equal(views.search("galuh").length, 1);
  assert.equal(views.search("suharto").length, 1);
});
