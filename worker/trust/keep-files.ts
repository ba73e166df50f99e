/**
 * Keeps the result files of a case beside it. The node removes results of closed tasks by and by, so keeping is synchronous
 * and cheap: a second name for the same file where the disk can, else a copy.
 */
import { constants, copyFileSync, existsSync, linkSync, mkdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CaseFileEntry } from '../../contract/trust.ts';
import { hashFile } from '../kit/durable-files.ts';
import type { Artifact } from '../store/artifacts.ts';

/** Larger files are kept only where a second name suffices. */
const MAX_COPY_BYTES = 256 * 1024 * 1024;

export interface Keeping {
  readonly artifacts: readonly Artifact[];
  /** Absolute; an artifact's path is below it. */
  readonly resultsDir: string;
  /** Absolute directory of the case. */
  readonly caseDir: string;
}

/** One entry per artifact; what is kept is still to be verified. Never throws for a file that cannot be kept. */
export function keepFiles({ artifacts, resultsDir, caseDir }: Keeping): CaseFileEntry[] {
  return artifacts.map(({ kind, position, path, sha256, size }): CaseFileEntry => {
    const name = join('files', basename(path));
    const state = keep({ from: join(resultsDir, path), to: join(caseDir, name), size });
    return { kind, position, path: state === 'unverified' ? name : null, sha256, size, state };
  });
}

function keep({ from, to, size }: { from: string; to: string; size: number }): CaseFileEntry['state'] {
  if (existsSync(to)) return 'unverified';
  if (!existsSync(from)) return 'missing';
  try {
    mkdirSync(join(to, '..'), { recursive: true, mode: 0o700 });
    try {
      linkSync(from, to);
    } catch {
      // FAT, some network drives, or another disk.
      if (Math.max(size, statSync(from).size) > MAX_COPY_BYTES) return 'tooLarge';
      copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    }
    return 'unverified';
  } catch {
    return 'missing';
  }
}

/** Hashes what was kept and says of each file whether it is what was recorded with the score. */
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
