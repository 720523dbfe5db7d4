// From what a person entered to operations.

import { digestOf } from "../../../src/domain/canonical.ts";
import {
  editOf,
  pack,
  pieceOfRemoval,
  pieceOfRestore,
  piecesOfEdits,
  piecesOfNew,
  piecesOfSubmission,
  seal,
  type Piece,
  type TellsRestricted,
} from "../../../src/domain/compose.ts";
import { changeOf, dossierOf, rowOfPiece, type Deed, type Given } from "./asked.ts";

function definitionOf({ restricted }: Given): TellsRestricted {
  return { isRestricted: (path) => restricted.includes(path) };
}

function pieceOf([record, kind, ...change]: Given): Piece {
  return { record, kind, change: changeOf(change) };
}

function piecesOfFilling(given: Given): unknown {
  const beside = given.beside.map(pieceOf);
  const answers = new Map<string, string>(given.answers);
  const { record, part, village } = given;
  return piecesOfNew(record, part, village, answers, definitionOf(given), beside).map(rowOfPiece);
}

function piecesOfChanges(given: Given): unknown {
  const dossier = dossierOf(given);
  const edits = given.changes.map((row: Given) => editOf(dossier, changeOf(row)));
  const { author, areas, fresh } = given;
  return piecesOfEdits(dossier, edits, definitionOf(given), { author, areas, fresh }).map(rowOfPiece);
}

function piecesOfMembers(given: Given): unknown {
  const dossier = dossierOf(given);
  const asked = [pieceOfRemoval, pieceOfRestore];
  return given.members.map((member: string) => asked.map((piece) => rowOfPiece(piece(dossier, member))));
}

function piecesOfReturns(given: Given): unknown {
  const returns = given.returns.map(([record, id]: Given) => ({ record, id }));
  const { isRenewed } = given;
  return piecesOfSubmission(dossierOf(given), returns, { isRenewed }).map(rowOfPiece);
}

function packed({ pieces, stamp }: Given): unknown {
  const all: Piece[] = pieces.flatMap(([count, rows]: Given) =>
    Array.from({ length: count }, (_, one) => rows.map((row: Given) => repeatedPiece(row, one))).flat(),
  );
  return pack(all).map((some, place) => {
    const operation = seal(some, { ...stamp, n: place + 1 });
    return [some.length, operation.id, operation.raw.length];
  });
}

function repeatedPiece([record, kind, path, value, length, preds]: Given, one: number): Piece {
  const said = typeof value === "string" ? value.repeat(length) : value;
  const change = { path: path.replaceAll("*", String(one)), value: said, preds: idsOf(preds, one) };
  return { record, kind, change };
}

function idsOf(preds: string[] | number, place: number): string[] {
  if (typeof preds !== "number") return preds;
  return Array.from({ length: preds }, (_, one) => digestOf(`${place} ${one}`));
}

export const DEEDS: Record<string, Deed> = {
  new: piecesOfFilling,
  edits: piecesOfChanges,
  members: piecesOfMembers,
  submission: piecesOfReturns,
  pack: packed,
};
