// How files travel to the server: the limits that device and server keep to (`domain/uploading.py`).

/** Bytes of a file. */
export const LARGEST_FILE = 50 * 1024 * 1024;
/** Bytes that one request brings. */
export const LARGEST_CHUNK = 512 * 1024;
/** Files of which one request asks whether they are needed. */
export const MOST_ASKED = 500;
