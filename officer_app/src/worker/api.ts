// What the pages ask of the device, which lives in a worker. Everything that passes is plain data.
//
// Errors arrive as `VerilapError` with their code; `src/words` says them. Times are milliseconds since 1970 unless a
// name says otherwise, sizes bytes, days ISO 8601.

import type { Asked, Evaluated } from "../domain/cases/evaluations.ts";
import type { Language, Words } from "../words/words.ts";

export type { Asked, Evaluated };

// --- the phone and its accounts -------------------------------------------------------------------

/**
 * One officer's store on this phone; `name` is what the lock screen shows. One that `isDamaged` does not open any more:
 * its files can be handed to the office.
 */
export interface Account {
  readonly store: string;
  readonly name: string;
  readonly isDamaged: boolean;
}

/** What is known without any PIN. `isElsewhere`: another tab has the app open. */
export interface Phone {
  readonly accounts: readonly Account[];
  readonly isElsewhere: boolean;
  readonly version: string;
}

/** How PINs are throttled: until when none is tried, and how many failed in a row. */
export interface Throttle {
  readonly failed: number;
  readonly waitMs: number;
}

export interface Beginning {
  readonly url: string;
  readonly code: string;
  readonly deviceName: string;
  readonly pin: string;
}

/** `number`: what somebody in the office types to confirm the enrolment. */
export interface Begun {
  readonly store: string;
  readonly author: string;
  readonly number: string | null;
}

// --- what is shown --------------------------------------------------------------------------------

export type FormState = "draft" | "done" | "sent" | "approved" | "returned" | "rejected";

export interface VillageLine {
  readonly code: string;
  readonly name: string;
  readonly kecamatan: string;
}

/** `caseList`: the list whose cases the form is filled for, null where of none; `isAnew`: it may begin without a case. */
export interface FormLine {
  readonly formId: string;
  readonly version: string;
  readonly title: Words;
  readonly caseList: string | null;
  readonly isAnew: boolean;
}

/** An assigned case, as `domain/tasks.py` tells it. */
export interface TaskLine {
  readonly assignment: string;
  readonly case: string;
  readonly name: string;
  readonly village: string;
  readonly form: string;
  readonly roundTitle: string;
  readonly due: string;
  readonly state: "open" | "draft" | "unsent" | "sent" | "approved" | "returned" | "rejected";
  readonly isOverdue: boolean;
  readonly isDisputed: boolean;
  readonly visits: readonly string[];
  readonly notes: readonly { readonly kind: "held" | "late"; readonly author: string }[];
}

/** A filled form in a list. `remark`: what the supervisor wrote when it was returned or rejected. */
export interface RecordLine {
  readonly record: string;
  readonly name: string;
  readonly form: string;
  readonly formTitle: Words;
  readonly village: string;
  readonly state: FormState;
  readonly filledAt: number;
  readonly remark: string;
  readonly conflicts: number;
  readonly pending: readonly Pending[];
  readonly isUrgent: boolean;
}

/** A form being filled; `draft` opens it. */
export interface DraftLine {
  readonly draft: string;
  readonly record: string | null;
  readonly case: string | null;
  readonly name: string;
  /** `form_id@version`, empty where it is not known here. */
  readonly form: string;
  readonly formTitle: Words;
  readonly village: string;
  readonly started: number;
  readonly answered: number;
}

export interface CaseLine {
  readonly record: string;
  readonly list: string;
  readonly name: string;
  readonly village: string;
  readonly hint: string;
  readonly conflicts: number;
}

/** Work that the server holds back or left out. */
export interface Pending {
  readonly operation: string;
  readonly status: "held" | "void";
  readonly code: string;
  readonly message: string;
  readonly record: string | null;
  readonly isDismissed: boolean;
}

export interface Unsent {
  readonly forms: number;
  readonly operations: number;
  readonly files: number;
  readonly bytes: number;
}

/** How this device stands. `isLocked`: away from its server for too long. */
export interface Standing {
  readonly author: string;
  readonly role: string;
  readonly url: string;
  readonly unsent: Unsent;
  readonly lastSync: number | null;
  readonly isLocked: boolean;
  readonly isRevoked: boolean;
  readonly number: string | null;
  readonly isPractice: boolean;
  readonly hasOfficeKey: boolean;
  readonly originals: "any" | "wifi";
}

/** Everything of the first page. */
export interface Home extends Standing {
  readonly villages: readonly VillageLine[];
  readonly forms: readonly FormLine[];
  readonly tasks: readonly TaskLine[];
  readonly returned: readonly RecordLine[];
  readonly drafts: readonly DraftLine[];
  readonly waiting: readonly RecordLine[];
  /** Those that this officer may settle, without their sides. */
  readonly conflicts: readonly Conflict[];
  readonly pending: readonly Pending[];
}

/** What such work is about; nothing of it while the store is locked. `isCase`: a case, no filled form. */
export interface PendingLine extends Pending {
  readonly about: {
    readonly name: string;
    readonly isCase: boolean;
    readonly formTitle: Words | null;
    readonly village: string;
  } | null;
}

/**
 * An answer in words, as the form reads. `path` is empty for a heading. `conflict` says whose it is to settle what people
 * disagree on there, null where they agree.
 */
export interface ShownAnswer {
  readonly path: string;
  readonly level: number;
  readonly label: string;
  readonly value: string;
  readonly file: ShownFile | null;
  readonly remark: string;
  readonly conflict: "mine" | "office" | null;
}

export interface ShownFile {
  readonly hash: string;
  readonly name: string;
  readonly type: string;
  readonly size: number | null;
  readonly thumbnail: string | null;
  readonly state: "unsent" | "sent" | "absent";
}

export interface RecordView extends RecordLine {
  readonly case: string | null;
  readonly answers: readonly ShownAnswer[];
  readonly remarks: readonly { readonly path: string; readonly label: string; readonly text: string }[];
  readonly isMine: boolean;
  readonly draft: string | null;
  /** Of its conflicts those that the office settles. */
  readonly conflictsForOffice: number;
}

export interface CaseView extends CaseLine {
  readonly answers: readonly ShownAnswer[];
  readonly visits: readonly RecordLine[];
  readonly tasks: readonly TaskLine[];
}

export interface Hit {
  readonly record: string;
  readonly kind: "case" | "form" | "draft";
  readonly name: string;
  readonly village: string;
  readonly hint: string;
}

// --- conflicts ------------------------------------------------------------------------------------

/** One of the answers that disagree; `operation` chooses it. `time` is null of a clock that is plainly wrong. */
export interface Side {
  readonly operation: string;
  readonly author: string;
  readonly isMine: boolean;
  readonly time: number | null;
  readonly text: string;
  readonly file: ShownFile | null;
}

/**
 * `whyNot` is the code why the office settles it, null where it is this officer's. `member` says in whose answers it is, of
 * a form about several people.
 */
export interface Conflict {
  readonly record: string;
  readonly name: string;
  readonly isCase: boolean;
  readonly formTitle: Words | null;
  readonly village: string;
  readonly path: string;
  readonly question: string;
  readonly member: string;
  readonly type: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly isRemoval: boolean;
  readonly sides: readonly Side[];
  readonly whyNot: string | null;
}

// --- filling --------------------------------------------------------------------------------------

/** What opens a form in the engine. */
export interface Filling {
  readonly draft: string;
  readonly mode: "new" | "correction";
  readonly record: string;
  readonly identity: string;
  readonly title: Words;
  readonly village: string;
  readonly started: number;
  readonly xform: string;
  readonly media: Readonly<Record<string, string>>;
  /** Every text that the form has now, the record's and the draft's, by path with member ids. */
  readonly answers: Readonly<Record<string, string>>;
  /** Ids of the members of each repeat, in order; those of nested ones stand below their member. */
  readonly members: Readonly<Record<string, readonly string[]>>;
  /** Paths that the case or an earlier version filled in and nobody has touched. */
  readonly prefilled: readonly string[];
  /** Paths on which people disagree: settled on the screen of conflicts, not here. */
  readonly disputed: readonly string[];
  /** Paths that are answered and that this account may not read. */
  readonly unreadable: readonly string[];
  /** The form's questions for the id of a member, by their paths in the form (`*` for the member). */
  readonly idQuestions: readonly string[];
  /** By path, what calculations hold the id of the form's own case in: the id that it really has. */
  readonly ownCases: Readonly<Record<string, string>>;
  readonly remarks: readonly { readonly path: string; readonly text: string }[];
  readonly comment: string;
  readonly author: string;
  readonly replica: string;
}

export interface Notice {
  readonly code: string;
  readonly facts: Readonly<Record<string, string>>;
}

export interface Saved {
  readonly record: string;
  readonly notices: readonly Notice[];
  readonly isUrgent: boolean;
}

/** What the page has to evaluate by the engine before the same is asked again, with what it found. */
export interface Wanted {
  readonly wanted: readonly Asked[];
}

/** What opens a version of a form in the engine; `idQuestions` are the questions (with `*`) that hold a member's id. */
export interface FormFiles {
  readonly xform: string;
  readonly media: Readonly<Record<string, string>>;
  readonly idQuestions: readonly string[];
}

/** What a picture or file became: the answer's text, and the small picture to show. */
export interface Attached {
  readonly value: string;
  readonly file: ShownFile;
}

/** A case that a new form may be about; `hint` tells it from others of its name. */
export interface Likely {
  readonly record: string;
  readonly name: string;
  readonly hint: string;
  /** By what: the number, or name with birth date, or name with the mother's. */
  readonly by: "number" | "name-birth" | "name-mother";
}

// --- sync -----------------------------------------------------------------------------------------

export interface Progress {
  readonly isRunning: boolean;
  readonly forms: { readonly done: number; readonly all: number };
  readonly files: { readonly done: number; readonly all: number };
  readonly received: number;
  readonly secondsLeft: number | null;
  readonly isWaitingForLine: boolean;
}

export interface SyncOutcome {
  readonly isQuiet: boolean;
  readonly sent: number;
  readonly received: number;
  readonly held: number;
  readonly filesSent: number;
  readonly filesWaiting: number;
  readonly filesForWifi: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** The code of what ended it early, null where nothing did. */
  readonly code: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What the worker tells by itself. `changed`: what is shown may differ now. */
export type DeviceEvent =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "synced"; readonly outcome: SyncOutcome }
  | { readonly kind: "changed" }
  | { readonly kind: "locked" };

// --- the whole ------------------------------------------------------------------------------------

export interface DeviceApi {
  phone(): Promise<Phone>;
  throttle(store: string): Promise<Throttle>;
  /** Makes a store under a PIN and enrols it. Nothing is left behind where that fails. */
  begin(beginning: Beginning): Promise<Begun>;
  /** Throws `wrong-key` (facts: `failed`, `waitMs`), `store-damaged` (`store`), `phone-key-lost`, `elsewhere`. */
  unlock(store: string, pin: string): Promise<void>;
  /** A practice store in memory, from the forms of the store that is open. Ends with `lock`. */
  practise(): Promise<void>;
  lock(): Promise<void>;
  changePin(from: string, to: string): Promise<void>;
  /** Syncs, then removes the open store. Throws `account-unsent` where a draft is left, and what the sync met. */
  leave(): Promise<void>;
  /** Enrols the open store anew under a new code; everything stays. */
  enrolAgain(url: string, code: string): Promise<Begun>;
  /** What opens a store whose PIN is forgotten, sealed to the office: files by name, to be taken there. */
  forgotten(store: string): Promise<Readonly<Record<string, Blob>>>;
  setLanguage(language: Language): Promise<void>;

  home(): Promise<Home>;
  standing(): Promise<Standing>;
  search(text: string): Promise<readonly Hit[]>;
  cases(list: string | null, village: string | null): Promise<readonly CaseLine[]>;
  case(record: string): Promise<CaseView>;
  record(record: string): Promise<RecordView>;
  records(): Promise<readonly RecordLine[]>;
  pending(): Promise<readonly PendingLine[]>;
  dismiss(operation: string): Promise<void>;

  startDraft(formId: string, village: string | null, caseRecord: string | null): Promise<string>;
  startCorrection(record: string): Promise<string>;
  filling(draft: string): Promise<Filling>;
  /** Keeps answers durably before it answers: what was typed, and what the form set because of it. */
  keep(draft: string, answers: readonly (readonly [path: string, text: string])[]): Promise<void>;
  removeMember(draft: string, path: string): Promise<void>;
  discard(draft: string): Promise<void>;
  /** Files a draft. What it says of cases depends on the form's expressions: those are evaluated in the page. */
  finish(draft: string, evaluated: readonly Evaluated[]): Promise<Saved | Wanted>;
  /** A version of a form (`form_id@version`) for the engine. Throws `form-unreadable`. */
  form(identity: string): Promise<FormFiles>;
  likely(draft: string): Promise<readonly Likely[]>;

  attach(draft: string, path: string, file: Blob, name: string): Promise<Attached>;
  /** The bytes of a file that lies on this phone, null where it does not. */
  file(hash: string): Promise<Blob | null>;

  conflicts(): Promise<readonly Conflict[]>;
  /** `chosen` is the operation of a side, or a third answer; of a removal `keep` or `remove`. */
  resolve(
    record: string,
    path: string,
    chosen: string,
    evaluated: readonly Evaluated[],
  ): Promise<Saved | Wanted>;

  sync(isWifi: boolean): Promise<SyncOutcome>;
  setOriginals(when: "any" | "wifi"): Promise<void>;
  /** What is unsent, sealed to the office's key; null where nothing is. Throws `no-office-key`. */
  unsentWork(): Promise<Blob | null>;
}
