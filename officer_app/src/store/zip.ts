// Files as one, for a person to hand over: a ZIP archive (PKWARE APPNOTE 6.3), nothing in it compressed.

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8_NAMES = 0x0800;
/** 1 January 1980, as programs write that tell no time. */
const NO_DATE = 0x21;

interface Entry {
  readonly name: Uint8Array<ArrayBuffer>;
  readonly crc: number;
  readonly size: number;
  readonly at: number;
}

/** The archive. Files of 4 GiB and more do not fit. */
export async function zipOf(files: ReadonlyMap<string, Blob>): Promise<Blob> {
  const parts: BlobPart[] = [];
  const entries: Entry[] = [];
  let at = 0;
  for (const [name, blob] of files) {
    const entry = { name: new TextEncoder().encode(name), crc: await crcOf(blob), size: blob.size, at };
    const head = local(entry);
    parts.push(head, blob);
    entries.push(entry);
    at += head.length + blob.size;
  }
  const directory = entries.map(central);
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  return new Blob([...parts, ...directory, end(entries.length, size, at)], { type: "application/zip" });
}

function local({ name, crc, size }: Entry): Uint8Array<ArrayBuffer> {
  return bytes([[LOCAL, 4], ...common(name, crc, size)], name);
}

function central({ name, crc, size, at }: Entry): Uint8Array<ArrayBuffer> {
  const nothing: Field[] = [
    [0, 2],
    [0, 2],
    [0, 2],
    [0, 4],
  ];
  return bytes([[CENTRAL, 4], [VERSION, 2], ...common(name, crc, size), ...nothing, [at, 4]], name);
}

function common(name: Uint8Array, crc: number, size: number): Field[] {
  const about: Field[] = [
    [VERSION, 2],
    [UTF8_NAMES, 2],
    [0, 2],
    [0, 2],
    [NO_DATE, 2],
  ];
  return [...about, [crc, 4], [size, 4], [size, 4], [name.length, 2], [0, 2]];
}

function end(count: number, size: number, at: number): Uint8Array<ArrayBuffer> {
  return bytes([
    [END, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [size, 4],
    [at, 4],
    [0, 2],
  ]);
}

type Field = readonly [value: number, bytes: 2 | 4];

function bytes(fields: readonly Field[], behind = new Uint8Array(0)): Uint8Array<ArrayBuffer> {
  const length = fields.reduce((sum, [, size]) => sum + size, 0);
  const made = new Uint8Array(length + behind.length);
  const view = new DataView(made.buffer);
  let at = 0;
  for (const [value, size] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  made.set(behind, at);
  return made;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

async function crcOf(blob: Blob): Promise<number> {
  let crc = 0xffffffff;
  for await (const piece of blob.stream()) {
    for (const byte of piece) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
