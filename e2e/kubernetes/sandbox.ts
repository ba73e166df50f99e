/**
 * A container as a local process: bubblewrap gives it a read-only root file system with the program and the libraries
 * of this system but no shell, a numeric user, its own process ids, and the pod's volumes in their places. It shares
 * this machine's network, with its own address on loopback.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { IMAGE_PLACE } from '../../scripts/image/context.ts';

/** This system's; the image also uses Debian's init. */
const LIBRARIES = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/etc/ld.so.cache', '/usr/bin/tini-static'];

interface Bind {
  readonly from: string;
  readonly to: string;
  readonly readOnly: boolean;
}

export interface ContainerOptions {
  /** Folder with the content of {@link IMAGE_PLACE} in the image. */
  readonly image: string;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly binds: readonly Bind[];
  readonly user: number;
  readonly group: number;
  readonly hostname: string;
  readonly logFile: string;
}

export interface RunningContainer {
  /** Id of its first process on this machine. */
  readonly pid: number;
  /** Its exit code; 128 + the signal's number for a signal, as a kubelet reports it. */
  readonly ended: Promise<number>;
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
  /** Runs another process in it, like `exec` of a probe or a hook. @returns its exit code and output */
  exec(argv: readonly string[], signal: AbortSignal): Promise<{ readonly code: number | null; readonly said: string }>;
}

const infoSchema = z.object({ 'child-pid': z.number().int().positive() });

/** @throws Error if bubblewrap cannot start it */
export async function startContainer(options: ContainerOptions): Promise<RunningContainer> {
  const { image, argv, env, binds, user, group, hostname, logFile } = options;
  const log = openSync(logFile, 'a', 0o600);
  const args = [
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--as-pid-1'],
    ...['--uid', String(user), '--gid', String(group), '--hostname', hostname, '--cap-drop', 'ALL', '--new-session'],
    ...['--die-with-parent', '--clearenv', '--info-fd', '3', '--chdir', '/'],
    ...[...env].flatMap(([name, value]) => ['--setenv', name, value]),
    ...LIBRARIES.filter(existsSync).flatMap((place) => ['--ro-bind', place, place]),
    ...['--ro-bind', image, IMAGE_PLACE, '--proc', '/proc', '--dev', '/dev'],
    // Outer places before inner ones.
    ...[...binds]
      .sort((one, other) => one.to.length - other.to.length)
      .flatMap(({ from, to, readOnly }) => [readOnly ? '--ro-bind' : '--bind', from, to]),
    ...['--remount-ro', '/', '--', ...argv],
  ];
  const child = spawn('bwrap', args, { stdio: ['ignore', log, log, 'pipe'], env: {} });
  closeSync(log);
  const ended = endOf(child);
  const info = child.stdio[3] as Readable;
  let text = '';
  for await (const part of info) text += String(part);
  const parsed = infoSchema.safeParse(text === '' ? null : JSON.parse(text));
  if (!parsed.success) {
    await ended;
    throw new Error(`bubblewrap: ${readFileSync(logFile, 'utf8').trim().split('\n').at(-1)}`);
  }
  const pid = parsed.data['child-pid'];
  return {
    pid,
    ended,
    signal(name) {
      try {
        process.kill(pid, name);
      } catch {
        // It has ended.
      }
    },
    async exec(command, signal) {
      const inside = ['--target', String(pid), '--user', '--mount', '--pid', '--ipc', '--uts', '--preserve-credentials'];
      const run = spawn('nsenter', [...inside, '--', ...command], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: Object.fromEntries(env),
        signal,
      });
      const lines: string[] = [];
      for (const stream of [run.stdout, run.stderr]) createInterface({ input: stream }).on('line', (line) => lines.push(line));
      run.on('error', () => {});
      const [code] = (await once(run, 'close')) as [number | null];
      return { code, said: lines.join('\n') };
    },
  };
}

async function endOf(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 137;
}

/** The path of a program on this machine, or null. */
export function findProgram(name: string): string | null {
  const folders = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':').filter((folder) => folder !== '');
  return folders.map((folder) => path.join(folder, name)).find(existsSync) ?? null;
}
