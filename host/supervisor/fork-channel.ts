/** A worker process forked from Node: its contract uses the private channel, its output goes to a log. */

import { fork } from 'node:child_process';
import { WORKER_HEAP } from '../../contract/worker-channel.ts';
import { PROGRAMS } from '../../platform/programs.ts';
import { SYSTEM } from '../../platform/system.ts';
import type { SupervisedChannel } from './supervised-node.ts';

export interface ForkChannelOptions {
  /** Path of the worker's entry point. */
  readonly entry: string;
  /** What the process writes to its standard output and error. */
  readonly onOutput: (text: string) => void;
  readonly args?: readonly string[];
}

/** For a fork of this same binary: effective from the start, if this Node has the option (see `private-process.ts`). */
const NO_INSPECTOR: readonly string[] = process.allowedNodeEnvironmentFlags.has('--disable-sigusr1') ? ['--disable-sigusr1'] : [];

export function forkChannel({ entry, onOutput, args = [] }: ForkChannelOptions): SupervisedChannel {
  const child = fork(entry, [...args], {
    execPath: PROGRAMS.node,
    execArgv: ['--disable-warning=ExperimentalWarning', ...WORKER_HEAP, ...NO_INSPECTOR],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In its own process group, so that Ctrl-C only reaches the supervisor, which stops its workers in order.
    detached: SYSTEM.processes.ownGroup,
  });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onOutput);
  return {
    pid: child.pid,
    send: (message) => {
      // If the channel closes while sending, the process exits and the message is lost with it.
      if (child.connected) child.send(message, () => {});
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      let told = false;
      const tell = (code: number | null, signal: string | null) => {
        if (told) return;
        told = true;
        listener({ code, signal });
      };
      child.once('exit', tell);
      child.once('error', () => tell(null, null));
    },
    end: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
  };
}
