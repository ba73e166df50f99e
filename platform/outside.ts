/**
 * Of an installed desktop program: what lies outside of its archive, held against the list inside. Checked before any of
 * it is loaded or started. In the other worlds there is no archive, and nothing is checked.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PlatformError } from './errors.ts';
import { PROGRAMS, type Programs } from './programs.ts';

/** Files by their path from the folder, with forward slashes; SHA-256 in hex. */
export interface OutsideList {
  readonly files: Readonly<Record<string, string>>;
}

/** What is asked for: a file, or a folder with everything in it. */
type OutsidePart = 'node' | 'program' | 'program/dist' | 'program/node_modules/keytar';

interface Outside {
  /**
   * A file is hashed when it is asked for first, and again when it has been written to since (by its time of change).
   * @throws PlatformError PROGRAM_FILE_CHANGED, PROGRAM_FILE_MISSING, PROGRAM_FILE_UNKNOWN with `file`
   */
  check(...parts: readonly OutsidePart[]): Promise<void>;
}

export function openOutside({ outsideList, outside }: Pick<Programs, 'outsideList' | 'outside'>): Outside {
  if (outsideList === null) return { check: async () => {} };
  let list: OutsideList | null = null;
  const seen = new Map<string, string>();

  async function checkFile(name: string, expected: string): Promise<void> {
    const file = path.join(outside, name);
    const found = await stat(file, { bigint: true }).catch(() => null);
    if (found === null) throw new PlatformError('PROGRAM_FILE_MISSING', file, { file });
    const identity = `${found.ino}/${found.size}/${found.mtimeNs}/${found.ctimeNs}`;
    if (seen.get(name) === identity) return;
    if ((await hashOf(file)) !== expected) throw new PlatformError('PROGRAM_FILE_CHANGED', file, { file });
    seen.set(name, identity);
  }

  return {
    async check(...parts) {
      list ??= readList(outsideList);
      const { files } = list;
      const wanted = Object.entries(files).filter(([name]) => parts.some((part) => name === part || name.startsWith(`${part}/`)));
      for (const part of parts) await refuseUnknown(outside, part, files);
      for (const [name, expected] of wanted) await checkFile(name, expected);
    },
  };
}

/** A file more is as bad as one that was changed: Node would load a module that lies in its way. */
async function refuseUnknown(outside: string, part: string, files: OutsideList['files']): Promise<void> {
  const folder = path.join(outside, part);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(outside, file).split(path.sep).join('/');
    if (!(name in files)) throw new PlatformError('PROGRAM_FILE_UNKNOWN', file, { file });
  }
}

/** The archive's own integrity is Electron's affair. */
function readList(file: string): OutsideList {
  const list: OutsideList = JSON.parse(readFileSync(file, 'utf8'));
  return list;
}

export async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** Of this process. */
export const OUTSIDE: Outside = openOutside(PROGRAMS);
