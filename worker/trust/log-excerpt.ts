/** The log about a task: lines that mention it, and warnings and errors from its time. Limited in every dimension. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { LogExcerpt } from '../../contract/trust.ts';

export interface LogQuery {
  /** Log files of JSON lines, oldest first. */
  readonly paths: readonly string[];
  readonly commitment: string | null;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface LogLimits {
  /** Read from the end of each file. */
  readonly readBytes: number;
  readonly lines: number;
  /** Longer lines are truncated. */
  readonly lineChars: number;
}

export const LOG_LIMITS: LogLimits = { readBytes: 8 * 1024 * 1024, lines: 300, lineChars: 2_000 };

/** pino's level number for "warn". */
const WARN = 40;
const lineSchema = z.object({ level: z.number(), time: z.number() });

/** The last lines that fit the limits, in order. */
export async function logExcerpt(query: LogQuery, limits: LogLimits = LOG_LIMITS): Promise<LogExcerpt> {
  const kept: string[] = [];
  let truncated = false;
  let found = false;
  for (const path of query.paths) {
    const size = await stat(path).then(
      (file) => (file.isFile() ? file.size : null),
      () => null,
    );
    if (size === null) continue;
    found = true;
    const start = Math.max(0, size - limits.readBytes);
    let isPart = start > 0;
    truncated ||= isPart;
    for await (const line of createInterface({ input: createReadStream(path, { start }), crlfDelay: Number.POSITIVE_INFINITY })) {
      // The first line of a file that is read from the middle is incomplete.
      if (isPart) isPart = false;
      else if (isRelevant(line, query)) kept.push(truncate(line, limits.lineChars));
      if (kept.length > limits.lines) {
        kept.shift();
        truncated = true;
      }
    }
  }
  return found ? { kind: 'excerpt', lines: kept, truncated } : { kind: 'unavailable' };
}

function isRelevant(line: string, { commitment, fromMs, toMs }: LogQuery): boolean {
  // The engine writes commitments without 0x.
  if (commitment !== null && line.includes(commitment.replace(/^0x/, ''))) return true;
  const parsed = parseLine(line);
  return parsed !== null && parsed.level >= WARN && parsed.time >= fromMs && parsed.time <= toMs;
}

function parseLine(line: string): z.output<typeof lineSchema> | null {
  if (!line.startsWith('{')) return null;
  try {
    return lineSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function truncate(line: string, chars: number): string {
  return line.length <= chars ? line : `${line.slice(0, chars)}…`;
}
