/** The filter of the task list, as stored in the URL and as sent to the node. */
import type { TaskFilter, TaskRow } from '../../../contract/tasks.ts';
import { TASK_STATUSES, TASK_TYPE, type TaskStatus, type TaskType } from '../../../protocol/tasks/status.ts';

export const TASK_TYPES = Object.keys(TASK_TYPE) as readonly TaskType[];

export const PERIODS = ['all', 'day', 'week', 'month', 'between'] as const;
export type PeriodKind = (typeof PERIODS)[number];

const DAY_MS = 86_400_000;
const PERIOD_MS = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS } as const;

export type Period =
  | { readonly kind: 'all' }
  | { readonly kind: keyof typeof PERIOD_MS }
  /** Local days as `YYYY-MM-DD`, both included; an empty one means no limit. */
  | { readonly kind: 'between'; readonly from: string; readonly to: string };

export interface TaskView {
  readonly types: readonly TaskType[];
  readonly statuses: readonly TaskStatus[];
  readonly model: string;
  readonly text: string;
  readonly period: Period;
}

export const ALL_TASKS: TaskView = { types: [], statuses: [], model: '', text: '', period: { kind: 'all' } };

export function isUnfiltered(view: TaskView): boolean {
  return writeTaskView(view).toString() === '';
}

const URL_KEYS = {
  types: 'type',
  statuses: 'state',
  model: 'model',
  text: 'q',
  period: 'period',
  from: 'from',
  to: 'to',
} as const;

/** Leaves out filters that are not set, so that the plain list has a plain URL. Other parameters are kept. */
export function writeTaskView(view: TaskView, others: URLSearchParams = new URLSearchParams()): URLSearchParams {
  const params = new URLSearchParams(others);
  const put = (key: string, value: string) => (value === '' ? params.delete(key) : params.set(key, value));
  put(URL_KEYS.types, view.types.join(','));
  put(URL_KEYS.statuses, view.statuses.join(','));
  put(URL_KEYS.model, view.model);
  put(URL_KEYS.text, view.text);
  put(URL_KEYS.period, view.period.kind === 'all' ? '' : view.period.kind);
  put(URL_KEYS.from, view.period.kind === 'between' ? view.period.from : '');
  put(URL_KEYS.to, view.period.kind === 'between' ? view.period.to : '');
  return params;
}

/** Ignores whatever does not fit: a typed or outdated URL shows too much rather than nothing. */
export function readTaskView(params: URLSearchParams): TaskView {
  return {
    types: knownNames(TASK_TYPES, params.get(URL_KEYS.types)),
    statuses: knownNames(TASK_STATUSES, params.get(URL_KEYS.statuses)),
    model: params.get(URL_KEYS.model) ?? '',
    text: params.get(URL_KEYS.text) ?? '',
    period: readPeriod(params),
  };
}

function readPeriod(params: URLSearchParams): Period {
  const kind = params.get(URL_KEYS.period);
  if (kind === 'between') return { kind, from: validDay(params.get(URL_KEYS.from)), to: validDay(params.get(URL_KEYS.to)) };
  if (kind === 'day' || kind === 'week' || kind === 'month') return { kind };
  return { kind: 'all' };
}

function knownNames<Name extends string>(names: readonly Name[], text: string | null): readonly Name[] {
  const given = new Set(text?.split(','));
  return names.filter((name) => given.has(name));
}

function validDay(text: string | null): string {
  return text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : '';
}

/** The query for the node. Relative periods count back from `nowMs`. */
export function taskFilter(view: TaskView, nowMs: number): TaskFilter {
  return {
    types: [...view.types],
    statuses: [...view.statuses],
    model: view.model.trim(),
    text: view.text.trim(),
    ...periodRange(view.period, nowMs),
  };
}

function periodRange(period: Period, nowMs: number): { fromMs: number | null; toMs: number | null } {
  if (period.kind === 'all') return { fromMs: null, toMs: null };
  if (period.kind !== 'between') return { fromMs: nowMs - PERIOD_MS[period.kind], toMs: null };
  return { fromMs: startOfDay(period.from, 0), toMs: startOfDay(period.to, 1) };
}

function startOfDay(text: string, plusDays: number): number | null {
  const [year, month, date] = text.split('-').map(Number);
  if (year === undefined || month === undefined || date === undefined) return null;
  return new Date(year, month - 1, date + plusDays).getTime();
}

/** Whether a task belongs in the list, by the same rules as the node's own search. */
export function matchesFilter(row: TaskRow, filter: TaskFilter): boolean {
  const includes = (value: string, part: string) => value.toLowerCase().includes(part.toLowerCase());
  return (
    (filter.types.length === 0 || filter.types.includes(row.type)) &&
    (filter.statuses.length === 0 || filter.statuses.includes(row.status)) &&
    (filter.model === '' || row.modelIds.some((id) => includes(id, filter.model))) &&
    (filter.text === '' ||
      [row.commitment, row.abortReason === 'None' ? '' : row.abortReason, row.error?.code ?? '', row.error?.message ?? ''].some(
        (value) => includes(value, filter.text),
      )) &&
    (filter.fromMs === null || row.seenMs >= filter.fromMs) &&
    (filter.toMs === null || row.seenMs < filter.toMs)
  );
}
