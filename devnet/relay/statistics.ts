/** Figures that the relay computes from its books: income by day, task counts by hour. */
import { isTerminal, type TaskType } from '../../protocol/tasks/status.ts';
import type { RelayContext } from './context.ts';
import type { LedgerRow, TaskRow } from './store/rows.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;
/** The epoch began on a Thursday; emission weeks begin on Monday. */
const MONDAY_MS = 4 * DAY_MS;

export const startOf = (ms: number, span: number): number => ms - (ms % span);

/** The emission week that contains a moment. */
export function emissionWeek(nowMs: number): { readonly startMs: number; readonly endMs: number } {
  const startMs = nowMs - ((nowMs - MONDAY_MS) % WEEK_MS);
  return { startMs, endMs: startMs + WEEK_MS };
}

/** Starts of the last `count` emission weeks, including the current one. */
export function emissionWeeks(nowMs: number, count: number): number[] {
  const { startMs } = emissionWeek(nowMs);
  return Array.from({ length: count }, (_, index) => startMs - (count - 1 - index) * WEEK_MS);
}

/** Starts of `count` days, the last of which contains `endMs`. */
export function daysUpTo(endMs: number, count: number): number[] {
  const last = startOf(endMs, DAY_MS);
  return Array.from({ length: Math.max(0, count) }, (_, index) => last - (count - 1 - index) * DAY_MS);
}

/** Starts of `count` whole spans before the one that contains `endMs`. */
export function spansBefore(endMs: number, { span, count }: { readonly span: number; readonly count: number }): number[] {
  const end = startOf(endMs, span);
  return Array.from({ length: Math.max(0, count) }, (_, index) => end - (count - index) * span);
}

export interface Income {
  readonly node: string;
  /** The node itself, or one of its delegators. */
  readonly payee: string;
  readonly wei: bigint;
  readonly atMs: number;
  readonly task: TaskRow | undefined;
}

/** What tasks have paid to nodes and delegators. */
export function incomes({ store }: Pick<RelayContext, 'store'>): Income[] {
  const isIncome = (row: LedgerRow) => row.type === 'TaskIncome' || row.type === 'UserDelegation';
  return store.ledger
    .values()
    .filter(isIncome)
    .map((row) => {
      const task = store.tasks.get(row.reason.split('-')[1] ?? '');
      return { node: task?.selectedNode ?? row.to, payee: row.to, wei: row.wei, atMs: row.atMs, task };
    });
}

export const isOperators = ({ node, payee }: Income): boolean => node === payee;

export function sumWei(rows: readonly { readonly wei: bigint }[]): bigint {
  return rows.reduce((sum, { wei }) => sum + wei, 0n);
}

export const within =
  (startMs: number, span: number) =>
  ({ atMs }: { readonly atMs: number }): boolean =>
    atMs >= startMs && atMs < startMs + span;

export type TaskKind = 'Image' | 'Text' | 'All';

export function isOfKind(type: TaskType, kind: TaskKind): boolean {
  return kind === 'All' || (type === 'Llm') === (kind === 'Text');
}

export function hasSucceeded({ status }: TaskRow): boolean {
  return status === 'EndSuccess' || status === 'EndGroupSuccess' || status === 'EndGroupRefund';
}

export function hasEnded({ status }: TaskRow): boolean {
  return isTerminal(status);
}

/** Ascending bins of `size`; empty ones are left out. */
export function histogram(values: readonly number[], size: number): { readonly bins: number[]; readonly counts: number[] } {
  const counted = new Map<number, number>();
  for (const value of values) {
    const bin = Math.floor(value / size) * size;
    counted.set(bin, (counted.get(bin) ?? 0) + 1);
  }
  const bins = [...counted.keys()].sort((a, b) => a - b);
  return { bins, counts: bins.map((bin) => counted.get(bin) ?? 0) };
}
