/** What Linux reports about a process. */
import { readFileSync } from 'node:fs';

/** Kernel clock ticks per second; the same on every Linux that Node runs on. */
const TICKS = 100;

/** Its private memory, and its share of shared memory. */
export function pssMib(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]) / 1_024;
}

/** User and system, seconds. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
