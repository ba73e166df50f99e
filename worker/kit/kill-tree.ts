/** Ends a process and everything it started. Engines lead a process group of their own, see engine-process.ts. */
import { execFile } from 'node:child_process';
import type { EndStep } from '../../platform/processes.ts';
import { SYSTEM } from '../../platform/system.ts';

export function killTree(pid: number, how: 'ask' | 'force'): void {
  take(SYSTEM.processes.endTree(pid, how));
}

/** Ends what is left of the group of a leader that has just exited. */
export function killRemainingGroup(pid: number): void {
  take(SYSTEM.processes.endGroup(pid));
}

/** The first step that works is enough. */
function take(steps: readonly EndStep[]): void {
  for (const step of steps) {
    if (step.kind === 'program') {
      execFile(step.command, [...step.args], () => {});
      return;
    }
    try {
      process.kill(step.target, step.signal);
      return;
    } catch {
      // No such process, or no group of its own.
    }
  }
}
