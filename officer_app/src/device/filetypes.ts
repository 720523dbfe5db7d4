// What a file is, by its first bytes: never by its name. The port of `schemas/filetypes.py`.

/** So many bytes from the beginning of a file are enough. */
export const HEAD_BYTES = 64 * 1024;
export const UNKNOWN = "application/octet-stream";
export const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
export const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/** What `pictures.ts` opens. */
export const PICTURES: ReadonlySet<string> = new Set(["image/gif", "image/jpeg", "image/png", "image/webp"]);

const BEGINNINGS: readonly (readonly [string, string])[] = [
  ["\xff\xd8\xff", "image/jpeg"],
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["%PDF-", "application/pdf"],
  ["ID3", "audio/mpeg"],
  ["#!AMR\n", "audio/amr"],
  ["#!AMR-WB\n", "audio/amr-wb"],
];
const RIFF: Readonly<Record<string, string>> = { WEBP: "image/webp", WAVE: "audio/wav" };
const BRANDS: Readonly<Record<string, string>> = {
  heic: "image/heic",
  heix: "image/heic",
  heim: "image/heic",
  heis: "image/heic",
  mif1: "image/heic",
  msf1: "image/heic",
  "M4A ": "audio/mp4",
  "M4B ": "audio/mp4",
  "qt  ": "video/quicktime",
  "M4V ": "video/mp4",
  MSNV: "video/mp4",
  avc1: "video/mp4",
  dash: "video/mp4",
};
const BRAND_FAMILIES: Readonly<Record<string, string>> = {
  "3gp": "video/3gpp",
  "3g2": "video/3gpp",
  iso: "video/mp4",
  mp4: "video/mp4",
};
// A member of an archive: its header has 30 bytes, then comes its name.
const OFFICE_PART = /PK\x03\x04[^]{26}(word|xl)\//;
const EBML = "\x1a\x45\xdf\xa3";
const WEBM = "\x42\x82\x84webm";

/** The media type of a file, by its first `HEAD_BYTES` bytes or all of it; `UNKNOWN` for what is in no table. */
export function mediaType(bytes: Uint8Array): string {
  const head = binary(bytes.subarray(0, 64));
  const told = BEGINNINGS.find(([beginning]) => head.startsWith(beginning));
  if (told) return told[1];
  if (head.startsWith("RIFF")) return RIFF[head.slice(8, 12)] ?? UNKNOWN;
  if (head.slice(4, 8) === "ftyp") return byBrand(head.slice(8, 12));
  if (head.startsWith("PK\x03\x04") || head.startsWith("PK\x05\x06")) return byMembers(bytes);
  if (head.startsWith("OggS")) return head.includes("\x80theora") ? "video/ogg" : "audio/ogg";
  if (head.startsWith(EBML)) return head.includes(WEBM) ? "video/webm" : UNKNOWN;
  return byFrame(bytes);
}

function byBrand(brand: string): string {
  return BRANDS[brand] ?? BRAND_FAMILIES[brand.slice(0, 3)] ?? UNKNOWN;
}

/** Of an archive: a document of an office program has parts with certain names. */
function byMembers(bytes: Uint8Array): string {
  const head = binary(bytes.subarray(0, HEAD_BYTES));
  const found = head.includes("[Content_Types].xml") ? OFFICE_PART.exec(head) : null;
  if (!found) return "application/zip";
  return found[1] === "word" ? DOCX : XLSX;
}

/** Of sound without a header, by its first frame. */
function byFrame(bytes: Uint8Array): string {
  const [first, kind = 0, rates = 0] = bytes;
  if (bytes.length < 4 || first !== 0xff) return UNKNOWN;
  if ((kind & 0xf6) === 0xf0 && ((rates >> 2) & 0x0f) < 13) return "audio/aac"; // ADTS
  const isLayerThree = (kind & 0xe6) === 0xe2 && (kind & 0x18) !== 0x08;
  const isRate = ![0, 15].includes(rates >> 4) && ((rates >> 2) & 3) !== 3;
  return isLayerThree && isRate ? "audio/mpeg" : UNKNOWN;
}

/** One character for each byte: "latin1" of the decoder is Windows-1252, which is another thing above 127. */
function binary(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return parts.join("");
}
