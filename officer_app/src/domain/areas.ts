// Villages and the areas that people are responsible for, by Kemendagri code: what a device needs of
// `domain/areas.py`.
//
// A code is that of a village (`64.02.18.2007`) or the beginning of one: a kecamatan (`64.02.18`), a regency
// (`64.02`), a province (`64`). Eight village names repeat in the regency, so names are never keys.

export const VILLAGE_CODE = /^[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}$/;

/** Whether `code` has the form of a village's code. */
export function isVillage(code: unknown): code is string {
  return typeof code === "string" && VILLAGE_CODE.test(code);
}

/** Whether `village` lies in `area`. */
export function covers(area: string, village: string): boolean {
  return village === area || village.startsWith(`${area}.`);
}

/** Whether `village` lies in any of `areas`. */
export function isCovered(village: string, areas: Iterable<string>): boolean {
  return [...areas].some((area) => covers(area, village));
}
