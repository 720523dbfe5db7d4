// Files that leave the phone by its person's hand: shared where the browser can, else saved among the downloads.

/** Offers files by name. A share that its person calls off is no fault. */
export async function handOver(blobs: Readonly<Record<string, Blob>>): Promise<void> {
  const files = Object.entries(blobs).map(([name, blob]) => new File([blob], name, { type: blob.type }));
  if (navigator.canShare?.({ files })) {
    return navigator.share({ files }).catch((error: unknown) => {
      if (!(error instanceof DOMException) || error.name !== "AbortError") files.forEach(download);
    });
  }
  files.forEach(download);
}

function download(file: File): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  // The download has begun by the next task; until then the address must stand.
  setTimeout(() => URL.revokeObjectURL(link.href));
}
