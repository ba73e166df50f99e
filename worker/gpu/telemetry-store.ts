/**
 * A card's readings, down-sampled as they arrive: each reading is added to its step on every level, so nothing has to
 * be thinned out later and a crash loses nothing. Steps that are too old for their level are deleted when a new step
 * starts, which limits the table's size (see {@link maxRowsPerCard}).
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { z } from 'zod';
import type { GpuHistoryPoint, GpuHistoryQuery } from '../../contract/gpu.ts';
import { inTransaction, readAll } from '../kit/database.ts';

/** What the sampler reads from one card; null = the card does not report it. */
export interface CardReading {
  readonly id: string;
  readonly loadPercent: number | null;
  readonly memoryUsedMib: number | null;
  readonly temperatureC: number | null;
  readonly powerW: number | null;
}

export interface Resolution {
  /** Length of a step. */
  readonly seconds: number;
  readonly keepSeconds: number;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
export const RESOLUTIONS: readonly Resolution[] = [
  { seconds: 5, keepSeconds: HOUR },
  { seconds: 60, keepSeconds: DAY },
  { seconds: 600, keepSeconds: 30 * DAY },
];

export function maxRowsPerCard(levels: readonly Resolution[] = RESOLUTIONS): number {
  return levels.reduce((rows, level) => rows + Math.ceil(level.keepSeconds / level.seconds), 0);
}

const METRICS = { load: 'loadPercent', memory: 'memoryUsedMib', temperature: 'temperatureC', power: 'powerW' } as const;
type Metric = keyof typeof METRICS;
const NAMES = Object.keys(METRICS) as readonly Metric[];

export const TELEMETRY_TABLE = `
CREATE TABLE gpu_telemetry (
  card TEXT NOT NULL,
  step_seconds INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  ${NAMES.map((name) => `${name}_count INTEGER NOT NULL, ${name}_sum REAL NOT NULL, ${name}_max REAL`).join(',\n  ')},
  PRIMARY KEY (step_seconds, at_ms, card)
) STRICT, WITHOUT ROWID;
`;

const COLUMNS = NAMES.flatMap((name) => [`${name}_count`, `${name}_sum`, `${name}_max`]);

/** SQLite's scalar max() is null if either argument is null, hence the coalescing. */
const ADD = `
INSERT INTO gpu_telemetry (card, step_seconds, at_ms, ${COLUMNS.join(', ')})
VALUES (?, ?, ?, ${COLUMNS.map(() => '?').join(', ')})
ON CONFLICT DO UPDATE SET ${NAMES.map(
  (name) => `${name}_count = ${name}_count + excluded.${name}_count, ${name}_sum = ${name}_sum + excluded.${name}_sum,
  ${name}_max = max(coalesce(${name}_max, excluded.${name}_max), coalesce(excluded.${name}_max, ${name}_max))`,
).join(', ')}`;

const rowSchema = z.record(z.string(), z.number().nullable());

const HISTORY = `
SELECT CAST((at_ms - ?) / ? AS INTEGER) AS place, ${NAMES.map(
  (name) => `sum(${name}_count) AS ${name}_count, sum(${name}_sum) AS ${name}_sum, max(${name}_max) AS ${name}_max`,
).join(', ')}
FROM gpu_telemetry WHERE step_seconds = ? AND at_ms >= ? AND at_ms < ? AND card = ?
GROUP BY place ORDER BY place`;

export class TelemetryStore {
  readonly #database: DatabaseSync;
  readonly #add: StatementSync;
  readonly #forgetOld: StatementSync;
  readonly #forgetAhead: StatementSync;
  readonly #levels: readonly Resolution[];
  /** Start of the step last written to, per level. */
  readonly #current = new Map<Resolution, number>();

  /** The database has the table; see gpu-database.ts. */
  constructor(database: DatabaseSync, { levels = RESOLUTIONS }: { readonly levels?: readonly Resolution[] } = {}) {
    this.#database = database;
    this.#levels = levels;
    this.#add = database.prepare(ADD);
    // Two statements: each is a range of the primary key, while one with OR would scan the whole level.
    this.#forgetOld = database.prepare('DELETE FROM gpu_telemetry WHERE step_seconds = ? AND at_ms <= ?');
    this.#forgetAhead = database.prepare('DELETE FROM gpu_telemetry WHERE step_seconds = ? AND at_ms > ?');
  }

  record(atMs: number, readings: readonly CardReading[]): void {
    inTransaction(this.#database, () => {
      for (const level of this.#levels) {
        const start = atMs - (atMs % (level.seconds * 1000));
        for (const reading of readings) this.#add.run(reading.id, level.seconds, start, ...columnsOf(reading));
        if (this.#current.get(level) === start) continue;
        this.#current.set(level, start);
        // Also future steps: a clock that was set back would otherwise keep them beyond every limit.
        this.#forgetOld.run(level.seconds, start - level.keepSeconds * 1000);
        this.#forgetAhead.run(level.seconds, start);
      }
    });
  }

  /**
   * The range in at most `points` equal steps, oldest first; a step without a reading is omitted. No step is shorter
   * than what is still stored for that time.
   */
  history({ cardId, fromMs, toMs, points }: GpuHistoryQuery, nowMs: number): GpuHistoryPoint[] {
    const kept = this.#levels.filter(({ keepSeconds }) => fromMs >= nowMs - keepSeconds * 1000);
    const wantedMs = (toMs - fromMs) / points;
    const level = kept.findLast(({ seconds }) => seconds * 1000 <= wantedMs) ?? kept[0] ?? this.#levels.at(-1);
    if (level === undefined) return [];
    const stepMs = level.seconds * 1000;
    const from = Math.max(0, Math.floor(fromMs / stepMs) * stepMs);
    const to = Math.max(toMs, from + 1);
    const width = Math.max(1, Math.ceil((to - from) / points / stepMs)) * stepMs;
    const rows = readAll(this.#database, rowSchema, HISTORY, from, width, level.seconds, from, to, cardId);
    return rows.map((row) => pointOf(row, from + (row.place ?? 0) * width, width / 1000));
  }
}

function columnsOf(reading: CardReading): (number | null)[] {
  return NAMES.flatMap((name) => {
    const value = reading[METRICS[name]];
    return value === null ? [0, 0, null] : [1, value, value];
  });
}

function pointOf(row: z.output<typeof rowSchema>, atMs: number, seconds: number): GpuHistoryPoint {
  const figures = (name: Metric) => {
    const [count, sum, maximum] = [row[`${name}_count`], row[`${name}_sum`], row[`${name}_max`]];
    return count == null || count === 0 || sum == null || maximum == null ? null : { average: sum / count, maximum };
  };
  return {
    atMs,
    seconds,
    loadPercent: figures('load'),
    memoryUsedMib: figures('memory'),
    temperatureC: figures('temperature'),
    powerW: figures('power'),
  };
}
