/**
 * Instructions that the perceptual hash takes, counted by valgrind: unlike times, they hardly depend on what else a machine
 * does. Cachegrind runs what V8 compiles, too.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Figures } from './figures.ts';

const VALGRIND_HINT = 'it needs valgrind 3.19 or newer (on Debian: apt-get install valgrind libc6-dbg)';
/** Hashes of the two runs: their difference leaves out start and compilation. */
const [FEW, MANY] = [2, 6];

export interface RunResult {
  readonly error?: Error | undefined;
  readonly status: number | null;
  readonly stderr: string;
}

/** @returns why nothing was counted, or null */
export function countInstructions(figures: Figures, run: (times: number) => RunResult = underValgrind): string | null {
  const counts: number[] = [];
  for (const times of [FEW, MANY]) {
    const { error, status, stderr } = run(times);
    if (error !== undefined) return `${VALGRIND_HINT}: ${error.message}`;
    const told = /I\s+refs:\s+([\d,]+)/.exec(stderr)?.[1];
    const last = stderr.trimEnd().split('\n').at(-1) ?? '';
    if (status !== 0 || told === undefined) return `${VALGRIND_HINT}: it ended with ${status}: ${last}`;
    counts.push(Number(told.replaceAll(',', '')));
  }
  const [less = 0, more = 0] = counts;
  figures.add('hash of 1024 × 1024 RGB, one thread: instructions', 'million', (more - less) / (MANY - FEW) / 1e6);
  return null;
}

function underValgrind(times: number): RunResult {
  const child = fileURLToPath(new URL('./hash-child.ts', import.meta.url));
  const tool = ['--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null', '--smc-check=all-non-file'];
  const node = [process.execPath, '--single-threaded', '--disable-warning=ExperimentalWarning', child, String(times)];
  return spawnSync('valgrind', [...tool, ...node], { encoding: 'utf8' });
}
