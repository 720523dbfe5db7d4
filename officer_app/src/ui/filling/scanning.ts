// Reading a barcode by the camera, where the browser has a reader of its own (Chrome on Android).

interface Reader {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
const Found = (globalThis as { BarcodeDetector?: new () => Reader }).BarcodeDetector;

/** Milliseconds between two looks. */
const PAUSE_MS = 150;

/** Whether this browser reads barcodes. */
export const canScan = Found !== undefined && "mediaDevices" in navigator;

/**
 * Shows the camera in `video` and tells the first code that it sees; the function ends it. Rejects where there is no
 * camera, or no leave to use it.
 */
export async function scan(video: HTMLVideoElement, tell: (code: string) => void): Promise<() => void> {
  if (!Found) throw new Error("no reader of barcodes");
  const reader = new Found();
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  let isOver = false;
  let timer = 0;
  const end = () => {
    isOver = true;
    clearTimeout(timer);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  const look = async () => {
    const [code] = await reader.detect(video).catch(() => []);
    if (isOver) return;
    if (code) {
      end();
      tell(code.rawValue);
    } else timer = window.setTimeout(look, PAUSE_MS);
  };
  video.srcObject = stream;
  await video.play();
  void look();
  return end;
}
