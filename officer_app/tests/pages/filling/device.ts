// What a filling screen asks of a device, answered from memory.

import { XForm } from "../../../src/forms/instance.ts";
import type {
  Asked,
  Attached,
  DeviceApi,
  Evaluated,
  Filling,
  Likely,
  Saved,
  Wanted,
} from "../../../src/worker/api.ts";

type Asks = Pick<
  DeviceApi,
  "filling" | "keep" | "removeMember" | "attach" | "file" | "likely" | "finish" | "form"
>;

export class FakeDevice implements Asks {
  /** Every answer that was kept, in its order. */
  readonly kept: [string, string][] = [];
  readonly removed: string[] = [];
  readonly files = new Map<string, Blob>();
  duplicates: readonly Likely[] = [];
  wanted: readonly Asked[] = [];
  evaluated: readonly Evaluated[] = [];
  /** How many calls of `keep` fail from now on. */
  failures = 0;
  /** Nothing is kept before this is there: a slow disk. */
  ready: Promise<void> = Promise.resolve();
  #filling: Filling | null = null;

  open(filling: Filling): void {
    this.#filling = filling;
  }

  async filling(): Promise<Filling> {
    if (!this.#filling) throw new Error("no draft");
    const isThere = ([path]: readonly [string, string]): boolean =>
      !this.removed.some((member) => path.startsWith(`${member}/`));
    const { answers, xform } = this.#filling;
    const all = Object.fromEntries([...Object.entries(answers), ...this.kept].filter(isThere));
    return { ...this.#filling, answers: all, members: new XForm(xform).membersIn(Object.keys(all)) };
  }

  async keep(_draft: string, answers: readonly (readonly [string, string])[]): Promise<void> {
    await this.ready;
    if (this.failures > 0) {
      this.failures--;
      throw new Error("the disk is full");
    }
    for (const [path, text] of answers) this.kept.push([path, text]);
  }

  async removeMember(_draft: string, path: string): Promise<void> {
    this.removed.push(path);
  }

  async attach(_draft: string, path: string, file: Blob, name: string): Promise<Attached> {
    const hash = `hash-${this.files.size}`.padEnd(43, "A");
    this.files.set(hash, file);
    const value = JSON.stringify({ hash, name, size: file.size, type: file.type });
    this.kept.push([path, value]);
    return {
      value,
      file: { hash, name, type: file.type, size: file.size, thumbnail: null, state: "unsent" },
    };
  }

  async file(hash: string): Promise<Blob | null> {
    return this.files.get(hash) ?? null;
  }

  async likely(): Promise<readonly Likely[]> {
    return this.duplicates;
  }

  async form(): Promise<Filling> {
    return this.filling();
  }

  async finish(_draft: string, evaluated: readonly Evaluated[]): Promise<Saved | Wanted> {
    this.evaluated = evaluated;
    if (evaluated.length < this.wanted.length) return { wanted: this.wanted };
    return { record: "r", notices: [], isUrgent: false };
  }
}
