// Conflicts, drafts as the engine opens them, and whom a new form may be about.
//
// Broken on purpose: a conflict's time from a clock that cannot be; a draft's cleared answer that came back from the
// record; members that were typed left out, or removed ones not; the family's number that makes two children one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { edit, NOW, operation, submission, VILLAGE_CODE } from "./support/operations.ts";
import {
  BUDI,
  CASE,
  child,
  decision,
  FORM_OF_CASE,
  KK,
  NIK,
  PART,
  recordId,
  withCase,
} from "./support/phone.ts";

// --- conflicts -------------------------------------------------------------------------------------

test("a conflict tells both sides, by whom, and when as far as the clocks are to be trusted", () => {
  const { phone, views } = withCase();
  const own = submission({ "g/nik": NIK, bahaya_segera: "1" }, { record: FORM_OF_CASE });
  const theirs = [
    edit("g/nik", "6402180204150001", [], { ...BUDI, record: FORM_OF_CASE, time: NOW - 5000 }),
    edit("bahaya_segera", "0", [], { ...BUDI, record: FORM_OF_CASE, n: 2, time: 1000 }),
  ];
  phone.store.save(own, NOW);
  phone.receive(FORM_OF_CASE, own, ...theirs);
  const [danger, number] = views.conflicts();
  assert.deepEqual([number?.path, number?.question, number?.whyNot], ["g/nik", "NIK", null]);
  assert.deepEqual(
    number?.sides.map((one) => [one.author, one.isMine, one.time, one.text]),
    [
      ["asha", true, NOW, "6402*****3**0001"],
      ["budi", false, NOW - 5000, "6402*****4**0001"],
    ],
  );
  assert.deepEqual(
    [danger?.type, danger?.choices],
    [
      "select_one",
      [
        { value: "1", label: "Ya" },
        { value: "0", label: "Tidak" },
      ],
    ],
  );
  assert.deepEqual(
    danger?.sides.map((one) => [one.text, one.time]),
    [
      ["Ya", NOW],
      ["Tidak", null],
    ],
  );
  views.conflicts();
  assert.deepEqual(phone.opened(), [[FORM_OF_CASE, "read", 1]]);
  assert.deepEqual(
    views.home().conflicts.map((one) => [one.path, one.sides]),
    [
      ["bahaya_segera", []],
      ["g/nik", []],
    ],
  );
  phone.time += 61_000;
  views.conflicts();
  assert.deepEqual(
    phone.opened().filter(([record]) => record === FORM_OF_CASE),
    [
      [FORM_OF_CASE, "list", 1],
      [FORM_OF_CASE, "read", 2],
    ],
  );
});

test("a contested removal is told by what stands for and against it", () => {
  const { phone, views } = withCase();
  const first = submission({ "anggota/m_a/nama": "Budi" }, { record: FORM_OF_CASE });
  const removal = edit("anggota/m_a", { $: "dead" }, [first], { ...BUDI, record: FORM_OF_CASE });
  const later = edit("anggota/m_a/nama", "Badu", [first], { record: FORM_OF_CASE, n: 2, time: NOW + 1 });
  phone.receive(FORM_OF_CASE, first, removal, later);
  const [told] = views.conflicts();
  assert.deepEqual(
    [told?.path, told?.isRemoval, told?.question],
    ["anggota/m_a#removal", true, "Anggota 1: Badu"],
  );
  assert.deepEqual(
    told?.sides.map((one) => [one.author, one.text]),
    [
      ["budi", "Dihapus"],
      ["asha", "Dipertahankan"],
    ],
  );
});

// --- filling ---------------------------------------------------------------------------------------

test("a new form is opened with what was typed, members in the order of their ids", () => {
  const { phone, views } = withCase();
  const draft = {
    record: null,
    formId: "anak@1",
    village: VILLAGE_CODE,
    returns: [],
    started: 5,
    case: CASE,
  };
  phone.store.drafts.add({ ...draft, id: recordId(7) });
  const put = (path: string, value: string, preds: readonly (readonly [string, string[]])[] = []) =>
    phone.store.drafts.put(recordId(7), { path, value, preds: new Map(preds) });
  put("g/nama", "Moh. Soeharto", [
    ["", []],
    [CASE, ["p"]],
  ]);
  put("alamat", "");
  put("anggota/m_b/nama", "B");
  put("anggota/m_a/nama", "A");
  const filling = views.filling(recordId(7));
  assert.deepEqual(
    [filling.mode, filling.record, filling.identity, filling.village, filling.xform],
    ["new", recordId(7), "anak@1", VILLAGE_CODE, "<xform/>"],
  );
  assert.deepEqual(filling.media, { "desa.csv": "name,label" });
  assert.deepEqual(filling.members, { anggota: ["m_a", "m_b"] });
  assert.deepEqual(filling.prefilled, ["g/nama"]);
  assert.equal(filling.answers["alamat"], "");
  assert.ok(phone.opened().some(([record, action]) => record === CASE && action === "read"));
});

test("a correction is opened with the record, what was typed over it, and what was remarked", () => {
  const { phone, views } = withCase();
  const own = submission(
    { "g/nama": "Asha", alamat: "A", luka: { $: "restricted" }, "anggota/m_a/nama": "Budi" },
    { record: FORM_OF_CASE },
  );
  const other = edit("alamat", "B", [], { ...BUDI, record: FORM_OF_CASE });
  const etag = "x";
  const remarks = { "g/nama": "nama lengkap" };
  const returned = decision({ decision: "return", etag, comment: "Lengkapi", remarks }, own.id);
  phone.receive(FORM_OF_CASE, own, other, returned);
  const draft = { formId: null, village: null, returns: [], started: 5, case: null };
  phone.store.drafts.add({ ...draft, id: "d", record: FORM_OF_CASE });
  phone.store.drafts.put("d", { path: "g/nama", value: "", preds: new Map() });
  const filling = views.filling("d");
  assert.deepEqual([filling.mode, filling.record, filling.comment], ["correction", FORM_OF_CASE, "Lengkapi"]);
  assert.deepEqual(filling.remarks, [{ path: "g/nama", text: "nama lengkap" }]);
  assert.deepEqual([filling.disputed, filling.unreadable], [["alamat"], ["luka"]]);
  assert.equal(filling.answers["g/nama"], "");
  assert.equal(filling.answers["anggota/m_a/nama"], "Budi");
  assert.ok(!("luka" in filling.answers) && !("$review" in filling.answers));
  assert.equal(views.record(FORM_OF_CASE).draft, "d");
  phone.store.drafts.putRemoval("d", { member: "anggota/m_a", preds: [] });
  const left = views.filling("d");
  assert.deepEqual([left.members, "anggota/m_a/nama" in left.answers], [{}, false]);
  assert.throws(() => views.filling("none"), { code: "unknown-draft" });
});

test("restricted answers of one's own stand at their questions", () => {
  const { phone, views } = withCase();
  const parts = [
    {
      record: FORM_OF_CASE,
      kind: "submission",
      changes: [
        ["$village", VILLAGE_CODE],
        ["luka", { $: "restricted" }],
      ],
    },
    {
      record: PART,
      kind: "restricted",
      changes: [
        ["$of", FORM_OF_CASE],
        ["$village", VILLAGE_CODE],
        ["luka", "memar"],
      ],
    },
  ] as const;
  phone.store.save(operation([], { parts: parts as never }), NOW);
  assert.equal(views.record(FORM_OF_CASE).answers.find((one) => one.path === "luka")?.value, "memar");
  assert.deepEqual(
    views.home().waiting.map((one) => one.record),
    [FORM_OF_CASE],
  );
});

test("a form whose files were not fetched yet is not opened", () => {
  const { phone, views } = withCase();
  phone.store.forms.publish([{ formId: "anak", version: "2", title: {}, digest: "e", isRetired: false }]);
  phone.store.drafts.add({
    id: "d",
    record: null,
    formId: "anak@2",
    village: VILLAGE_CODE,
    returns: [],
    started: 5,
    case: null,
  });
  assert.throws(() => views.filling("d"), { code: "form-unreadable" });
});

// --- who it may be ---------------------------------------------------------------------------------

test("whoever is on the phone already is told before he is entered twice", () => {
  const { phone, views } = withCase();
  const draft = {
    record: null,
    formId: "anak@1",
    village: VILLAGE_CODE,
    returns: [],
    started: 5,
    case: null,
  };
  phone.store.drafts.add({ ...draft, id: "d" });
  const likely = (answers: Readonly<Record<string, string>>) => {
    for (const path of ["g/nama", "g/nik", "g/no_kk", "g/tgl_lahir", "g/nama_ibu"]) {
      phone.store.drafts.put("d", { path, value: answers[path] ?? "", preds: new Map() });
    }
    return views.likely("d").map((one) => one.by);
  };
  assert.deepEqual(likely({ "g/nik": "6402 1802 0315 0001" }), ["number"]);
  assert.deepEqual(likely({ "g/nama": "Muhammad Suharto", "g/tgl_lahir": "2015-03-02" }), ["name-birth"]);
  assert.deepEqual(likely({ "g/nama": "Suharto Muhammad", "g/nama_ibu": "Hadijah" }), ["name-mother"]);
  assert.deepEqual(likely({ "g/nama": "Muhammad Suharto", "g/tgl_lahir": "2015-03-03" }), []);
  assert.deepEqual(
    likely({ "g/nama": "Sukarno", "g/tgl_lahir": "2015-03-02", "g/nama_ibu": "Khadijah" }),
    [],
  );
  assert.deepEqual(likely({ "g/nama": "Dewi", "g/no_kk": KK }), []); // of one family, and another child
  assert.deepEqual(likely({}), []);
  // Who comes later is known as well, and who is gone is not.
  const other = recordId(77);
  phone.receive(other, child(other, { label: "Dewi", nik: "6402180203150099" }, 9));
  assert.deepEqual(likely({ "g/nik": "6402180203150099" }), ["number"]);
  phone.store.records.erase(other);
  assert.deepEqual(likely({ "g/nik": "6402180203150099" }), []);
  likely({ "g/nik": "6402180203150001" });
  assert.deepEqual(views.likely("d")[0]?.hint, "Loa Duri Ilir · lahir 2 Maret 2015 · Jl. Mawar RT 04");
});
