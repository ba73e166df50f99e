/** Files between the window and its host. */

/** Bytes of base64 text. */
export function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Saves a file through the browser or the shell. */
export function saveFile({ fileName, base64, mime }: { fileName: string; base64: string; mime: string }): void {
  downloadBlob(fileName, new Blob([decodeBase64(base64)], { type: mime }));
}

/** Like {@link saveFile}, from text in parts. */
export function saveText({ fileName, parts, mime }: { fileName: string; parts: readonly string[]; mime: string }): void {
  downloadBlob(fileName, new Blob([...parts], { type: mime }));
}

function downloadBlob(fileName: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The download has taken over the URL by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `412 B`, `47.1 KiB`, `6.5 GiB`. */
export function sizeText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${UNITS[power]}`;
}
