/** Starts a worker program as a child process; its contract uses the fork's private channel. */

import { fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { WORKER_HEAP } from '../contract/worker-channel.ts';
import type { WorkerChannel } from '../contract/worker-client.ts';
import { PROGRAMS } from '../platform/programs.ts';
import { SYSTEM } from '../platform/system.ts';

export interface ForkOptions {
  /** Path of the worker's entry point. */
  readonly entry: string;
  /** The process's output is appended to this file; dropped if omitted. */
  readonly logFile?: string;
  readonly args?: readonly string[];
}

export function forkWorker({ entry, logFile, args = [] }: ForkOptions): WorkerChannel {
  const output = logFile === undefined ? 'ignore' : openSync(logFile, 'a');
  const child = fork(entry, [...args], {
    execPath: PROGRAMS.node,
    execArgv: ['--disable-warning=ExperimentalWarning', ...WORKER_HEAP],
    stdio: ['ignore', output, output, 'ipc'],
    // In its own process group, so that Ctrl-C only reaches the supervisor, which stops its workers in order.
    detached: SYSTEM.processes.ownGroup,
  });
  if (typeof output === 'number') closeSync(output);
  return {
    pid: child.pid,
    send: (message) => {
      // If the channel closes while sending, the process exits and the message is lost with it.
      if (child.connected) child.send(message, () => {});
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      child.once('exit', (code, signal) => listener({ code, signal }));
      child.once('error', () => listener({ code: null, signal: null }));
    },
  };
}
