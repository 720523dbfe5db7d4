// Whom a submission is about, in a list of many: on a device as in the office. The port of `domain/forms/subject.py`.

import { RESTRICTED, isMarker, type Value } from "../operations.ts";
import { stripped } from "../text.ts";
import type { FormDefinition } from "./definition.ts";

/** Which answers name the one whom a submission is about, the best first. */
const SUBJECT_ROLES = ["nama", "nama_kasus"];

/** Whom a submission is about. The name is empty when it is not asked or not answered. */
export interface Subject {
  readonly name: string;
  readonly isRestricted: boolean;
}

/** Whom a submission is about, by its own answers. */
export function subjectOf(definition: FormDefinition | null, answers: ReadonlyMap<string, Value>): Subject {
  const asked = definition ? SUBJECT_ROLES.flatMap((role) => definition.withRole(role)) : [];
  for (const { path } of asked.filter((one) => !one.path.includes("*"))) {
    const value = answers.get(path);
    if (value === undefined) continue;
    if (isMarker(value, RESTRICTED)) return { name: "", isRestricted: true };
    if (typeof value === "string" && stripped(value)) return { name: stripped(value), isRestricted: false };
  }
  return { name: "", isRestricted: false };
}
