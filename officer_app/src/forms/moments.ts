// Moments and days as forms keep them, in the phone's own time zone.

const pad = (number: number, digits = 2) => String(number).padStart(digits, "0");

/** A moment (milliseconds since 1970) as XForms writes it: `2026-03-02T12:00:00.000+08:00`. */
export function momentText(moment: number): string {
  const at = new Date(moment);
  return `${dayText(at)}T${timeText(at)}`;
}

/** The day of a moment here: `2026-03-02`. */
export function dayText(at: Date): string {
  return `${pad(at.getFullYear(), 4)}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

/** The time of day of a moment here, with the offset: `12:00:00.000+08:00`. */
export function timeText(at: Date): string {
  const offset = -at.getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const zone = `${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  const time = `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
  return `${time}.${pad(at.getMilliseconds(), 3)}${sign}${zone}`;
}
