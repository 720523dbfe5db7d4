// Photos and scans: opened within limits, upright, made smaller, written anew without anything but the picture.
// What `schemas/pictures.py` does with Pillow, done by the browser; it needs a worker or a page.

import { InvalidRequest, type Facts } from "../domain/errors.ts";
import { mediaType, PICTURES } from "./filetypes.ts";
import { isFrame, segments } from "./jpeg.ts";
import { readTaken, type Taken } from "./taken.ts";

export const MOST_PIXELS = 50_000_000;
export const THUMBNAIL_SIDE = 240;
export const THUMBNAIL_BYTES = 10 * 1024;
const QUALITY = 0.8;
const LOWER_QUALITIES = [0.75, 0.6, 0.45, 0.3];
const SMALLER = 0.75;
// Pixels on a side that no limit of bytes asks to go below.
const NO_SCAN_COSTS_MORE = 8;

/**
 * A file is no picture that can be shown. Codes: `not-a-picture`, `picture-too-large` (more than `MOST_PIXELS`),
 * `picture-damaged` (it begins as a picture and cannot be read).
 */
export class PictureRefused extends InvalidRequest {
  constructor(message: string, code: string, facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** A picture that was read: upright, white where it was transparent. `taken` is what its camera noted. */
export interface Picture {
  readonly canvas: OffscreenCanvas;
  readonly taken: Taken;
}

/** Reads a whole file; its longer side has at most `mostSide` pixels then. Raises `PictureRefused`. */
export async function readPicture(data: Uint8Array, mostSide: number | null): Promise<Picture> {
  const type = mediaType(data);
  if (!PICTURES.has(type)) throw new PictureRefused("this is no picture", "not-a-picture");
  const pixels = pixelsOf(data, type);
  if (pixels > MOST_PIXELS) {
    throw new PictureRefused("the picture is too large", "picture-too-large", { most: MOST_PIXELS });
  }
  if (!pixels) throw new PictureRefused("the picture is damaged", "picture-damaged");
  const taken = type === "image/jpeg" ? readTaken(data) : { time: "", position: "" };
  const bitmap = await decode(data, type);
  try {
    return { canvas: draw(bitmap, mostSide ?? Math.max(bitmap.width, bitmap.height)), taken };
  } finally {
    bitmap.close();
  }
}

/** As JPEG, with nothing in it but the picture. */
export async function encode(canvas: OffscreenCanvas, quality = QUALITY): Promise<Uint8Array> {
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
  return new Uint8Array(await blob.arrayBuffer());
}

/** As JPEG of at most so many bytes: as good as fits, and smaller where nothing fits. */
export async function encodeWithin(
  canvas: OffscreenCanvas,
  mostBytes = THUMBNAIL_BYTES,
  mostSide = THUMBNAIL_SIDE,
): Promise<Uint8Array> {
  let side = Math.min(mostSide, Math.max(canvas.width, canvas.height));
  for (; side >= 1; side = Math.floor(side * SMALLER)) {
    const smaller = draw(canvas, side);
    for (const quality of LOWER_QUALITIES) {
      const encoded = await encode(smaller, quality);
      if (encoded.length <= mostBytes) return encoded;
    }
    if (side < NO_SCAN_COSTS_MORE) break;
  }
  throw new RangeError(`no picture has only ${mostBytes} bytes`);
}

/** A browser on Chromium's engine refuses what breaks off; there is no half of a photo. */
async function decode(data: Uint8Array, type: string): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(new Blob([data as BlobPart], { type }), {
      imageOrientation: "from-image",
    });
  } catch {
    throw new PictureRefused("the picture is damaged", "picture-damaged");
  }
}

function draw(source: ImageBitmap | OffscreenCanvas, mostSide: number): OffscreenCanvas {
  const scale = Math.min(1, mostSide / Math.max(source.width, source.height));
  const [width, height] = [source.width, source.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = new OffscreenCanvas(width ?? 1, height ?? 1);
  const context = canvas.getContext("2d");
  if (!context)
    throw new PictureRefused("no memory for the picture", "picture-too-large", { most: MOST_PIXELS });
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// --- before it is decoded --------------------------------------------------------------------------

/** How many pixels a picture says that it has, before memory is taken for them; 0 where it says nothing. */
export function pixelsOf(data: Uint8Array, type: string): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  try {
    if (type === "image/png") return view.getUint32(16) * view.getUint32(20);
    if (type === "image/gif") return view.getUint16(6, true) * view.getUint16(8, true);
    return type === "image/webp" ? ofWebp(view) : ofJpeg(view);
  } catch {
    return 0; // it ends before it says
  }
}

function ofWebp(view: DataView): number {
  const kind = view.getUint32(12);
  if (kind === 0x56503858) return (1 + uint24(view, 24)) * (1 + uint24(view, 27)); // VP8X
  if (kind === 0x5650384c) {
    const packed = view.getUint32(21, true); // VP8L: fourteen bits each
    return (1 + (packed & 0x3fff)) * (1 + ((packed >> 14) & 0x3fff));
  }
  return (view.getUint16(26, true) & 0x3fff) * (view.getUint16(28, true) & 0x3fff); // VP8
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

function ofJpeg(view: DataView): number {
  for (const { marker, at } of segments(view)) {
    if (isFrame(marker)) return view.getUint16(at + 5) * view.getUint16(at + 7);
  }
  return 0;
}
