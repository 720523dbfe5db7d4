// What the parts of the filling screen share: the form, how answers get into it, and what is known of each question.

import {
  computed,
  inject,
  shallowReactive,
  shallowRef,
  type ComputedRef,
  type InjectionKey,
  type Ref,
} from "vue";
import type { Form } from "../../forms/form.ts";
import { Keeper, type SaveState } from "../../forms/keeping.ts";
import type { DeviceApi } from "../../worker/api.ts";

/** Why a question takes no answer here, null where it does. */
export type Lock = "disputed" | "unreadable" | null;

/** A question with a problem: it has no answer, or one that the form does not allow. */
export interface Problem {
  readonly path: string;
  readonly condition: "required" | "constraint";
}

/** A member that was taken out, and what it was called. */
export interface Removed {
  readonly path: string;
  readonly name: string;
}

export class Filler {
  readonly form: Form;
  readonly device: DeviceApi;
  readonly keeper: Keeper;
  /** Questions that somebody has left, and whose problems are told from then on. */
  readonly visited = shallowReactive(new Set<string>());
  /** Why the last answer of a question was not taken, as a code of words. */
  readonly faults = shallowReactive(new Map<string, string>());
  /** The member that was taken out last and may come back: the device has it still, until `settle`. */
  readonly removed = shallowRef<Removed | null>(null);
  /** All problems that count, in the order of the form. */
  readonly problems: ComputedRef<readonly Problem[]>;
  readonly #prefilled: Set<string>;
  readonly #remarks: ReadonlyMap<string, string>;
  readonly #save: Ref<SaveState>;
  readonly #reopen: () => Promise<void>;

  /** `reopen` opens the form again as the device has it. */
  constructor(form: Form, device: DeviceApi, save: Ref<SaveState>, reopen: () => Promise<void>) {
    this.form = form;
    this.device = device;
    this.#save = save;
    this.#reopen = reopen;
    this.keeper = new Keeper(form, device, (state) => (this.#save.value = state));
    this.#prefilled = shallowReactive(new Set(form.filling.prefilled));
    this.#remarks = new Map(form.filling.remarks.map((one) => [one.path, one.text]));
    this.problems = computed(() => {
      const found = form.root.validationState.violations
        .map(({ nodeId, violation: { condition } }) => ({ path: form.pathOf(nodeId), condition }))
        .filter(({ path }) => path && !this.faults.has(path) && this.lockOf(path) === null);
      const wrong = [...this.faults.keys()].filter((path) => form.nodeAt(path)?.currentState.relevant);
      if (wrong.length === 0) return found;
      // What is no answer at all was not taken: it would be missed nowhere else.
      const order = new Map([...form.nodes()].map(([path], at) => [path, at]));
      return [...found, ...wrong.map((path) => ({ path, condition: "constraint" as const }))].sort(
        (one, other) => (order.get(one.path) ?? 0) - (order.get(other.path) ?? 0),
      );
    });
  }

  get draft(): string {
    return this.form.filling.draft;
  }

  /** Enters an answer and keeps it: what is chosen at once, what is typed a moment after the last key. */
  enter(path: string, text: string, isTyped = false): void {
    try {
      this.form.enter(path, text);
      this.faults.delete(path);
      this.#prefilled.delete(path);
    } catch (error) {
      console.error(error);
      this.faults.set(path, "answer-not-taken");
    }
    if (isTyped) this.keeper.soon();
    else void this.keeper.flush();
  }

  /** Answers a question by a file, which the device keeps first. Throws `VerilapError`. */
  async attach(path: string, file: Blob, name: string): Promise<void> {
    await this.keeper.flush();
    const { value } = await this.device.attach(this.draft, path, file, name);
    this.form.attached(path, value);
    this.#prefilled.delete(path);
    this.faults.delete(path);
    await this.keeper.flush();
    this.#save.value = { kind: "saved", at: Date.now() };
  }

  /**
   * Takes a member out of the form. The device keeps it until the page is left: a page that ends before that has it
   * still. Throws `VerilapError` where an earlier one cannot be taken out.
   */
  async removeMember(member: Removed): Promise<void> {
    await this.settle();
    await this.keeper.flush();
    const isKept = this.form.isKept(member.path);
    this.form.removeMember(member.path);
    if (isKept) this.removed.value = member;
    await this.keeper.flush();
  }

  /** Brings the member back that was taken out last, once all else is kept. */
  async undo(): Promise<void> {
    if (await this.keeper.flush()) await this.#reopen();
  }

  /** Has the device take out what was taken out here. Throws `VerilapError`, and may be asked again then. */
  async settle(): Promise<void> {
    const { value } = this.removed;
    if (!value) return;
    this.removed.value = null;
    try {
      await this.device.removeMember(this.draft, value.path);
    } catch (error) {
      this.removed.value = value;
      throw error;
    }
  }

  /** What the form gives beside its words, by an address `jr://…/name`: a `data:` address, empty where it lacks it. */
  media(address: string): string {
    return this.form.filling.media[decodeURIComponent(address.slice(address.lastIndexOf("/") + 1))] ?? "";
  }

  lockOf(path: string): Lock {
    const { disputed, unreadable } = this.form.filling;
    if (disputed.includes(path)) return "disputed";
    return unreadable.includes(path) ? "unreadable" : null;
  }

  isPrefilled(path: string): boolean {
    return this.#prefilled.has(path);
  }

  remarkOf(path: string): string {
    return this.#remarks.get(path) ?? "";
  }
}

export const FILLER: InjectionKey<Filler> = Symbol("filler");

export function useFiller(): Filler {
  const filler = inject(FILLER);
  if (!filler) throw new Error("outside of the filling screen");
  return filler;
}
