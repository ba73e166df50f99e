/** How a command talks to the person in front of it. */
import { createInterface } from 'node:readline/promises';
import { EXIT } from './exit-codes.ts';

export interface Terminal {
  /** The answer: standard output. */
  readonly out: (text: string) => void;
  /** Progress, questions and complaints: standard error, so that the answer stays clean. */
  readonly note: (text: string) => void;
  /** Null = nobody is there to answer. */
  readonly ask: ((question: string, signal?: AbortSignal) => Promise<string>) | null;
  /** Aborted when the person or the system asks the command to end. */
  readonly signal: AbortSignal;
}

export function systemTerminal(): Terminal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A second Ctrl-C ends at once. Workers and engines end with us and resume from their stores.
      if (ending.signal.aborted && signal === 'SIGINT') process.exit(EXIT.interrupted);
      ending.abort(new Error(`ended by ${signal}`));
    });
  }
  // The reader of a pipe may close it early.
  process.stdout.on('error', () => {});
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    ask: process.stdin.isTTY ? ask : null,
    signal: ending.signal,
  };
}

async function ask(question: string, signal?: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await (signal === undefined ? lines.question(question) : lines.question(question, { signal }));
  } finally {
    lines.close();
  }
}
