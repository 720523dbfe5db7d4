// What is told of a file: whether it is here, whether the server has it. The port of `client_sync/file_telling.py`, as
// far as one answer is concerned.

import type { Value } from "../domain/operations.ts";
import { readFileAnswer } from "../domain/files.ts";
import type { Store } from "../store/store.ts";
import type { ShownFile } from "../worker/api.ts";

/** The file that an answer is, with its small picture where that is here; null where the answer is none. */
export function shownFile(store: Store, value: Value): ShownFile | null {
  const answer = readFileAnswer(value);
  if (answer === null) return null;
  const kept = store.files.find(answer.hash);
  const small = answer.thumbnail ? store.files.find(answer.thumbnail) : null;
  return {
    hash: answer.hash,
    name: answer.name,
    type: answer.type ?? kept?.type ?? "",
    size: answer.size,
    thumbnail: small?.hash ?? null,
    state: kept === null ? "absent" : kept.sent === null ? "unsent" : "sent",
  };
}
