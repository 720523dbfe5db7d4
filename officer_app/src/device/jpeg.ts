// The segments of a JPEG up to its first scan, without decoding anything.

export const SCAN = 0xda;
export const APP1 = 0xe1;
const END = 0xd9;

/** `at` is where the segment's mark stands; its `length` counts itself and not the mark. */
export interface Segment {
  readonly marker: number;
  readonly at: number;
  readonly length: number;
}

/** In their order, the first scan last. Raises `RangeError` where the file ends before. */
export function* segments(view: DataView): Generator<Segment> {
  for (let at = 2; ;) {
    while (view.getUint8(at) === 0xff && view.getUint8(at + 1) === 0xff) at++;
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === END) return;
    const segment = { marker, at, length: view.getUint16(at + 2) };
    yield segment;
    if (marker === SCAN) return;
    at += 2 + segment.length;
  }
}

/** Whether it begins a frame (SOF), which says the size; DHT, JPG and DAC lie within the same numbers. */
export function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
