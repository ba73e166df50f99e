/** Figures with their spread: several runs of each, so that noise can be distinguished from change. */
import { z } from 'zod';

const figureSchema = z.object({
  /** Unit of `value`: ms, MiB, %, requests, ×, instructions. */
  unit: z.string(),
  /** One per run. */
  runs: z.array(z.number()).min(1),
  /** The lowest possible value, in the same unit; null = unknown. */
  floor: z.number().nullable(),
});
export type Figure = Readonly<z.output<typeof figureSchema>>;

export const reportSchema = z.object({
  machine: z.string(),
  date: z.string(),
  figures: z.record(z.string(), figureSchema),
});
export type Report = Readonly<z.output<typeof reportSchema>>;

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Collects the runs of each figure under its name. */
export class Figures {
  readonly #figures = new Map<string, { unit: string; runs: number[]; floor: number | null }>();

  add(name: string, unit: string, value: number, floor: number | null = null): void {
    const figure = this.#figures.get(name) ?? { unit, runs: [], floor };
    figure.runs.push(value);
    this.#figures.set(name, figure);
  }

  all(): Record<string, Figure> {
    return Object.fromEntries(this.#figures);
  }
}

function formatFigure({ unit, runs }: Pick<Figure, 'unit' | 'runs'>): string {
  const digits = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2));
  const spread = runs.length === 1 ? '' : `  (${digits(Math.min(...runs))} … ${digits(Math.max(...runs))})`;
  return `${digits(median(runs))} ${unit}${spread}`;
}

/** One line per figure: now, spread, floor. */
export function figureTable(figures: Record<string, Figure>): string[] {
  const width = Math.max(0, ...Object.keys(figures).map((name) => name.length));
  return Object.entries(figures).map(([name, figure]) => {
    const floor = figure.floor === null ? '' : `  floor ${figure.floor} ${figure.unit}`;
    return `${name.padEnd(width)}  ${formatFigure(figure)}${floor}`;
  });
}

export type Verdict = 'slower' | 'faster' | 'same';

/** Something has changed if the ranges of the two sides do not overlap and the medians differ by a tenth. */
export function verdictOf(before: Figure, now: Figure): Verdict {
  const ratio = median(now.runs) / median(before.runs);
  if (Math.min(...now.runs) > Math.max(...before.runs) && ratio > 1.1) return 'slower';
  if (Math.max(...now.runs) < Math.min(...before.runs) && ratio < 1 / 1.1) return 'faster';
  return 'same';
}

/** Figures of both reports, those that became slower first; figures that only one of them has are left out. */
export function comparisonTable(before: Report, now: Report): string[] {
  const rows = Object.entries(now.figures).flatMap(([name, figure]) => {
    const old = before.figures[name];
    if (old === undefined || old.unit !== figure.unit) return [];
    const ratio = median(figure.runs) / median(old.runs);
    return [
      { name, verdict: verdictOf(old, figure), text: `${formatFigure(old)}  →  ${formatFigure(figure)}  × ${ratio.toFixed(2)}` },
    ];
  });
  const order: readonly Verdict[] = ['slower', 'faster', 'same'];
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  return rows
    .toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
    .map(({ name, verdict, text }) => `${verdict.padEnd(6)}  ${name.padEnd(width)}  ${text}`);
}
