/** The chart's intervals. All in UTC, weeks from Monday, as the contract counts them. */
import type { Bucket } from '../../../contract/money.ts';

const DAY = 86_400_000;

/** The number of bars shown. */
const STEP_COUNTS: Readonly<Record<Bucket, number>> = { day: 30, week: 26, month: 12 };

/** Starts of the last intervals, oldest first, and the end of the current one. */
export function chartSteps(bucket: Bucket, nowMs: number): { readonly starts: readonly number[]; readonly toMs: number } {
  const count = STEP_COUNTS[bucket];
  const starts = Array.from({ length: count + 1 }, (_, index) => startOfStep(bucket, nowMs, index - count + 1));
  return { starts: starts.slice(0, -1), toMs: starts.at(-1) ?? nowMs };
}

/** Start of the interval that contains `nowMs`, shifted by that many intervals. */
function startOfStep(bucket: Bucket, nowMs: number, moved: number): number {
  const today = Math.floor(nowMs / DAY);
  if (bucket === 'day') return (today + moved) * DAY;
  // Day 0 of the epoch was a Thursday.
  if (bucket === 'week') return (today - ((today + 3) % 7) + moved * 7) * DAY;
  const date = new Date(nowMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + moved, 1);
}

export function stepText(bucket: Bucket, startMs: number, language: string): string {
  const parts =
    bucket === 'month' ? ({ month: 'short', year: 'numeric' } as const) : ({ month: 'short', day: 'numeric' } as const);
  return new Intl.DateTimeFormat(language, { ...parts, timeZone: 'UTC' }).format(startMs);
}
