/** The energy each card has used, a row per card and UTC day; kept much longer than the readings themselves. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { z } from 'zod';
import type { CardEnergy } from '../../contract/gpu.ts';
import { elapsedMs, type Monotonic, monotonicNow } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { inTransaction, readAll } from '../kit/database.ts';
import { LONGEST_GAP_MS } from './sampler.ts';
import type { CardReading } from './telemetry-store.ts';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 800;

export const ENERGY_TABLE = `
CREATE TABLE gpu_energy (
  card TEXT NOT NULL,
  day_ms INTEGER NOT NULL,
  joules REAL NOT NULL,
  seconds REAL NOT NULL,
  PRIMARY KEY (day_ms, card)
) STRICT, WITHOUT ROWID;
`;

const ADD = `
INSERT INTO gpu_energy (card, day_ms, joules, seconds) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET joules = joules + excluded.joules, seconds = seconds + excluded.seconds`;

const READ = `
SELECT card AS cardId, day_ms AS dayMs, joules / 3600 AS wattHours, seconds
FROM gpu_energy WHERE day_ms >= ? AND day_ms < ? ORDER BY day_ms, card`;

const rowSchema = z.object({ cardId: z.string(), dayMs: z.number(), wattHours: z.number(), seconds: z.number() });

/** Days that begin in the range. The file may be older than this table: then nothing was measured. */
export function readEnergy(database: DatabaseSync, { fromMs, toMs }: { fromMs: number; toMs: number }): CardEnergy[] {
  const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'gpu_energy'").get();
  return known === undefined ? [] : readAll(database, rowSchema, READ, fromMs, toMs);
}

export class EnergyStore {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #add: StatementSync;
  #last: { readonly at: Monotonic; readonly watts: ReadonlyMap<string, number> } | null = null;

  /** The database has the table; see gpu-database.ts. */
  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#add = database.prepare(ADD);
  }

  /** Counts the mean of two readings over the time between them. A gap without readings counts as zero. */
  record(atMs: number, readings: readonly CardReading[]): void {
    const at = monotonicNow(this.#clock);
    const last = this.#last;
    const watts = new Map(readings.flatMap(({ id, powerW }) => (powerW === null ? [] : [[id, powerW] as const])));
    this.#last = { at, watts };
    if (last === null) return;
    const passedMs = elapsedMs(last.at, at);
    if (passedMs <= 0 || passedMs > LONGEST_GAP_MS) return;
    const seconds = passedMs / 1_000;
    const dayMs = atMs - (atMs % DAY_MS);
    inTransaction(this.#database, () => {
      for (const [card, now] of watts) {
        const before = last.watts.get(card);
        if (before !== undefined) this.#add.run(card, dayMs, ((before + now) / 2) * seconds, seconds);
      }
    });
  }

  /** Deletes what is older than two years. */
  forgetOld(nowMs: number): void {
    this.#database.prepare('DELETE FROM gpu_energy WHERE day_ms < ?').run(nowMs - KEPT_DAYS * DAY_MS);
  }
}
