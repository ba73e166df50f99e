/** A card's history of one value, as lines of a chart. Pure. */
import type { GpuHistoryPoint } from '../../../contract/gpu.ts';

export const METRICS = ['load', 'memory', 'temperature', 'power'] as const;
export type Metric = (typeof METRICS)[number];
export type Period = 'hour' | 'day' | 'week';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const PERIOD_MS: Readonly<Record<Period, number>> = { hour: HOUR, day: 24 * HOUR, week: 168 * HOUR };
const TICK_MS: Readonly<Record<Period, number>> = { hour: 10 * MINUTE, day: 4 * HOUR, week: 24 * HOUR };

const METRIC_FIELDS = { load: 'loadPercent', memory: 'memoryUsedMib', temperature: 'temperatureC', power: 'powerW' } as const;

export interface HistoryLinePoint {
  readonly atMs: number;
  /** In %, GiB, °C or W; null = not reported by the card. */
  readonly average: number | null;
  readonly maximum: number | null;
}

export function historyLines(points: readonly GpuHistoryPoint[], metric: Metric): readonly HistoryLinePoint[] {
  const shown = (value: number) => (metric === 'memory' ? Math.round(value / 102.4) / 10 : Math.round(value));
  return points.map((point) => {
    const figures = point[METRIC_FIELDS[metric]];
    if (figures === null) return { atMs: point.atMs, average: null, maximum: null };
    return { atMs: point.atMs, average: shown(figures.average), maximum: shown(figures.maximum) };
  });
}

/** Round times within the range. */
export function historyTicks(fromMs: number, toMs: number, period: Period): number[] {
  const step = TICK_MS[period];
  const ticks: number[] = [];
  for (let atMs = Math.ceil(fromMs / step) * step; atMs <= toMs; atMs += step) ticks.push(atMs);
  return ticks;
}
