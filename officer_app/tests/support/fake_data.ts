// Invented people and answers in real villages of Kutai Kartanegara, as a device would show them.

import type {
  CaseLine,
  CaseView,
  Conflict,
  DraftLine,
  FormLine,
  Home,
  PendingLine,
  RecordLine,
  RecordView,
  ShownAnswer,
  TaskLine,
  VillageLine,
} from "../../src/worker/api.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CHILD = { id: "Verifikasi anak terlantar", en: "Verification of a neglected child" };
const VISIT = { id: "Kunjungan pemantauan", en: "Monitoring visit" };
const FAMILY = { id: "Verifikasi keluarga miskin", en: "Verification of a poor family" };

export const VILLAGES: readonly VillageLine[] = [
  { code: "64.02.18.2007", name: "Muara Enggelam", kecamatan: "Muara Wis" },
  { code: "64.02.18.2006", name: "Melintang", kecamatan: "Muara Wis" },
];
export const FORMS: readonly FormLine[] = [
  { formId: "verifikasi_anak", version: "3", title: CHILD, caseList: "anak", isAnew: true },
  { formId: "verifikasi_keluarga", version: "2", title: FAMILY, caseList: "keluarga", isAnew: true },
  { formId: "kunjungan_pemantauan", version: "2", title: VISIT, caseList: "anak", isAnew: false },
];

const PEOPLE: readonly (readonly [string, TaskLine["state"], number])[] = [
  ["Nur Aisyah", "open", 2],
  ["Muhammad Rizky Pratama", "open", -3],
  ["Dewi Kartika", "returned", 0],
  ["Ahmad Fauzan", "draft", 5],
  ["Siti Rahma", "approved", -10],
  ["Yohanes Bayu", "open", 9],
];

export const pending: readonly PendingLine[] = [
  {
    operation: "p1:7",
    status: "held",
    code: "outside-scope",
    message: "The village is not yours.",
    record: "r-4",
    isDismissed: false,
    about: { name: "Yohanes Bayu", isCase: false, formTitle: CHILD, village: VILLAGES[0]?.code ?? "" },
  },
  {
    operation: "p1:9",
    status: "void",
    code: "form-differs",
    message: "Another form.",
    record: "r-5",
    isDismissed: false,
    about: null,
  },
];

function day(now: number, days: number): string {
  return new Date(now + days * DAY).toISOString().slice(0, 10);
}

function tasks(now: number): readonly TaskLine[] {
  return PEOPLE.map(([name, state, days], at) => ({
    assignment: `a-${at}`,
    case: `c-${at}`,
    name,
    village: VILLAGES[at % 2]?.code ?? "",
    form: "kunjungan_pemantauan",
    roundTitle: "Pemantauan triwulan IV 2026",
    due: day(now, days),
    state,
    isOverdue: days < 0 && state === "open",
    isDisputed: at === 5,
    visits: [],
    notes: at === 1 ? [{ kind: "late", author: "Budi" }] : [],
  }));
}

/** Filled forms of every state. */
export function records(now: number): readonly RecordLine[] {
  const line = (at: number, name: string, more: Partial<RecordLine>): RecordLine => ({
    record: `r-${at}`,
    name,
    form: "verifikasi_anak",
    formTitle: CHILD,
    village: VILLAGES[at % 2]?.code ?? "",
    state: "done",
    filledAt: now - at * 5 * HOUR,
    remark: "",
    conflicts: 0,
    pending: [],
    isUrgent: false,
    ...more,
  });
  return [
    line(0, "Dewi Kartika", {
      state: "returned",
      remark: "Foto rumah buram. Ambil lagi dari depan, dan tanyakan pekerjaan ibunya.",
      conflicts: 1,
    }),
    line(1, "Bagas Wicaksono", { isUrgent: true }),
    line(2, "Keluarga Pak Usman", { form: "verifikasi_keluarga", formTitle: FAMILY }),
    line(3, "Siti Rahma", { state: "approved" }),
    line(4, "Yohanes Bayu", { state: "sent", pending: pending.slice(0, 1) }),
    line(5, "", { state: "rejected", remark: "Anak ini sudah terdata di desa lain." }),
    line(6, "Nur Aisyah", { state: "sent" }),
  ];
}

/** Forms that are being filled. */
export function drafts(now: number): readonly DraftLine[] {
  return [
    {
      draft: "d-0",
      record: null,
      case: "c-3",
      name: "Ahmad Fauzan",
      form: "kunjungan_pemantauan@1",
      formTitle: VISIT,
      village: VILLAGES[1]?.code ?? "",
      started: now - 2 * HOUR,
      answered: 14,
    },
    {
      draft: "d-1",
      record: null,
      case: null,
      name: "",
      form: "verifikasi_anak@1",
      formTitle: CHILD,
      village: VILLAGES[0]?.code ?? "",
      started: now - 2 * DAY,
      answered: 3,
    },
  ];
}

/** Disagreements: one for this officer, one for the office, one about a removal. */
export function conflicts(now: number): readonly Conflict[] {
  const common = {
    formTitle: CHILD,
    isCase: false,
    member: "",
    village: VILLAGES[0]?.code ?? "",
    choices: [],
    isRemoval: false,
  };
  const side = (operation: string, author: string, text: string, time: number | null) => ({
    operation,
    author,
    isMine: author === "asha",
    time,
    text,
    file: null,
  });
  return [
    {
      ...common,
      record: "r-0",
      name: "Dewi Kartika",
      path: "g_anak/sekolah",
      question: "Apakah anak masih bersekolah?",
      type: "select_one",
      choices: [
        { value: "1", label: "Ya, masih" },
        { value: "2", label: "Tidak, putus sekolah" },
        { value: "3", label: "Belum pernah" },
      ],
      sides: [
        side("o1:4", "asha", "Ya, masih", now - 30 * HOUR),
        side("o2:11", "Budi Santoso", "Tidak, putus sekolah", now - 4 * HOUR),
      ],
      whyNot: null,
    },
    {
      ...common,
      record: "r-4",
      name: "Yohanes Bayu",
      path: "g_alamat/rt",
      question: "Nomor RT",
      type: "text",
      sides: [side("o1:9", "asha", "04", null), side("o3:2", "Citra", "05", now - 60 * HOUR)],
      whyNot: "not-assigned",
    },
    {
      ...common,
      record: "r-2",
      name: "Keluarga Pak Usman",
      path: "anggota/m_1#removal",
      question: "Anggota keluarga: Rahmat",
      type: "removal",
      isRemoval: true,
      sides: [
        side("keep", "Budi Santoso", "Dipertahankan", now - 9 * HOUR),
        side("remove", "asha", "Dihapus", now - 8 * HOUR),
      ],
      whyNot: null,
    },
  ];
}

const ANSWERS: readonly ShownAnswer[] = [
  heading("Anak", 1),
  answer("g_anak/nama_anak", "Nama lengkap anak", "Dewi Kartika"),
  answer("g_anak/nik", "NIK", "************0412"),
  answer("g_anak/tanggal_lahir", "Tanggal lahir", "4 Mei 2017"),
  { ...answer("g_anak/sekolah", "Apakah anak masih bersekolah?", "Ya, masih"), conflict: "mine" },
  heading("Pengasuhan", 1),
  answer("g_asuh/pengasuh", "Siapa yang mengasuh?", "Nenek dari pihak ibu"),
  {
    ...answer("g_asuh/kerja_ibu", "Pekerjaan ibu", ""),
    remark: "Tanyakan kepada nenek: ibu bekerja di mana?",
  },
  heading("Bukti", 1),
  {
    ...answer("g_bukti/foto_rumah", "Foto rumah dari depan", ""),
    remark: "Buram, ambil lagi.",
    file: {
      hash: "h-1",
      name: "rumah.jpg",
      type: "image/jpeg",
      size: 184_000,
      thumbnail: "h-1-small",
      state: "unsent",
    },
  },
];

function heading(label: string, level: number): ShownAnswer {
  return { path: "", level, label, value: "", file: null, remark: "", conflict: null };
}

function answer(path: string, label: string, value: string): ShownAnswer {
  return { path, level: 2, label, value, file: null, remark: "", conflict: null };
}

/** One form as its page shows it. */
export function recordView(record: string): RecordView {
  const all = records(Date.now());
  const line = all.find((one) => one.record === record) ?? all[0];
  if (!line) throw new Error("no records");
  const isReturned = line.state === "returned";
  return {
    ...line,
    case: line.state === "approved" ? "c-4" : null,
    answers: ANSWERS.map((one) => (isReturned ? one : { ...one, remark: "", conflict: null })),
    remarks: isReturned
      ? [{ path: "g_asuh/kerja_ibu", label: "Pekerjaan ibu", text: "Tanyakan kepada nenek." }]
      : [],
    isMine: line.state !== "rejected",
    draft: record === "r-6" ? "d-1" : null,
    conflictsForOffice: 0,
  };
}

/** One case as its page shows it. */
export function aCase(record: string): CaseView {
  const mine = tasks(Date.now()).filter((task) => task.case === record);
  const visit = { form: "kunjungan_pemantauan", formTitle: VISIT, name: mine[0]?.name ?? "" };
  return {
    record,
    list: "anak",
    name: mine[0]?.name ?? "",
    village: mine[0]?.village ?? "",
    hint: "RT 04, dekat langgar Al-Ikhlas",
    conflicts: record === "c-2" ? 1 : 0,
    answers: ANSWERS.slice(0, 4),
    visits: records(Date.now())
      .filter((one) => one.state === "approved" || one.state === "sent")
      .map((one, at) => ({ ...one, ...visit, pending: [], filledAt: one.filledAt - (at + 1) * 80 * DAY })),
    tasks: mine,
  };
}

/** Cases of an officer who has many villages' children. */
export function thousand(): readonly CaseLine[] {
  return Array.from({ length: 1000 }, (_, at) => ({
    record: `c-${at}`,
    list: at % 5 ? "anak" : "keluarga",
    name: at % 50 ? `Muhammad Rizky Pratama Kusumawardhana ${at}` : "",
    village: VILLAGES[at % 2]?.code ?? "",
    hint: `lahir 4 Mei ${2008 + (at % 15)} · RT ${at % 12}, di seberang balai desa`,
    conflicts: at % 100 ? 0 : 1,
  }));
}

/** The first page: of a busy officer, or of one who has just begun. */
export function home(now: number, isEmpty: boolean): Home {
  const nothing = { forms: 0, operations: 0, files: 0, bytes: 0 };
  const all = records(now);
  return {
    author: "asha",
    role: "officer",
    url: "https://verilap.kukarkab.example",
    unsent: isEmpty ? nothing : { forms: 2, operations: 5, files: 3, bytes: 2_140_000 },
    lastSync: isEmpty ? null : now - 26 * HOUR,
    isLocked: false,
    isRevoked: false,
    number: null,
    isPractice: false,
    hasOfficeKey: true,
    originals: "any",
    villages: VILLAGES,
    forms: FORMS,
    tasks: isEmpty ? [] : tasks(now),
    returned: isEmpty ? [] : all.filter((one) => one.state === "returned"),
    drafts: isEmpty ? [] : drafts(now),
    waiting: isEmpty ? [] : all.filter((one) => one.state === "done"),
    conflicts: isEmpty ? [] : conflicts(now).filter((one) => one.whyNot === null),
    pending: isEmpty ? [] : pending,
  };
}
