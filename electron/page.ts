/** The address of the only page that the shell shows, and the files it may load. Pure. */
import path from 'node:path';

export const PAGE_SCHEME = 'crynux';
const PAGE_HOST = 'app';
export const PAGE_ORIGIN = `${PAGE_SCHEME}://${PAGE_HOST}`;
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`;

/** Whether this is the page itself, with any fragment: only it may talk to the shell. */
export function isOwnPage(url: string): boolean {
  try {
    const parsed = new URL(url);
    parsed.hash = '';
    return parsed.href === PAGE_URL;
  } catch {
    return false;
  }
}

/** What the renderer may load: its own files. */
export function isOwnUrl(url: string): boolean {
  try {
    const { protocol, host } = new URL(url);
    return protocol === `${PAGE_SCHEME}:` && host === PAGE_HOST;
  } catch {
    return false;
  }
}

/** The file for an address, inside the folder; null for any other address, whatever its path. */
export function fileOf(url: string, folder: string): string | null {
  if (!isOwnUrl(url)) return null;
  let name: string;
  try {
    name = decodeURIComponent(new URL(url).pathname);
  } catch {
    return null;
  }
  if (name.includes('\0') || name.includes('\\')) return null;
  const file = path.resolve(folder, `.${name}`);
  return file.startsWith(`${path.resolve(folder)}${path.sep}`) ? file : null;
}

const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

export function mimeOf(file: string): string {
  return MIME[path.extname(file).toLowerCase()] ?? 'application/octet-stream';
}
