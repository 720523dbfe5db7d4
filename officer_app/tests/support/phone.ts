// A phone's store with a form, villages and records, for tests of what is shown and saved.

import { Looking } from "../../src/device/looking.ts";
import { wholeOf } from "../../src/device/replies.ts";
import { Views } from "../../src/device/views.ts";
import { fold } from "../../src/domain/merge.ts";
import type { Operation, Value } from "../../src/domain/operations.ts";
import { XFORM } from "../../src/store/forms.ts";
import { Store } from "../../src/store/store.ts";
import { openDatabase } from "./database.ts";
import { NOW, operation, REPLICA, VILLAGE_CODE, type GivenChange } from "./operations.ts";

const YES_NO = [
  { name: "1", label: { id: "Ya", en: "Yes" } },
  { name: "0", label: { id: "Tidak", en: "No" } },
];

function field(path: string, type: string, label: string, more: object = {}): object {
  const steps = path.split("/");
  const group = steps.slice(0, -1).map((_, at) => steps.slice(0, at + 1).join("/"));
  return { path, type, label: { id: label, en: `${label} (en)` }, pdp: "umum", group, ...more };
}

/** A form about children that begins and updates cases of the list `anak`. */
export const FORM = {
  form_id: "anak",
  version: "1",
  title: { id: "Anak", en: "Child" },
  languages: ["id", "en"],
  fields: [
    field("id_kasus", "hidden", "", { role: "id_kasus", label: {} }),
    field("mulai", "start", "Mulai"),
    field("g/nama", "text", "Nama", { role: "nama", pdp: "spesifik" }),
    field("g/nik", "text", "NIK", { role: "nik", pdp: "spesifik" }),
    field("g/no_kk", "text", "KK", { role: "kk", pdp: "spesifik" }),
    field("g/tgl_lahir", "date", "Tanggal lahir", { role: "tgl_lahir", pdp: "spesifik" }),
    field("g/nama_ibu", "text", "Nama ibu", { role: "nama_ibu", pdp: "spesifik" }),
    field("alamat", "text", "Alamat", { role: "alamat", pdp: "spesifik" }),
    field("bahaya_segera", "select_one", "Bahaya?", { choices: "yn" }),
    field("luka", "text", "Luka", { pdp: "terbatas" }),
    field("foto", "image", "Foto"),
    field("anggota/*/nama", "text", "Nama anggota", { role: "nama", pdp: "spesifik" }),
  ],
  groups: [{ path: "g", label: { id: "Identitas", en: "Identity" } }],
  repeats: [{ path: "anggota", label: { id: "Anggota", en: "Member" } }],
  choices: { yn: YES_NO },
  village_question: null,
  entities: [
    {
      list: "anak",
      id: "/data/id_kasus",
      create_if: "true()",
      update_if: "true()",
      label: "/data/g/nama",
      save_to: {
        "g/nama": "nama",
        "g/nik": "nik",
        "g/no_kk": "no_kk",
        "g/tgl_lahir": "tgl_lahir",
        "g/nama_ibu": "nama_ibu",
        alamat: "alamat",
      },
    },
  ],
};

/** A phone of the officer asha; its clock may be set. */
export class Phone {
  readonly store: Store;
  readonly desk: Looking;
  time = NOW;

  constructor() {
    this.store = Store.over(openDatabase());
    const { settings, forms } = this.store;
    settings.beginReplica(REPLICA);
    const areas = ["64.02.18"];
    settings.identity = { url: "https://a", token: "t", author: "asha", role: "officer", areas };
    forms.setVillages([
      { code: VILLAGE_CODE, name: "Loa Duri Ilir", kecamatan: "Loa Janan" },
      { code: "64.02.18.2008", name: "Loa Duri Ulu", kecamatan: "Loa Janan" },
    ]);
    forms.publish([{ formId: "anak", version: "1", title: FORM.title, digest: "d", isRetired: false }]);
    forms.keepDefinition("anak", "1", JSON.stringify(FORM));
    const bytes = (text: string) => new TextEncoder().encode(text);
    forms.keepFiles(
      "anak",
      "1",
      new Map([
        [XFORM, bytes("<xform/>")],
        ["desa.csv", bytes("name,label")],
      ]),
    );
    this.desk = new Looking(this.store, () => this.time);
  }

  /** What the server sends of a record, as these operations make it. */
  receive(record: string, ...operations: Operation[]): void {
    const state = fold(null, operations, record);
    this.store.transaction(() => this.store.records.take([wholeOf(state, [VILLAGE_CODE])], new Map()));
  }

  /** What was shown and not reported yet: record, action and how often. */
  opened(): (readonly [record: string, action: string, count: number])[] {
    return this.store.database.connection
      .query("SELECT record, action, count FROM opening ORDER BY record, action")
      .map(([record, action, count]) => [String(record), String(action), Number(count)] as const);
  }
}

/** The id of a record by a number. */
export function recordId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

export const [CASE, FORM_OF_CASE, OTHER_FORM, PART] = [
  recordId(1),
  recordId(2),
  recordId(3),
  recordId(4),
] as const;
export const BUDI = { author: "budi", replica: "replica-of-another-dev" };
export const NIK = "6402180203150001";
export const KK = "6402181112130002";

/** A case as somebody else began it. */
export function child(record: string, properties: Readonly<Record<string, string>>, n = 1) {
  const said = Object.entries({ $village: VILLAGE_CODE, ...properties });
  return operation(said as unknown as GivenChange[], { ...BUDI, record, kind: "case:anak", n, form: null });
}

/** What a supervisor decided, who saw one review. */
export function decision(value: Value, sees: string, record = FORM_OF_CASE, n = 9) {
  return operation([["$review", value, [sees]]], {
    record,
    author: "sari",
    replica: "office",
    n,
    time: NOW + 1,
  });
}

/** A phone that knows one child. */
export function withCase(): { phone: Phone; views: Views } {
  const phone = new Phone();
  const names = { label: "Moh. Soeharto", nama_ibu: "Khadijah" };
  const properties = { ...names, nik: NIK, no_kk: KK, tgl_lahir: "2015-03-02", alamat: "Jl. Mawar RT 04" };
  phone.receive(CASE, child(CASE, properties));
  return { phone, views: new Views(phone.desk) };
}
