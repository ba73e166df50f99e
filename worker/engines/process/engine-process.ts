/** One run of an engine program, from spawn to exit. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { SYSTEM } from '../../../platform/system.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { killRemainingGroup, killTree } from '../../kit/kill-tree.ts';

const TAIL_LINES = 60;
const MAX_LINE = 2000;
/** A program that left its group may keep a pipe open forever. */
const PIPES_MS = 1000;

export interface EngineCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface EngineExit {
  /** For display: `exit code 1`, `signal SIGKILL`, `could not be started: ENOENT`. */
  readonly description: string;
  /** Last lines of its output. */
  readonly tail: readonly string[];
}

export interface EngineProcess {
  /** Undefined if the program could not be started. */
  readonly pid: number | undefined;
  /** Resolves once the process is gone, never earlier. */
  readonly exited: Promise<EngineExit>;
  /** SIGTERM to the whole tree, SIGKILL after the grace period. Resolves as `exited` does. */
  terminate(): Promise<EngineExit>;
}

export interface EngineProcessInput {
  readonly program: EngineCommand;
  readonly cwd: string;
  readonly clock: Clock;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  readonly onLine: (line: string) => void;
}

/** Never throws: a program that cannot be started counts as one that has exited at once. */
export function startEngineProcess(input: EngineProcessInput): EngineProcess {
  try {
    return supervise(spawnEngine(input), input);
  } catch (error) {
    const exited = Promise.resolve({ description: `could not be started: ${errorText(error)}`, tail: [] });
    return { pid: undefined, exited, terminate: () => exited };
  }
}

function spawnEngine({ program, cwd }: EngineProcessInput) {
  // Detached = leader of its own group on POSIX, so that the whole tree can be ended, and we handle Ctrl-C.
  return spawn(program.command, program.args, {
    cwd,
    env: program.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: SYSTEM.processes.ownGroup,
    windowsHide: true,
  });
}

function supervise(child: ReturnType<typeof spawnEngine>, input: EngineProcessInput): EngineProcess {
  const { clock, graceMs } = input;
  const tail: string[] = [];
  const onLine = (line: string) => {
    const text = line.slice(0, MAX_LINE);
    tail.push(text);
    if (tail.length > TAIL_LINES) tail.shift();
    input.onLine(text);
  };
  for (const stream of [child.stdout, child.stderr]) readLines(stream, onLine);

  const gone = new AbortController();
  const exited = new Promise<EngineExit>((resolve) => {
    const finish = (description: string) => {
      gone.abort();
      resolve({ description, tail });
    };
    child.once('error', (error) => {
      if (child.pid === undefined) finish(`could not be started: ${errorText(error)}`);
    });
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) killRemainingGroup(child.pid);
      // Its last output may still be in the pipes, which close once no process of its group is left.
      const ended = signal === null ? `exit code ${code}` : `signal ${signal}`;
      child.once('close', () => finish(ended));
      void clock.sleep(PIPES_MS, gone.signal).then(
        () => finish(ended),
        () => {},
      );
    });
  });

  let terminating = false;
  const escalate = async (pid: number) => {
    killTree(pid, 'ask');
    try {
      await clock.sleep(graceMs, gone.signal);
    } catch {
      return;
    }
    killTree(pid, 'force');
  };
  return {
    pid: child.pid,
    exited,
    terminate() {
      if (!terminating && child.pid !== undefined && !gone.signal.aborted) {
        terminating = true;
        void escalate(child.pid);
      }
      return exited;
    },
  };
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  stream.on('error', () => {});
  createInterface({ input: stream }).on('line', onLine);
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
