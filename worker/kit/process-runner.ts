/** Runs a small read-only program until it ends or its time limit passes. */

import { type ChildProcess, spawn } from 'node:child_process';
import { SYSTEM } from '../../platform/system.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { killTree } from './kill-tree.ts';

export interface ProcessRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export type ProcessOutcome =
  | {
      readonly kind: 'exited';
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
      readonly tookMs: number;
    }
  | { readonly kind: 'notFound' }
  /**
   * Killed, but possibly not dead: a process in an uninterruptible driver call survives SIGKILL. `gone` resolves when
   * it has ended.
   */
  | { readonly kind: 'timedOut'; readonly gone: Promise<void> }
  | { readonly kind: 'failed'; readonly detail: string };

export interface ProcessRunner {
  /** Never rejects. */
  run(request: ProcessRequest): Promise<ProcessOutcome>;
}

/** The output for eight cards with all their supported clocks is about 0.5 MiB. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

export class SystemProcessRunner implements ProcessRunner {
  readonly #clock: Clock;

  constructor(options: { readonly clock: Clock }) {
    this.#clock = options.clock;
  }

  async run(request: ProcessRequest): Promise<ProcessOutcome> {
    const tookMs = startStopwatch(this.#clock);
    let child: ChildProcess;
    try {
      child = spawn(request.command, request.args, {
        // For numbers and messages as documented, whatever the host's language.
        env: { ...process.env, LC_ALL: 'C', ...request.env },
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
        // A separate group, so that everything the program started dies with it.
        detached: SYSTEM.processes.ownGroup,
      });
    } catch (error) {
      return { kind: 'failed', detail: String(error) };
    }
    const ended = outcomeOf(child, tookMs);
    const timer = new AbortController();
    const timeout = this.#clock.sleep(request.timeoutMs, timer.signal).then(
      () => null,
      () => null,
    );
    const first = await Promise.race([ended, timeout]);
    timer.abort();
    if (first !== null) return first;
    killGroup(child);
    return { kind: 'timedOut', gone: ended.then(() => undefined) };
  }
}

function outcomeOf(child: ChildProcess, tookMs: () => number): Promise<ProcessOutcome> {
  return new Promise((resolve) => {
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let bytes = 0;
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MAX_OUTPUT_BYTES) output[stream].push(chunk);
        else killGroup(child);
      });
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ENOENT' ? { kind: 'notFound' } : { kind: 'failed', detail: error.message });
    });
    child.once('close', (code, signal) => {
      if (bytes > MAX_OUTPUT_BYTES) resolve({ kind: 'failed', detail: `more than ${MAX_OUTPUT_BYTES} bytes of output` });
      else if (code === null) resolve({ kind: 'failed', detail: `ended by ${signal}` });
      else
        resolve({
          kind: 'exited',
          code,
          stdout: decodeChunks(output.stdout),
          stderr: decodeChunks(output.stderr),
          tookMs: tookMs(),
        });
    });
  });
}

function decodeChunks(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

/** These programs only read, so a graceful end is unnecessary. */
function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) killTree(child.pid, 'force');
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}
