/** The log lines that are shown: a range without gaps that grows at both ends. */
import { LOG_LEVELS, type LogLevel, type LogLine } from '../../../contract/logs.ts';

/** The filter of the lines, as stored in the URL. */
export interface LogView {
  readonly level: LogLevel;
  readonly text: string;
  /** Commitment; null = all. */
  readonly task: string | null;
}

export function readLogView(params: URLSearchParams): LogView {
  return {
    level: LOG_LEVELS.find((level) => level === params.get('level')) ?? 'info',
    text: params.get('q') ?? '',
    task: params.get('task'),
  };
}

export function writeLogView({ level, text, task }: LogView): URLSearchParams {
  const params = new URLSearchParams();
  if (level !== 'info') params.set('level', level);
  if (text !== '') params.set('q', text);
  if (task !== null) params.set('task', task);
  return params;
}

export interface LogList {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  /** There are older lines. */
  readonly more: boolean;
  /** False before the first page. */
  readonly loaded: boolean;
}

export const EMPTY_LOG: LogList = { lines: [], more: false, loaded: false };

/** The maximum number of lines kept; beyond it, lines are dropped at the end that is out of view. */
export const MAX_LINES = 20_000;

export function addOlder(list: LogList, page: { readonly lines: readonly LogLine[]; readonly more: boolean }): LogList {
  const first = list.lines[0]?.cursor ?? Number.POSITIVE_INFINITY;
  return { lines: [...page.lines.filter((line) => line.cursor < first), ...list.lines], more: page.more, loaded: true };
}

/** Adds new lines; a line that the page already contained is not added twice. */
export function addNewer(list: LogList, lines: readonly LogLine[]): LogList {
  const last = list.lines.at(-1)?.cursor ?? -1;
  const news = lines.filter((line) => line.cursor > last).toSorted((a, b) => a.cursor - b.cursor);
  if (news.length === 0) return list;
  const all = [...list.lines, ...news];
  const dropped = Math.max(0, all.length - MAX_LINES);
  return { ...list, lines: all.slice(dropped), more: list.more || dropped > 0 };
}
