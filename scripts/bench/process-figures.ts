/** What Linux tells of a process. */
import { readFileSync } from 'node:fs';

/** Of the kernel's clock, a second; the same on every Linux that Node runs on. */
const TICKS = 100;

/** What it has for itself, and its part of what it shares. */
export function pssMib(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]) / 1_024;
}

/** User and system, seconds. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
