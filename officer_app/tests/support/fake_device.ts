// A device for tests of the pages: invented people in real villages, kept in memory, no worker and no server.

import { VerilapError } from "../../src/domain/errors.ts";
import type { Connection, Listener } from "../../src/ui/device.ts";
import type { DeviceApi, Phone, Standing } from "../../src/worker/api.ts";
import {
  aCase,
  conflicts,
  drafts,
  FORMS,
  home,
  pending,
  records,
  recordView,
  thousand,
  VILLAGES,
} from "./fake_data.ts";

const PIN = "482915";
const NUMBER = "406 118";
const WAIT_MS = 90_000;

/** What a test may choose. */
export interface Choices {
  /** Names of the officers whose stores lie on the phone. */
  readonly officers?: readonly string[];
  readonly isElsewhere?: boolean;
  /** Whether everything is empty: a new account without tasks. */
  readonly isEmpty?: boolean;
  /** Whether there are a thousand cases. */
  readonly isMany?: boolean;
  /** How the device stands, where it is otherwise. */
  readonly standing?: Partial<Standing>;
}

/** A device on which nothing is real. It says what happens by events, as the worker does. */
export function fakeDevice({
  officers = [],
  isElsewhere = false,
  isEmpty = false,
  isMany = false,
  standing: stands = {},
}: Choices): Connection {
  const listeners: Listener[] = [];
  const accounts = officers.map((name, at) => ({
    store: `s${at}`,
    name,
    isDamaged: name.startsWith("Rusak"),
  }));
  const shown = home(Date.now(), isEmpty);
  let standing = stands;
  let failed = 0;
  let waitEnds = 0;
  let throttles = 0;
  let gone: string[] = [];
  let settled: string[] = [];
  const emit: Listener = (event) => listeners.forEach((listen) => listen(event));
  const stand = (): Standing => ({ ...shown, ...standing });

  const device: DeviceApi = {
    phone: async (): Promise<Phone> => ({ accounts, isElsewhere, version: __VERSION__ }),
    throttle: async () => {
      Object.assign(globalThis, { throttles: ++throttles });
      return { failed, waitMs: failed >= 5 ? Math.max(0, waitEnds - performance.now()) : 0 };
    },
    leave: async () => {
      if (!isEmpty) throw new VerilapError("drafts are left", "account-unsent");
      accounts.splice(0);
    },
    begin: async ({ code, pin }) => {
      if (code.startsWith("X")) throw new VerilapError("no such code", "enroll-code");
      if (/^(\d)\1+$|123456/.test(pin)) throw new VerilapError("too easy", "pin-too-easy");
      accounts.push({ store: `s${accounts.length}`, name: "Asha Rahmawati", isDamaged: false });
      standing = { number: NUMBER };
      return { store: `s${accounts.length - 1}`, author: "Asha Rahmawati", number: NUMBER };
    },
    unlock: async (_store, pin) => {
      if (pin !== PIN) {
        failed++;
        waitEnds = performance.now() + WAIT_MS;
        throw new VerilapError("wrong", "wrong-key", { waitMs: failed >= 5 ? WAIT_MS : 0 });
      }
      failed = 0;
    },
    practise: async () => void (standing = { isPractice: true, unsent: NOTHING }),
    lock: async () => void (standing = {}),
    changePin: async (from) => {
      if (from !== PIN) throw new VerilapError("wrong", "wrong-key");
    },
    enrolAgain: async () => ({ store: "s0", author: "Asha Rahmawati", number: NUMBER }),
    forgotten: async () => ({ "verilap-asha.zip": new Blob(["sealed"]) }),
    setLanguage: async () => {},

    home: async () => ({
      ...shown,
      ...standing,
      conflicts: shown.conflicts.filter((one) => !settled.includes(one.path)),
      drafts: shown.drafts.filter((one) => !gone.includes(one.draft)),
      pending: shown.pending.filter((one) => !gone.includes(one.operation)),
    }),
    standing: async () => stand(),
    search: async (text) => {
      const asked = text.toLowerCase();
      const cases = home(Date.now(), false).tasks.map((task) => aCase(task.case));
      return cases
        .filter((one) => `${one.name} ${one.hint}`.toLowerCase().includes(asked))
        .map((one) => ({ ...one, kind: "case" as const }));
    },
    cases: async (list, village) =>
      (isMany ? thousand() : isEmpty ? [] : shown.tasks.map((task) => aCase(task.case))).filter(
        (one) => (!list || one.list === list) && (!village || one.village === village),
      ),
    case: async (record) => aCase(record),
    record: async (record) => recordView(record),
    records: async () => (isEmpty ? [] : records(Date.now())),
    pending: async () => pending.filter((one) => !gone.includes(one.operation)),
    dismiss: async (operation) => void (gone = [...gone, operation]),

    startDraft: async () => drafts(Date.now())[0]?.draft ?? "",
    startCorrection: async () => drafts(Date.now())[0]?.draft ?? "",
    filling: async () => {
      throw new VerilapError("not here", "unknown-draft");
    },
    keep: async () => {},
    removeMember: async () => {},
    discard: async (draft) => void (gone = [...gone, draft]),
    finish: async () => SAVED,
    form: async () => {
      throw new VerilapError("not here", "form-unreadable");
    },
    likely: async () => [],
    attach: async () => {
      throw new VerilapError("not here", "file-empty");
    },
    file: async (hash) => picture(hash),

    conflicts: async () => conflicts(Date.now()).filter((one) => !settled.includes(one.path)),
    resolve: async (_record, path) => {
      settled = [...settled, path];
      return SAVED;
    },

    sync: async () => {
      emit({
        kind: "progress",
        progress: {
          isRunning: true,
          forms: { done: 3, all: 12 },
          files: { done: 0, all: 2 },
          received: 4,
          secondsLeft: 38,
          isWaitingForLine: false,
        },
      });
      await new Promise<void>((done) => addEventListener("fake-sync-ends", () => done(), { once: true }));
      standing = { ...standing, unsent: NOTHING, lastSync: Date.now() };
      return OUTCOME;
    },
    setOriginals: async (originals) => void (standing = { ...standing, originals }),
    unsentWork: async () => new Blob(["sealed"]),
  };
  return { device, listen: (listener) => listeners.push(listener) };
}

const NOTHING = { forms: 0, operations: 0, files: 0, bytes: 0 };
const SAVED = {
  record: records(0)[0]?.record ?? "",
  notices: [{ code: "village-outside", facts: { village: VILLAGES[0]?.code ?? "" } }],
  isUrgent: true,
};
const OUTCOME = {
  isQuiet: false,
  sent: 12,
  received: 4,
  held: 1,
  filesSent: 2,
  filesWaiting: 0,
  filesForWifi: 0,
  bytesUp: 18_400,
  bytesDown: 9_100,
  code: null,
  facts: {},
};

/** A drawn house, so that a picture is seen. */
async function picture(hash: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(320, 240);
  const context = canvas.getContext("2d");
  if (!context || !FORMS.length) throw new Error("no canvas");
  context.fillStyle = "#a9cfe6";
  context.fillRect(0, 0, 320, 240);
  context.fillStyle = hash.length % 2 ? "#6b8f4e" : "#7d6a4f";
  context.fillRect(0, 170, 320, 70);
  context.fillStyle = "#8a5a33";
  context.fillRect(90, 100, 140, 90);
  context.beginPath();
  context.moveTo(70, 105);
  context.lineTo(160, 50);
  context.lineTo(250, 105);
  context.fill();
  return canvas.convertToBlob({ type: "image/jpeg" });
}
