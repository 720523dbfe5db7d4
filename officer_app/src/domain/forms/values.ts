// How the answers of a type are written in an XForm: ASCII digits, numbers of XML Schema. The port of
// `domain/forms/values.py`.

import { words } from "../text.ts";

// Lengths are bounded: nothing here may take long on a hostile answer.
const NUMBER = /^[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(?:[eE][+-]?[0-9]{1,2})?$/;

/** Whether the text is a number. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** Whether the text is `latitude longitude [altitude [accuracy]]`, in degrees and metres. */
export function isGeopoint(text: string): boolean {
  const parts = words(text);
  if (parts.length < 2 || parts.length > 4 || !parts.every(isNumber)) return false;
  const [latitude = 0, longitude = 0, , accuracy = 0] = parts.map(Number);
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && accuracy >= 0;
}
