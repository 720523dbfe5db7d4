// What a form does to case lists, as its definition says it. The port of `domain/cases/entities.py`.

import { sorted } from "../canonical.ts";
import type { FormDefinition } from "../forms/definition.ts";
import { text, textOrNull, type Data } from "../forms/fields.ts";

/** Roles of the hidden questions that whoever opens the form fills in; the first two also in a repeat. */
export const CASE_ID = "id_kasus";
export const CASE_NAME = "nama_kasus";
export const CASE_VILLAGE = "desa_kasus";
/** Role of a hidden question that repeats what the case filled in, and how its name begins. */
export const CASE_ANSWER = "isi_kasus";
export const COPY_OF = "kasus_";
/** Roles by which a member is told to be somebody whom the office knows. */
export const NIK = "nik";
export const NAME = "nama";
export const BIRTH_DATE = "tgl_lahir";
/** An expression that is the path of one question and nothing else. */
const QUESTION = /^\s*\/data\/([A-Za-z_][\p{L}\p{N}_.-]*(?:\/[A-Za-z_][\p{L}\p{N}_.-]*)*)\s*$/u;

/**
 * What a form does to one list: for itself, or for each member of a repeat (`path`, as `anggota/*`).
 *
 * `at` is where its expressions stand; `saveTo` gives the property that an answer becomes.
 */
export class Entity {
  readonly listName: string;
  readonly at: string;
  readonly path: string;
  readonly id: string | null;
  readonly createIf: string | null;
  readonly updateIf: string | null;
  readonly label: string | null;
  readonly saveTo: ReadonlyMap<string, string>;

  constructor(data: Data) {
    this.listName = text(data, "list");
    this.at = textOrNull(data, "at") || "meta/entity";
    this.path = textOrNull(data, "path") ?? "";
    this.id = textOrNull(data, "id");
    this.createIf = textOrNull(data, "create_if");
    this.updateIf = textOrNull(data, "update_if");
    this.label = textOrNull(data, "label");
    this.saveTo = new Map(Object.entries((data["save_to"] || {}) as Record<string, string>));
  }

  /** The question that holds the case's id, where the id is the answer of one. */
  get idQuestion(): string | null {
    return QUESTION.exec(this.id ?? "")?.[1] ?? null;
  }

  // A path of the definition in one member: `anggota/*/a_nama` → `anggota/m_9K/a_nama`.
  memberPath(path: string, member: string): string {
    return this.path ? member + path.slice(this.path.length) : path;
  }

  /** The path, with `*`, of the question of a role in the form itself, or in the entity's repeat. */
  question(definition: FormDefinition, role: string): string | null {
    return definition.withRole(role).find((one) => memberAround(one.path) === this.path)?.path ?? null;
  }

  /** The members that these paths of a record speak of; the form itself (empty) outside of repeats. */
  members(definition: FormDefinition, paths: Iterable<string>): string[] {
    if (!this.path) return [""];
    const length = this.path.split("/").length;
    const found = new Set<string>();
    for (const path of paths) {
      const steps = path.split("/");
      const member = steps.slice(0, length).join("/");
      if (steps.length >= length && definition.definitionPath(member) === this.path) found.add(member);
    }
    return sorted(found);
  }
}

/**
 * The property in which the cases of members name the case of the form: it has that list's name.
 *
 * Null where members name no case, or nothing leads from it to the form's.
 */
export function linkOf(definition: FormDefinition, entity: Entity): string | null {
  const own = listVisited(definition);
  const isNamed = entity.path && entity.updateIf && entity.question(definition, CASE_ID);
  return own && isNamed && [...entity.saveTo.values()].includes(own) ? own : null;
}

/** The list whose cases a form is filled for; null where it is opened from no case. */
export function listVisited(definition: FormDefinition): string | null {
  return entitiesOf(definition).find((one) => !one.path && one.updateIf)?.listName ?? null;
}

/** Whether a form may be begun without a case: it makes a new one, or is about none. */
export function isBegunAnew(definition: FormDefinition): boolean {
  const own = entitiesOf(definition).filter((one) => !one.path);
  return listVisited(definition) === null || own.some((one) => one.createIf !== null);
}

// The member that a question is of: `anggota/*/g/a_nama` → `anggota/*`; empty outside of repeats.
function memberAround(path: string): string {
  const end = path.lastIndexOf("/*/");
  return end < 0 ? "" : path.slice(0, end + 2);
}

const known = new WeakMap<FormDefinition, readonly Entity[]>();

/** Those of a form; the form's own first, since members may name its case. */
export function entitiesOf(definition: FormDefinition): readonly Entity[] {
  const found =
    known.get(definition) ??
    definition.entities
      .map((data) => new Entity(data))
      .sort((one, other) => (one.path < other.path ? -1 : Number(one.path > other.path)));
  known.set(definition, found);
  return found;
}
