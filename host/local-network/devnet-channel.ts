/**
 * The messages between the host and the devnet's process that the host needs; everything else on that channel is the
 * devnet's own business.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { z } from 'zod';
import { type NetworkMode, networkPresetSchema } from '../../contract/node-config.ts';
import { errorViewSchema } from '../../contract/worker-channel.ts';
import { PROGRAMS } from '../../platform/programs.ts';
import { SYSTEM } from '../../platform/system.ts';

export const fromDevnetSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), preset: networkPresetSchema, explorerUrl: z.string().nullable().default(null) }),
  z.object({ type: z.literal('funded'), id: z.number().int() }),
  /** An error that did not end it. `id`: of the order that failed, if it had one. */
  z.object({ type: z.literal('error'), error: errorViewSchema }),
  z.object({ type: z.literal('fatal'), error: errorViewSchema }),
]);
export type FromDevnet = z.output<typeof fromDevnetSchema>;

/** Amounts are decimal wei strings. */
export type ToDevnet =
  | { readonly type: 'start'; readonly config: DevnetOrder }
  | {
      readonly type: 'fund';
      readonly id: number;
      readonly address: string;
      readonly walletWei: string;
      readonly balanceWei: string;
      readonly stakeWei: string;
    }
  | { readonly type: 'workload'; readonly everySeconds: number | null }
  | { readonly type: 'stop' };

export interface DevnetOrder {
  readonly mode: NetworkMode;
  readonly dataDir: string;
  readonly statePath: string;
  readonly workerEntry: string;
  readonly port: number;
  readonly peers: readonly {
    readonly name: string;
    readonly engine: {
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    };
    readonly gpu: { readonly name: string; readonly vramGib: number };
    readonly modelIds: readonly string[];
  }[];
}

/** A devnet's process, however it was started. */
export interface DevnetChannel {
  send(message: ToDevnet): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once; no messages follow. */
  onExit(listener: () => void): void;
  kill(): void;
}

export interface ForkDevnetOptions {
  readonly entry: string;
  /** Its output is appended to this file. */
  readonly logFile: string;
}

/** It ends when this process does, because its channel closes. */
export function forkDevnet({ entry, logFile }: ForkDevnetOptions): DevnetChannel {
  const log = openSync(logFile, 'a', 0o600);
  const child: ChildProcess = fork(entry, [], {
    execPath: PROGRAMS.node,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', log, log, 'ipc'],
    // Ctrl-C is for the host, which stops it in order.
    detached: SYSTEM.processes.ownGroup,
  });
  closeSync(log);
  return {
    send: (message) => {
      if (child.connected) child.send(message, () => {});
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      child.once('exit', listener);
      child.once('error', listener);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
