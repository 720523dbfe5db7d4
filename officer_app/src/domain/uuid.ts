// Ids of records: UUIDs of version 4 by their form, as RFC 9562 says it.

/** The UUID of sixteen bytes, of which six bits give way to version and variant. */
export function uuidOf(bytes: Uint8Array): string {
  const marked = Uint8Array.from(bytes.subarray(0, 16));
  marked[6] = ((marked[6] ?? 0) & 0x0f) | 0x40;
  marked[8] = ((marked[8] ?? 0) & 0x3f) | 0x80;
  const digits = Array.from(marked, (one) => one.toString(16).padStart(2, "0")).join("");
  const ends = [0, 8, 12, 16, 20, 32];
  return ends
    .slice(1)
    .map((end, at) => digits.slice(ends[at], end))
    .join("-");
}
