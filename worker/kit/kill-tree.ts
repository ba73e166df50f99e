/** Ends a process and everything it started. Engines lead a process group of their own, see engine-process.ts. */
import { execFile } from 'node:child_process';

export function killTree(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    execFile('taskkill', ['/pid', String(pid), '/T', ...(signal === 'SIGKILL' ? ['/F'] : [])], () => {});
    return;
  }
  if (!trySignal(-pid, signal)) trySignal(pid, signal);
}

/** Ends what is left of the group of a leader that has just exited. */
export function killRemainingGroup(pid: number): void {
  if (process.platform !== 'win32') trySignal(-pid, 'SIGKILL');
}

function trySignal(target: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false;
  }
}
