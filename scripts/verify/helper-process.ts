import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { PROGRAMS } from '../../platform/programs.ts';
import { SYSTEM } from '../../platform/system.ts';

const HELPER = path.join(import.meta.dirname, 'helper.ts');

export interface Helper {
  readonly pid: number;
  /** The line it printed. */
  readonly said: unknown;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

/**
 * Started like the program starts its engines. @returns once it has printed its line; @throws Error if it ends without
 * one.
 */
export async function startHelper(act: string, ...args: readonly string[]): Promise<Helper> {
  const child = spawn(PROGRAMS.node, ['--disable-warning=ExperimentalWarning', HELPER, act, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    detached: SYSTEM.processes.ownGroup,
    windowsHide: true,
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const said = await new Promise<unknown>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the helper "${act}" ended with ${code}`)));
    if (child.stdout !== null) createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
  });
  return { pid: child.pid ?? 0, said, child, ended };
}

export async function exitOf({ child, ended }: Helper): Promise<number | null> {
  if (child.connected) child.disconnect();
  return await ended;
}
