/** Parses a line of a node's log for display. */
import { z } from 'zod';
import { LOG_LEVELS, type LogLevel, type LogLine, type LogQuery } from '../../contract/logs.ts';

/** pino's numbers. */
const LEVEL_FROM: readonly (readonly [number, LogLevel])[] = [
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
];

const rawSchema = z.looseObject({ level: z.number(), time: z.number(), msg: z.string().default('') });

/** Null = not a log line. */
export function readLogLine(text: string, cursor: number): LogLine | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const { data } = rawSchema.safeParse(json);
  if (data === undefined) return null;
  const { level, time, msg, ...details } = data;
  return {
    cursor,
    atMs: time,
    level: LEVEL_FROM.find(([from]) => level >= from)?.[1] ?? 'debug',
    message: msg,
    code: textAt(details, 'code') ?? textAt(details.err, 'code'),
    task: textAt(details, 'commitment') ?? textAt(details, 'task') ?? textAt(details.err, 'commitment'),
    details: JSON.stringify(details),
  };
}

export type LogFilter = Pick<LogQuery, 'level' | 'text' | 'task'>;

export function logFilter({ level, text, task }: LogFilter): (line: LogLine) => boolean {
  const lowest = LOG_LEVELS.indexOf(level);
  const wanted = text.toLowerCase();
  const bare = task?.replace(/^0x/, '').toLowerCase() ?? null;
  return (line) => {
    if (LOG_LEVELS.indexOf(line.level) < lowest) return false;
    // The engine writes commitments without 0x, and within its text.
    const all = `${line.message}\n${line.code ?? ''}\n${line.task ?? ''}\n${line.details}`.toLowerCase();
    return all.includes(wanted) && (bare === null || all.includes(bare));
  };
}

function textAt(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const found: unknown = (value as Record<string, unknown>)[name];
  return typeof found === 'string' ? found : null;
}
