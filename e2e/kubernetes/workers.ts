/** Processes in a container, according to Linux: a node's own process holds its key, so these are counted. */
import { readFileSync } from 'node:fs';

const WORKER = 'dist/worker/main.js';

/** Number of node processes below a process, including itself. */
export function workersBelow(root: number): number {
  const all = [root];
  for (const pid of all) all.push(...childrenOf(pid));
  return all.filter((pid) =>
    read(`/proc/${pid}/cmdline`)
      .split('\0')
      .some((word) => word.endsWith(WORKER)),
  ).length;
}

/** Those started by its first thread, which is true of all of ours. */
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
