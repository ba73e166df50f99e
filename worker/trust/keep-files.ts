/**
 * Keeps the result files of a case with it. The node soon removes results of closed tasks, so keeping is synchronous
 * and cheap: a hard link if the disk supports it, otherwise a copy.
 */
import { constants, copyFileSync, existsSync, linkSync, mkdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CaseFileEntry } from '../../contract/trust.ts';
import { hashFile } from '../../platform/file-hash.ts';
import type { Artifact } from '../store/artifacts.ts';

/** Larger files are kept only if a hard link is possible. */
const MAX_COPY_BYTES = 256 * 1024 * 1024;

export interface KeepFilesInput {
  readonly artifacts: readonly Artifact[];
  /** Absolute; an artifact's path is relative to it. */
  readonly resultsDir: string;
  /** Absolute directory of the case. */
  readonly caseDir: string;
}

/** One entry per artifact; kept files are verified later. Never throws if a file cannot be kept. */
export function keepFiles({ artifacts, resultsDir, caseDir }: KeepFilesInput): CaseFileEntry[] {
  return artifacts.map(({ kind, position, path, sha256, size }): CaseFileEntry => {
    const name = join('files', basename(path));
    const state = linkOrCopy({ from: join(resultsDir, path), to: join(caseDir, name), size });
    return { kind, position, path: state === 'unverified' ? name : null, sha256, size, state };
  });
}

function linkOrCopy({ from, to, size }: { from: string; to: string; size: number }): CaseFileEntry['state'] {
  if (existsSync(to)) return 'unverified';
  if (!existsSync(from)) return 'missing';
  try {
    mkdirSync(join(to, '..'), { recursive: true, mode: 0o700 });
    try {
      linkSync(from, to);
    } catch {
      // FAT, some network drives, or a different disk.
      if (Math.max(size, statSync(from).size) > MAX_COPY_BYTES) return 'tooLarge';
      copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    }
    return 'unverified';
  } catch {
    return 'missing';
  }
}

/** Hashes the kept files and compares each with the hash recorded with the score. */
export async function verifyFiles(entries: readonly CaseFileEntry[], caseDir: string): Promise<CaseFileEntry[]> {
  const verified: CaseFileEntry[] = [];
  for (const entry of entries) {
    if (entry.path === null) {
      verified.push(entry);
      continue;
    }
    const found = await hashFile(join(caseDir, entry.path)).catch(() => null);
    if (found === null) verified.push({ ...entry, path: null, state: 'missing' });
    else verified.push({ ...entry, state: found.sha256 === entry.sha256 ? 'kept' : 'changed' });
  }
  return verified;
}
