/**
 * A Mac's signature is part of a file, so files outside the archive are signed before their hashes are listed, and
 * electron-builder leaves them alone afterwards (`signIgnore`).
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { machinesOfFile } from './binaries.ts';
import { filesOf } from './dependencies.ts';
import type { Target } from './target.ts';

export interface MacSigner {
  readonly target: Target;
  /** CSC_NAME, as electron-builder reads it: the name in a certificate "Developer ID Application: …". */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly entitlements: string;
  readonly run?: (program: string, args: readonly string[]) => Promise<unknown>;
}

/** @returns undefined if nothing is signed: another system, or no certificate */
export function macSigner({
  target,
  env,
  entitlements,
  run = promisify(execFile),
}: MacSigner): ((folder: string) => Promise<void>) | undefined {
  const name = env.CSC_NAME ?? '';
  if (target.platform !== 'darwin' || name === '') return undefined;
  const identity = `Developer ID Application: ${name}`;
  return async (folder) => {
    for (const file of await filesOf(folder)) {
      const at = path.join(folder, file);
      if ((await machinesOfFile(at)) === null) continue;
      // Notarisation requires the hardened runtime and a timestamp for each.
      await run('codesign', [
        '--force',
        '--timestamp',
        '--options',
        'runtime',
        '--entitlements',
        entitlements,
        '--sign',
        identity,
        at,
      ]);
    }
  };
}
