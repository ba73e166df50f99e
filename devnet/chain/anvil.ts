/** Anvil as a supervised child process: loopback only, ready when it answers, gone when we are. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { PROGRAMS } from '../../platform/programs.ts';
import type { Clock } from '../../protocol/ports.ts';
import { AnvilControl } from './anvil-control.ts';
import { anvilProgram } from './anvil-program.ts';
import { chainStateFile } from './chain-state.ts';
import { DevnetChainError } from './errors.ts';

const HOST = '127.0.0.1';
const TAIL_LINES = 20;
const LISTENING = /Listening on 127\.0\.0\.1:(\d+)/;

export interface AnvilOptions {
  readonly clock: Clock;
  readonly chainId: number;
  /** 0 (default) = any free port. */
  readonly port?: number;
  /** The chain is loaded from here, and written back by {@link Anvil.save} and when it ends. */
  readonly statePath?: string;
  /** Seconds between blocks; without it, every transaction gets its own block at once. */
  readonly blockTimeSeconds?: number;
  /** Rules of the chain, e.g. `berlin` for one without EIP-1559. */
  readonly hardfork?: string;
  readonly onLine?: (line: string) => void;
  /** Milliseconds within which it must answer. */
  readonly readyTimeoutMs?: number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs?: number;
  readonly program?: string;
}

export interface Anvil {
  readonly url: string;
  readonly port: number;
  /** Pid of anvil itself, not of its guard. */
  readonly pid: number;
  readonly control: AnvilControl;
  /** Resolves with its exit code once it is gone. */
  readonly exited: Promise<number | null>;
  /** Resolves when everything so far is saved durably. Does nothing without a state file. */
  save(): Promise<void>;
  /** Saves, ends it and waits for its exit. */
  stop(): Promise<void>;
}

const startedSchema = z.object({ type: z.literal('started'), pid: z.number().int().positive() });

/** @throws DevnetChainError DEVNET_CHAIN_NO_PROGRAM, DEVNET_CHAIN_NOT_STARTED; nothing is left running in that case. */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  const { clock, readyTimeoutMs = 20_000, graceMs = 5_000 } = options;
  const child = fork(PROGRAMS.anvilGuard, [String(graceMs), options.program ?? anvilProgram(), ...anvilArguments(options)], {
    execPath: PROGRAMS.node,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  });
  const tail: string[] = [];
  let pid: number | null = null;
  let control: AnvilControl | null = null;
  const ended = new AbortController();
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      // A guard that was killed can no longer end its anvil.
      if (code === null && pid !== null) killIfAlive(pid);
      ended.abort(new DevnetChainError('DEVNET_CHAIN_NOT_STARTED', `anvil ended with code ${code}: ${tail.join(' | ')}`));
      resolve(code);
    });
  });
  let save = (): Promise<void> => Promise.resolve();
  const stop = async (): Promise<void> => {
    // If it has died or does not answer in time, the earlier saves have to do: they come before anything that depends
    // on them.
    const saved = new AbortController();
    const saveTimeout = clock.sleep(graceMs, AbortSignal.any([saved.signal, ended.signal])).catch(() => {});
    await Promise.race([save().catch(() => {}), saveTimeout]);
    saved.abort();
    control?.close();
    if (child.connected) child.disconnect();
    await exited;
  };

  const finished = new AbortController();
  const startTimeout = clock.sleep(readyTimeoutMs, AbortSignal.any([finished.signal, ended.signal])).then(() => {
    throw new DevnetChainError('DEVNET_CHAIN_NOT_STARTED', `anvil was not ready in ${readyTimeoutMs} ms: ${tail.join(' | ')}`);
  });
  try {
    const listening = listeningPort(child, tail, options.onLine);
    const anvilPid = await Promise.race([processId(child), startTimeout]);
    pid = anvilPid;
    const port = await Promise.race([listening, startTimeout]);
    const url = `http://${HOST}:${port}`;
    control = new AnvilControl(url, options.chainId);
    const chainId = await Promise.race([control.chainId(), startTimeout]);
    if (chainId !== options.chainId) {
      throw new DevnetChainError('DEVNET_CHAIN_BAD_STATE', `the chain answers with id ${chainId} instead of ${options.chainId}`);
    }
    if (options.statePath !== undefined) save = chainStateFile(options.statePath, control);
    return { url, port, pid: anvilPid, control, exited, save, stop };
  } catch (cause) {
    await stop();
    throw cause;
  } finally {
    finished.abort();
    // Its rejection was already delivered by a race above, or comes from the abort just made.
    startTimeout.catch(() => {});
  }
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

function anvilArguments(options: AnvilOptions): string[] {
  const args = ['--host', HOST, '--port', String(options.port ?? 0), '--chain-id', String(options.chainId)];
  // Not anvil's ten well-known rich accounts.
  args.push('--accounts', '1', '--balance', '0', '--no-cors');
  if (options.statePath !== undefined && existsSync(options.statePath)) args.push('--load-state', options.statePath);
  if (options.blockTimeSeconds !== undefined) args.push('--block-time', String(options.blockTimeSeconds));
  if (options.hardfork !== undefined) args.push('--hardfork', options.hardfork);
  return args;
}

function processId(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      const started = startedSchema.safeParse(message);
      if (started.success) resolve(started.data.pid);
    });
  });
}

function listeningPort(child: ChildProcess, tail: string[], onLine?: (line: string) => void): Promise<number> {
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        if (line.trim() === '') return;
        tail.push(line);
        if (tail.length > TAIL_LINES) tail.shift();
        onLine?.(line);
        const port = LISTENING.exec(line)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    }
  });
}
