/** Ends a process and everything it started. Engines lead their own process groups, see engine-process.ts. */
import { execFile } from 'node:child_process';
import type { EndStep } from '../../platform/processes.ts';
import { SYSTEM } from '../../platform/system.ts';

export function killTree(pid: number, how: 'ask' | 'force'): void {
  runFirstThatWorks(SYSTEM.processes.endTree(pid, how));
}

/** Ends the remaining processes of a group whose leader has just exited. */
export function killRemainingGroup(pid: number): void {
  runFirstThatWorks(SYSTEM.processes.endGroup(pid));
}

/** Stops at the first step that works. */
function runFirstThatWorks(steps: readonly EndStep[]): void {
  for (const step of steps) {
    if (step.kind === 'program') {
      execFile(step.command, [...step.args], () => {});
      return;
    }
    try {
      process.kill(step.target, step.signal);
      return;
    } catch {
      // No such process, or it leads no group.
    }
  }
}
