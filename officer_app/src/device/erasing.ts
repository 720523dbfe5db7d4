// What an erasure takes from this device: records, the bytes of own operations, files, drafts; ids stay. The port of
// `client_sync/erasing.py`.

import { sorted } from "../domain/canonical.ts";
import { redact, type Erased } from "../domain/erasing.ts";
import { isUnder } from "../domain/merge.ts";
import type { Store } from "../store/store.ts";

/**
 * Removes what is erased, inside the caller's transaction; any number of times.
 *
 * What waits to be sent goes as it is: the server keeps of it what may be kept and says so, and then it is emptied here
 * too.
 */
export function erase(store: Store, erased: Erased): void {
  if (erased.isNothing) return;
  for (const operation of store.outbox.sentOf(erased.touched)) {
    const left = redact(operation, erased);
    if (left === null) {
      emptyOne(store, operation.id);
    } else if (left !== operation) {
      store.outbox.redact(left);
      store.files.eraseOperation(operation.id, left);
    }
  }
  for (const record of sorted(erased.records)) store.records.erase(record);
  const touched = new Set(erased.members.map(([record]) => record));
  for (const record of sorted(touched)) {
    if (!erased.records.has(record)) store.records.refresh(record);
  }
  eraseDrafts(store, erased);
}

/** Empties own operations of which the server keeps nothing, and shows their records without them. */
export function empty(store: Store, operations: Iterable<string>): void {
  for (const operation of operations) {
    const records = store.outbox.recordsOf(operation);
    emptyOne(store, operation);
    for (const record of records) store.records.refresh(record);
  }
}

function emptyOne(store: Store, operation: string): void {
  store.outbox.empty(operation);
  store.files.eraseOperation(operation);
}

function eraseDrafts(store: Store, erased: Erased): void {
  for (const one of store.drafts.about(erased.records)) store.drafts.remove(one);
  const steps = new Set([...erased.records].map((record) => `m_${record}`));
  for (const draft of store.drafts.all()) {
    const roots = erased.members.filter(([record]) => record === draft.record).map(([, path]) => path);
    for (const { path } of store.drafts.answers(draft.id)) {
      const isKnown = path.split("/").some((step) => steps.has(step));
      if (isKnown || roots.some((root) => isUnder(path, root))) store.drafts.takeBack(draft.id, path);
    }
    for (const { member } of store.drafts.removals(draft.id)) {
      if (roots.some((root) => isUnder(member, root))) store.drafts.takeRemovalBack(draft.id, member);
    }
  }
  store.files.dropUnnamed();
}
