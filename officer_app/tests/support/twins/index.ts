// What laptops and phones work out alike: the same deeds as in `tests/support/twins`, in the phone's own code.

import { VerilapError } from "../../../src/domain/errors.ts";
import type { Deed, Given } from "./asked.ts";
import * as composing from "./composing.ts";
import * as entering from "./entering.ts";
import * as merging from "./merging.ts";
import * as planning from "./planning.ts";
import * as sending from "./sending.ts";
import * as spelling from "./spelling.ts";

export const DEEDS: Record<string, Deed> = {
  ...spelling.DEEDS,
  ...merging.DEEDS,
  ...composing.DEEDS,
  ...entering.DEEDS,
  ...planning.DEEDS,
  ...sending.DEEDS,
};

/** What the phone makes of a question, as JSON has it. */
export function toldBy(deed: string, given: Given): unknown {
  const asked = DEEDS[deed];
  if (asked === undefined) throw new Error(`there is no deed ${deed}`);
  try {
    return JSON.parse(JSON.stringify(asked(given)));
  } catch (error) {
    if (error instanceof VerilapError) return { refused: error.code };
    throw error;
  }
}
