/** Tells a process from another that got the same number later. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A text that no other process on this machine ever shares: the moment it started, as the system tells it.
 * @returns null when no such process is alive, or the system does not tell.
 */
export async function processIdentity(pid: number): Promise<string | null> {
  try {
    if (process.platform === 'linux') return await linuxIdentity(pid);
    if (process.platform === 'win32') return await windowsIdentity(pid);
    const { stdout } = await run('ps', ['-o', 'lstart=,command=', '-p', String(pid)]);
    return stdout.trim() === '' ? null : stdout.trim();
  } catch {
    return null;
  }
}

async function linuxIdentity(pid: number): Promise<string | null> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'latin1'),
    readFile('/proc/sys/kernel/random/boot_id', 'latin1'),
  ]);
  // The program's name stands in parentheses and may contain spaces; fields 3 (state) and 22 (start) follow it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = fields[19];
  if (fields[0] === 'Z' || fields[0] === 'X' || started === undefined) return null;
  return `${boot.trim()}/${started}`;
}

async function windowsIdentity(pid: number): Promise<string | null> {
  const { stdout } = await run('powershell.exe', [
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`,
  ]);
  return stdout.trim() === '' ? null : stdout.trim();
}
