/**
 * Results of self-tests and the host's decisions about them. Rows are never deleted: each change of driver adds only
 * one.
 */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { ENGINE_KINDS } from '../../contract/node-config.ts';
import { inTransaction, readAll } from '../kit/database.ts';
import { judgeSelfTest, type SelfTestKey, type SelfTestOutcome, type SelfTestRecord } from './self-test.ts';

export const SELF_TEST_TABLE = `
CREATE TABLE gpu_self_tests (
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  cards TEXT NOT NULL,
  driver TEXT NOT NULL,
  engine_kind TEXT NOT NULL,
  engine_version TEXT NOT NULL,
  model_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  score TEXT,
  seconds REAL,
  detail TEXT NOT NULL,
  verdict TEXT NOT NULL,
  decided_ms INTEGER
) STRICT;
`;

const rowSchema = z.object({
  id: z.number(),
  at_ms: z.number(),
  cards: z.string(),
  driver: z.string(),
  engine_kind: z.enum(ENGINE_KINDS),
  engine_version: z.string(),
  model_id: z.string(),
  reference: z.string(),
  score: z.string().nullable(),
  seconds: z.number().nullable(),
  detail: z.string(),
  verdict: z.enum(['accepted', 'open', 'rejected', 'failed']),
});

export class SelfTestStore {
  readonly #database: DatabaseSync;

  /** The database has the table; see gpu-database.ts. */
  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Oldest first. */
  history(): readonly SelfTestRecord[] {
    return readAll(this.#database, rowSchema, 'SELECT * FROM gpu_self_tests ORDER BY id').map(recordOf);
  }

  /** Judges and records a new outcome. */
  record(key: SelfTestKey, outcome: SelfTestOutcome, atMs: number): void {
    const [score, seconds, detail] =
      outcome.kind === 'scored' ? [outcome.score, outcome.seconds, ''] : [null, null, outcome.detail];
    inTransaction(this.#database, () => {
      const verdict = judgeSelfTest(key, outcome, this.history());
      this.#database
        .prepare(
          `INSERT INTO gpu_self_tests
           (at_ms, cards, driver, engine_kind, engine_version, model_id, reference, score, seconds, detail, verdict)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          atMs,
          key.cards.join(','),
          key.driver,
          key.engineKind,
          key.engineVersion,
          key.modelId,
          key.reference,
          score,
          seconds,
          detail,
          verdict,
        );
    });
  }

  /** The host's decision on an open result of a combination, and on its repetitions with the same score. */
  decide(record: SelfTestRecord, verdict: 'accepted' | 'rejected', nowMs: number): void {
    const { key } = record;
    inTransaction(this.#database, () => {
      const update = this.#database.prepare(
        `UPDATE gpu_self_tests SET verdict = ?, decided_ms = ? WHERE verdict = 'open' AND cards = ? AND driver = ?
         AND engine_kind = ? AND engine_version = ? AND model_id = ? AND reference = ? AND score IS ?`,
      );
      const combination = [key.cards.join(','), key.driver, key.engineKind, key.engineVersion, key.modelId, key.reference];
      const score = record.outcome.kind === 'scored' ? record.outcome.score : null;
      update.run(verdict, nowMs, ...combination, score);
    });
  }
}

function recordOf(row: z.output<typeof rowSchema>): SelfTestRecord {
  return {
    id: row.id,
    atMs: row.at_ms,
    key: {
      cards: row.cards === '' ? [] : row.cards.split(','),
      driver: row.driver,
      engineKind: row.engine_kind,
      engineVersion: row.engine_version,
      modelId: row.model_id,
      reference: row.reference,
    },
    outcome:
      row.score === null || row.seconds === null
        ? { kind: 'failed', detail: row.detail }
        : { kind: 'scored', score: row.score, seconds: row.seconds },
    verdict: row.verdict,
  };
}
