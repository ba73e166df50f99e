/** Distinguishes a process from a later one with the same ID. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SYSTEM } from '../../platform/system.ts';

const run = promisify(execFile);
/** A program that says nothing for this long never will; an engine is not ready before it is identified. */
const TIMEOUT_MS = 10_000;

/**
 * A text that no other process on this machine ever has: the system's start time of the process.
 * @returns null if no such process is alive, or the system does not report the time.
 */
export async function processIdentity(pid: number): Promise<string | null> {
  const source = SYSTEM.processes.startOf(pid);
  try {
    if (source.kind === 'files') return await identityFromFiles(source);
    const { stdout } = await run(source.command, [...source.args], { timeout: TIMEOUT_MS });
    return stdout.trim() === '' ? null : stdout.trim();
  } catch {
    return null;
  }
}

async function identityFromFiles(source: { readonly process: string; readonly boot: string }): Promise<string | null> {
  const [stat, boot] = await Promise.all([readFile(source.process, 'latin1'), readFile(source.boot, 'latin1')]);
  // The program's name is in parentheses and may contain spaces; fields 3 (state) and 22 (start) follow it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = fields[19];
  if (fields[0] === 'Z' || fields[0] === 'X' || started === undefined) return null;
  return `${boot.trim()}/${started}`;
}
