/** This machine's processes by their parents, as reported by Linux. */
import { readdir, readFile } from 'node:fs/promises';

export interface RunningProcess {
  readonly pid: number;
  /** Arguments and environment, separated by NUL. */
  readonly cmdline: string;
  readonly environ: string;
}

const read = (pid: number, name: string) => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => null);

/** All running processes that descend from it, including itself. */
export async function processTree(pid: number): Promise<RunningProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map<number, number>();
  for (const each of pids) {
    // The name may contain spaces and brackets; the parent is the second field after it.
    const stat = await read(each, 'stat');
    if (stat !== null) parents.set(each, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const family = new Set([pid]);
  for (let grown = 0; grown !== family.size; ) {
    grown = family.size;
    for (const [child, parent] of parents) if (family.has(parent)) family.add(child);
  }
  const details = [...family].map(async (each) => ({
    pid: each,
    cmdline: (await read(each, 'cmdline')) ?? '',
    environ: (await read(each, 'environ')) ?? '',
  }));
  return (await Promise.all(details)).filter(({ cmdline }) => cmdline !== '');
}

/** Those of them that are still running: a process that has ended and waits for its parent does not count. */
export async function stillRunning(pids: readonly number[]): Promise<number[]> {
  const states = await Promise.all(pids.map(async (pid) => ({ pid, stat: await read(pid, 'stat') })));
  return states.filter(({ stat }) => stat !== null && !/\) [ZX] /.test(stat)).map(({ pid }) => pid);
}
