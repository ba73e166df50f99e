/**
 * Checks an installed desktop program's files outside its archive against the list inside, before any of them is loaded
 * or started. The other worlds have no archive, so nothing is checked there.
 */
import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { PlatformError } from './errors.ts';
import { hashFile } from './file-hash.ts';
import { PROGRAMS, type Programs } from './programs.ts';

/** SHA-256 in hex by path: relative to the folder, with forward slashes. */
export interface OutsideList {
  readonly files: Readonly<Record<string, string>>;
}

/** What can be checked: a file, or a folder with everything in it. */
type OutsidePart = 'node' | 'program' | 'program/dist' | 'program/node_modules/keytar';

interface Outside {
  /**
   * Hashes a file on the first check, and again if its change time is newer.
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
    if ((await hashFile(file)).sha256 !== expected) throw new PlatformError('PROGRAM_FILE_CHANGED', file, { file });
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

/** An extra file is as bad as a changed one: Node would load a module that it finds first. */
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

/** Electron checks the integrity of the archive itself. */
function readList(file: string): OutsideList {
  const list: OutsideList = JSON.parse(readFileSync(file, 'utf8'));
  return list;
}

export const OUTSIDE: Outside = openOutside(PROGRAMS);
