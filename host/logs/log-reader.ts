/** Reads a node's log: pages from its end, and new lines as they arrive. */
import { readFileSync } from 'node:fs';
import type { LogLine, LogQuery } from '../../contract/logs.ts';
import type { Clock } from '../../protocol/ports.ts';
import { HostError } from '../errors.ts';
import { type LogFilter, logFilter, readLogLine } from './log-line.ts';
import { type LogSegment, logSegments } from './log-segments.ts';

/** Oldest first. `more`: there are older matches. @throws HostError LOG_UNREADABLE */
export function logPage(options: { readonly folder: string; readonly query: Omit<LogQuery, 'profileId'> }): {
  lines: LogLine[];
  more: boolean;
} {
  const { limit, before } = options.query;
  const fits = logFilter(options.query);
  const found: LogLine[] = [];
  for (const segment of [...logSegments(options.folder)].reverse()) {
    if (before !== null && segment.start >= before) continue;
    const lines = linesOf(segment, 0).lines.filter((line) => (before === null || line.cursor < before) && fits(line));
    found.unshift(...lines.slice(-(limit + 1)));
    if (found.length > limit) return { lines: found.slice(-limit), more: true };
  }
  return { lines: found, more: false };
}

/** Follows the log from now on until the signal aborts. Yields only complete lines. */
export async function* followLog(options: {
  readonly folder: string;
  readonly filter: LogFilter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly pollMs?: number;
}): AsyncGenerator<readonly LogLine[]> {
  const { folder, clock, signal, pollMs = 500 } = options;
  const fits = logFilter(options.filter);
  const last = logSegments(folder).at(-1);
  let place = last === undefined ? 0 : last.start + last.size;
  while (!signal.aborted) {
    const fresh: LogLine[] = [];
    for (const segment of logSegments(folder)) {
      if (segment.start + segment.size <= place) continue;
      const { lines, end } = linesOf(segment, Math.max(0, place - segment.start));
      fresh.push(...lines.filter(fits));
      place = segment.start + end;
    }
    if (fresh.length > 0) yield fresh;
    await clock.sleep(pollMs, signal).catch(() => {});
  }
}

/** Complete lines from an offset in the file, and the offset after the last one. */
function linesOf(segment: LogSegment, from: number): { lines: LogLine[]; end: number } {
  const bytes = contentOf(segment);
  const lines: LogLine[] = [];
  let offset = from;
  for (let end = bytes.indexOf(10, offset); end !== -1; end = bytes.indexOf(10, offset)) {
    const line = readLogLine(bytes.toString('utf8', offset, end), segment.start + offset);
    if (line !== null) lines.push(line);
    offset = end + 1;
  }
  return { lines, end: offset };
}

function contentOf({ path }: LogSegment): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    // It was rotated away while being read, so it is no longer part of the log.
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return Buffer.alloc(0);
    throw new HostError('LOG_UNREADABLE', `${path} cannot be read`, { path });
  }
}
