// When and where a photo was taken, as its camera noted it in a JPEG (EXIF): the port of `schemas/taken.py`.
//
// Read before the notes are removed. Whatever is odd is as if it were not there, and never an error. The browser
// turns the picture upright by itself.

import { APP1, segments } from "./jpeg.ts";

/**
 * `time` as `2026-03-01T10:22:33` with an offset where the camera noted one, `position` as latitude, longitude
 * (decimal degrees) and perhaps altitude (metres) with spaces between; empty where nothing is clear.
 */
export interface Taken {
  readonly time: string;
  readonly position: string;
}

type Value = string | readonly number[];
type Notes = ReadonlyMap<number, Value>;

const NOTHING: Taken = { time: "", position: "" };
const EXIF = 0x8769;
const GPS = 0x8825;
const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_TIME_ORIGINAL = 0x9011;
const TIME = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/;
const OFFSET = /^(?:[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)$/;
// Metres between which people take photos.
const HIGHEST = 9_000;
const DEEPEST = -500;
const BYTES_OF: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };

/** What the camera noted in a JPEG. */
export function readTaken(jpeg: Uint8Array): Taken {
  try {
    const tiff = findTiff(jpeg);
    if (!tiff) return NOTHING;
    const reader = new Reader(tiff);
    const notes = reader.notes(reader.first());
    const below = (tag: number) => reader.notes(Number(notes.get(tag)?.[0] ?? 0));
    return { time: timeOf(below(EXIF)), position: positionOf(below(GPS)) };
  } catch {
    return NOTHING; // whatever a reader trips over in bytes of others
  }
}

/** The TIFF within the segment that begins with "Exif". */
function findTiff(jpeg: Uint8Array): DataView | null {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  for (const { marker, at, length } of segments(view)) {
    if (marker === APP1 && view.getUint32(at + 4) === 0x45786966) {
      return new DataView(jpeg.buffer, jpeg.byteOffset + at + 10, length - 8);
    }
  }
  return null;
}

/** Reads directories of a TIFF, in its own order of bytes. */
class Reader {
  readonly #view: DataView;
  readonly #isLittle: boolean;

  constructor(view: DataView) {
    this.#view = view;
    this.#isLittle = view.getUint16(0) === 0x4949;
  }

  first(): number {
    return this.#view.getUint32(4, this.#isLittle);
  }

  /** The values of a directory by tag; none where it is absent. */
  notes(at: number): Notes {
    const found = new Map<number, Value>();
    if (!at) return found;
    for (let entry = 0; entry < this.#view.getUint16(at, this.#isLittle); entry++) {
      const here = at + 2 + 12 * entry;
      const value = this.#value(here);
      if (value !== null) found.set(this.#view.getUint16(here, this.#isLittle), value);
    }
    return found;
  }

  #value(at: number): Value | null {
    const [view, isLittle] = [this.#view, this.#isLittle];
    const type = view.getUint16(at + 2, isLittle);
    const count = view.getUint32(at + 4, isLittle);
    const size = BYTES_OF[type];
    if (!size || count > 1_000) return null;
    const from = size * count <= 4 ? at + 8 : view.getUint32(at + 8, isLittle);
    const each = (read: (place: number) => number) =>
      Array.from({ length: count }, (_, one) => read(from + one * size));
    if (type === 2) return String.fromCharCode(...each((place) => view.getUint8(place)));
    if (type === 3) return each((place) => view.getUint16(place, isLittle));
    if (type === 4) return each((place) => view.getUint32(place, isLittle));
    if (type === 9) return each((place) => view.getInt32(place, isLittle));
    if (type === 5) {
      return each((place) => view.getUint32(place, isLittle) / view.getUint32(place + 4, isLittle));
    }
    if (type === 10) {
      return each((place) => view.getInt32(place, isLittle) / view.getInt32(place + 4, isLittle));
    }
    return each((place) => view.getUint8(place));
  }
}

function timeOf(notes: Notes): string {
  const match = TIME.exec(text(notes.get(DATE_TIME_ORIGINAL)));
  if (!match) return "";
  const [, year, month, day, hour, minute, second] = match;
  const taken = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const moment = new Date(`${taken}Z`);
  // JavaScript counts the 31st of February on, and 24:00 as the next day.
  if (Number.isNaN(moment.getTime()) || !moment.toISOString().startsWith(taken) || year === "0000") return "";
  const offset = text(notes.get(OFFSET_TIME_ORIGINAL));
  return taken + (OFFSET.test(offset) ? offset : "");
}

function positionOf(notes: Notes): string {
  const latitude = degrees(notes.get(2), notes.get(1), "NS", 90);
  const longitude = degrees(notes.get(4), notes.get(3), "EW", 180);
  if (latitude === null || longitude === null) return "";
  if (latitude === 0 && longitude === 0) return ""; // what cameras note before they know
  return `${fixed(latitude, 6)} ${fixed(longitude, 6)}${altitude(notes)}`;
}

function degrees(parts: Value | undefined, reference: Value | undefined, letters: string, most: number) {
  const letter = text(reference).toUpperCase();
  if (typeof parts !== "object" || parts.length !== 3 || letter.length !== 1 || !letters.includes(letter)) {
    return null;
  }
  const [whole = NaN, minutes = NaN, seconds = NaN] = parts;
  const isSound = whole >= 0 && minutes >= 0 && minutes < 60 && seconds >= 0 && seconds < 60;
  const value = whole + minutes / 60 + seconds / 3600;
  if (!isSound || value > most) return null;
  return letter === letters[1] ? -value : value;
}

function altitude(notes: Notes): string {
  const metres = notes.get(6)?.[0];
  const below = notes.get(5)?.[0] ?? 0;
  if (typeof metres !== "number" || !Number.isFinite(metres) || (below !== 0 && below !== 1)) return "";
  const signed = below === 1 ? -metres : metres;
  return DEEPEST <= signed && signed <= HIGHEST ? ` ${fixed(signed, 1)}` : "";
}

/** Without the minus of a zero. */
function fixed(value: number, digits: number): string {
  const told = value.toFixed(digits);
  return Number(told) === 0 ? told.replace("-", "") : told;
}

function text(value: Value | undefined): string {
  return typeof value === "string" ? value.replace(/^[\0 ]+|[\0 ]+$/g, "") : "";
}
