/** Processes in a container, as Linux tells them: a node's own process holds its key, so that its number is what counts. */
import { readFileSync } from 'node:fs';

const WORKER = 'dist/worker/main.js';

/** How many processes of nodes live below a process, itself included. */
export function workersBelow(root: number): number {
  const all = [root];
  for (const pid of all) all.push(...childrenOf(pid));
  return all.filter((pid) =>
    read(`/proc/${pid}/cmdline`)
      .split('\0')
      .some((word) => word.endsWith(WORKER)),
  ).length;
}

/** Those that its first thread has started, as all of ours are. */
function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .flatMap((text) => (text.trim() === '' ? [] : [Number(text)]));
}

/** '' for a process that has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
