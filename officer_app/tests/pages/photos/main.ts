// What the worker does with a photo, by itself: `window.readAttachment`.

import { readAttachment } from "../../../src/device/photos.ts";

Object.assign(window, { readAttachment });
