// Places as forms keep them: `latitude longitude altitude accuracy`, in degrees and metres; several by semicolons.

/** A place; `accuracy` in metres, null where nobody measured it. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude: number | null;
  readonly accuracy: number | null;
}

/** Digits of a degree that are kept: about a centimetre. */
const DIGITS = 7;

/** The text of a place; an unknown height is 0, as other programs write it. */
export function placeText({ latitude, longitude, altitude, accuracy }: Place): string {
  const degrees = (number: number) => String(Number(number.toFixed(DIGITS)));
  const metres = (number: number) => String(Number(number.toFixed(2)));
  const ends = accuracy === null ? [] : [metres(accuracy)];
  return [degrees(latitude), degrees(longitude), metres(altitude ?? 0), ...ends].join(" ");
}

/** The place of a text, null where it is none. */
export function readPlace(text: string): Place | null {
  const parts = text.trim().split(/\s+/);
  const [latitude, longitude, altitude = null, accuracy = null] = parts.map(Number);
  if (parts.length < 2 || parts.length > 4 || parts.some((one) => !Number.isFinite(Number(one)))) return null;
  if (latitude === undefined || longitude === undefined) return null;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  return { latitude, longitude, altitude, accuracy };
}

/** The places of a line or a shape; a shape's last one is its first again, and is left out. */
export function readPlaces(text: string): Place[] {
  const all = text
    .split(";")
    .map(readPlace)
    .filter((one) => one !== null);
  const [first, last] = [all[0], all.at(-1)];
  const isClosed =
    all.length > 2 && first?.latitude === last?.latitude && first?.longitude === last?.longitude;
  return isClosed ? all.slice(0, -1) : all;
}

/** The text of a line, or of a shape that it closes; empty while there are too few places for one. */
export function placesText(places: readonly Place[], isShape: boolean): string {
  if (places.length < (isShape ? 3 : 2)) return "";
  const all = isShape ? [...places, ...places.slice(0, 1)] : places;
  return all.map(placeText).join(";");
}

/** What a search for the phone's place tells: each better place, or the code why there is none. */
export type Found = { readonly place: Place } | { readonly code: "gps-denied" | "gps-absent" | "gps-lost" };

/** Looks for the phone's place until the function is called; the best one so far is told. */
export function locate(tell: (found: Found) => void): () => void {
  if (!navigator.geolocation) {
    tell({ code: "gps-absent" });
    return () => undefined;
  }
  let best: Place | null = null;
  const watch = navigator.geolocation.watchPosition(
    ({ coords }) => {
      const { latitude, longitude, altitude, accuracy } = coords;
      if (best?.accuracy != null && best.accuracy < accuracy) return;
      best = { latitude, longitude, altitude, accuracy };
      tell({ place: best });
    },
    (error) => tell({ code: error.code === error.PERMISSION_DENIED ? "gps-denied" : "gps-lost" }),
    { enableHighAccuracy: true, maximumAge: 0 },
  );
  return () => navigator.geolocation.clearWatch(watch);
}

/** The phone's place as text, for what a form asks for by itself; rejects where there is none. */
export function placeNow(timeoutMs = 20_000): Promise<string> {
  return new Promise((done, failed) =>
    navigator.geolocation.getCurrentPosition(({ coords }) => done(placeText(coords)), failed, {
      enableHighAccuracy: true,
      maximumAge: 60_000,
      timeout: timeoutMs,
    }),
  );
}
