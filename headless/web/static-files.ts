/** The window's files, read once: a path that is not in the list does not exist, whatever it contains. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { HeadlessError } from '../errors.ts';

/** The page shown when there is no window. It loads nothing. */
export const NO_WINDOW_PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>The window has not been built</title><h1>The window has not been built</h1><p>Build it with <code>npm run build</code>, then start this program again. The command line works without it.</p></html>\n`;

interface StaticFile {
  readonly body: Buffer;
  readonly type: string;
}

export interface StaticFiles {
  /** By URL path with its leading slash, exactly as received: neither decoded nor normalised. */
  find(urlPath: string): StaticFile | undefined;
  readonly index: StaticFile;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Files of unknown types (source maps too) are left out. @throws HeadlessError HEADLESS_NO_WINDOW */
export function readStaticFiles(dir: string): StaticFiles {
  const files = new Map<string, StaticFile>();
  for (const name of filesIn(dir)) {
    const type = TYPES[path.extname(name).toLowerCase()];
    if (type === undefined) continue;
    files.set(`/${name.split(path.sep).join('/')}`, { body: readFileSync(path.join(dir, name)), type });
  }
  const index = files.get('/index.html');
  if (index === undefined) throw new HeadlessError('HEADLESS_NO_WINDOW', `${dir} has no index.html`, { dir });
  files.set('/', index);
  return { index, find: (urlPath) => files.get(urlPath) };
}

function filesIn(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)));
  } catch (cause) {
    throw new HeadlessError('HEADLESS_NO_WINDOW', `${dir} cannot be read`, { dir }, { cause });
  }
}
