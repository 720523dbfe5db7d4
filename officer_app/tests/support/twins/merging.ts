// Merging, and what a person sees of it.

import { sorted } from "../../../src/domain/canonical.ts";
import type { Dossier } from "../../../src/domain/dossier.ts";
import {
  RecordState,
  fold,
  predsOfEdit,
  predsOfRemoval,
  predsOfRestore,
  unexplained,
  view,
} from "../../../src/domain/merge.ts";
import { readOperation } from "../../../src/domain/operations.ts";
import type { Review } from "../../../src/domain/review.ts";
import { dossierOf, idsOf, objectOf, rowOfSeen, type Deed, type Given } from "./asked.ts";

function foldBatches({ record, batches, members = [] }: Given): unknown {
  const arrived = new Set<string>();
  const asked: string[][] = [];
  let state: RecordState | null = null;
  for (const batch of batches) {
    const operations = batch.map(readOperation);
    const unknown = unexplained(state, operations, record);
    asked.push(sorted(unknown));
    const accepted = new Set([...unknown].filter((one) => arrived.has(one)));
    state = RecordState.fromBytes(fold(state, operations, record, accepted).toBytes());
    for (const one of operations) arrived.add(one.id);
  }
  if (state === null) throw new Error("nothing was given to fold");
  return { unexplained: asked, ...toldOfState(state), preds: predsOf(state, members) };
}

function toldOfState(state: RecordState): object {
  const seen = view(state);
  return {
    bytes: new TextDecoder().decode(state.toBytes()),
    digest: state.digest,
    etag: state.etag,
    form: state.form,
    isSimple: state.isSimple,
    answers: objectOf(seen.answers),
    conflicts: idsOf(seen.conflicts),
    removals: idsOf(seen.removals),
    hidden: sorted(seen.hidden),
    isSettled: seen.isSettled,
  };
}

function predsOf(state: RecordState, members: string[]): unknown[] {
  return members.map((one) => [
    predsOfEdit(state, one),
    predsOfRemoval(state, one),
    predsOfRestore(state, one),
  ]);
}

function toldOfDossier(given: Given): unknown {
  const dossier = dossierOf(given);
  return {
    records: dossier.records,
    answers: objectOf(dossier.answers),
    unreadable: dossier.unreadable,
    keptBack: sorted(dossier.keptBack),
    settledElsewhere: dossier.settledElsewhere,
    disputes: [...dossier.disputes].map(([path, sides]) => [path, sides.map(rowOfSeen)]),
    isSettled: dossier.isSettled,
    survivors: [...dossier.survivors],
    review: rowOfReview(dossier.review),
    reviews: dossier.reviews.map((one) => one.id),
    returns: dossier.returns.map(({ record, id }) => [record, id]),
    village: dossier.village,
    of: dossier.of,
    paths: objectOf(given.paths.map((path: string) => [path, toldAt(dossier, path)])),
    parts: objectOf(dossier.records.slice(1).map((part) => [part, toldOfPart(dossier, part)] as const)),
  };
}

function toldAt(dossier: Dossier, path: string): object {
  const shown = dossier.shownAt(path);
  return {
    values: dossier.valuesAt(path).map((one) => one.id),
    shown: shown && rowOfSeen(shown),
    onScreen: objectOf(dossier.onScreen(path)),
    overlooked: dossier.overlooked(path).map((one) => one.id),
    isHidden: dossier.isHidden(path),
  };
}

function toldOfPart(dossier: Dossier, part: string): object {
  return {
    paths: sorted(dossier.pathsOf(part)),
    disputed: dossier.disputedIn(part),
    review: rowOfReview(dossier.partReviews.get(part) as Review),
    reviews: dossier.reviewsOfParts.get(part)?.map((one) => one.id),
  };
}

function rowOfReview({ state, comment, remarks, etag, ids }: Review): unknown[] {
  return [state, comment, objectOf(remarks), etag, ids];
}

export const DEEDS: Record<string, Deed> = { fold: foldBatches, dossier: toldOfDossier };
