/** Opens the window in the desktop's browser, if there is one. */

import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeAtomically } from '../host/data-file.ts';
import { SYSTEM } from '../platform/system.ts';

/**
 * Through a file that only its owner can read: other users can see a process's arguments, and whoever opens the address
 * first gets in.
 */
export function openBrowser(options: {
  readonly address: string;
  readonly dataDir: string;
  readonly say: (text: string) => void;
}): void {
  const { address, dataDir, say } = options;
  const { opener } = SYSTEM.processes;
  if (opener === null) {
    say('There is no desktop here; open the address in a browser yourself.');
    return;
  }
  const file = path.join(dataDir, 'window.html');
  writeAtomically(file, `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${address}">\n`);
  const child = spawn(opener.command, [...opener.args, pathToFileURL(file).href], { stdio: 'ignore', detached: true });
  child.once('error', () => say('No browser could be started; open the address yourself.'));
  child.unref();
}
