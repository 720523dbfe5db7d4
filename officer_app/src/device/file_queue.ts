// Which files go first: small ones before large ones, within both those of urgent cases, then the oldest; the port of
// `client_sync/file_queue.py`.

import { compareCodePoints } from "../domain/canonical.ts";
import type { RecordState } from "../domain/merge.ts";
import { OF, RESTRICTED_PART } from "../domain/operations.ts";
import { isUrgent } from "../domain/urgency.ts";
import { isSmall, type KeptFile } from "../store/files.ts";
import type { Store } from "../store/store.ts";

/** The lines on which files travel that are not small, where not on any. */
export const WIFI = "wifi";
/** For so long a file stays on the device that the server has. */
export const USUAL_DAYS = 30;

/** The order of sending. */
export function inOrder(files: Iterable<KeptFile>, urgent: ReadonlySet<string>): KeptFile[] {
  const last = (one: KeptFile) => Number(!isSmall(one)) * 2 + Number(!urgent.has(one.hash));
  return [...files].sort((a, b) => last(a) - last(b) || a.made - b.made || compareCodePoints(a.hash, b.hash));
}

/** The files of records that cannot wait. */
export function urgentFiles(store: Store): Set<string> {
  const urgent = new Map<string, boolean>();
  const found = new Set<string>();
  for (const [file, records] of store.files.recordsOfEach()) {
    for (const record of records) {
      if (!urgent.has(record)) urgent.set(record, isUrgent(statesAround(store, record)));
      if (urgent.get(record)) found.add(file);
    }
  }
  return found;
}

/** A submission as it is in view, with its restricted parts; `record` is any of them. */
export function statesAround(store: Store, record: string): RecordState[] {
  let state = store.records.shown(record);
  let submission = record;
  if (state !== null && state.kind === RESTRICTED_PART) {
    submission = state.valuesAt(OF).find((one) => typeof one === "string") ?? record;
    state = store.records.shown(submission) ?? state;
  }
  return state ? [state, ...store.records.partsOf(submission)] : [];
}
