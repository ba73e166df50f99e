/** Writes a worker process's output line by line: redacted, bounded, rotated, and always JSON. */
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Clock } from '../../protocol/ports.ts';
import { redactor } from '../../worker/log.ts';
import { logSegments, segmentPath } from './log-segments.ts';

export interface LogWriterOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** Values that must never appear, in any context. */
  readonly secrets: readonly string[];
  /** Maximum size of a file, bytes. */
  readonly segmentBytes?: number;
  /** Maximum number of files; the oldest are deleted. */
  readonly segments?: number;
}

export interface LogWriter {
  /** Takes any piece of output; lines may be split anywhere. Never throws: a full disk must not stop a node. */
  write(text: string): void;
  /** Writes an unfinished last line. */
  close(): void;
}

/** Maximum length of a line. It is cut after redaction, so that no secret is split. */
const READ_CHARS = 128 * 1024;
const LINE_CHARS = 32 * 1024;
/** pino's number for "error": output that is not JSON comes from a failing runtime. */
const ERROR = 50;

export function createLogWriter(options: LogWriterOptions): LogWriter {
  const { folder, clock, secrets, segmentBytes = 4 * 1024 * 1024, segments = 6 } = options;
  const redact = redactor(secrets);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const last = logSegments(folder).at(-1);
  // A new process starts a new file, because its predecessor may have died in the middle of a line.
  let start = last === undefined ? 0 : last.start + last.size;
  let size = 0;
  let file = openSync(segmentPath(folder, start), 'a', 0o600);
  let rest = '';
  let closed = false;

  function keep(line: string): void {
    if (line.trim() === '') return;
    const bytes = Buffer.from(`${asJson(redact(line), clock.now())}\n`);
    try {
      if (size > 0 && size + bytes.length > segmentBytes) rotate();
      size += writeSync(file, bytes);
    } catch {
      // There is nowhere to report this: the log is where it would go.
    }
  }

  function rotate(): void {
    // The folder may have been deleted; until it exists again, keep writing to the open file.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const next = openSync(segmentPath(folder, start + size), 'a', 0o600);
    closeSync(file);
    file = next;
    start += size;
    size = 0;
    prune();
  }

  function prune(): void {
    for (const old of logSegments(folder).slice(0, -segments)) rmSync(old.path, { force: true });
  }

  prune();
  return {
    write(text) {
      if (closed) return;
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(0, READ_CHARS);
      for (const line of lines) keep(line);
    },
    close() {
      if (closed) return;
      closed = true;
      keep(rest);
      closeSync(file);
    },
  };
}

function asJson(line: string, nowMs: number): string {
  if (line.length <= LINE_CHARS && isObject(line)) return line;
  const msg = line.length <= LINE_CHARS ? line : `${line.slice(0, LINE_CHARS)}…`;
  return JSON.stringify({ level: ERROR, time: nowMs, msg });
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
