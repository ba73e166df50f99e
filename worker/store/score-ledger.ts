/**
 * The score ledger: one score per task, written once, never replaced (law 4). Submitting a score requires a
 * `RecordedScore`, and only this file makes one, from a row that is on disk.
 */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Hex } from '../../protocol/hex.ts';
import { hexField } from '../../protocol/wire/fields.ts';
import { inTransaction, readOne } from '../kit/database.ts';
import { WorkerError } from '../kit/errors.ts';
import { isConstraint } from '../kit/store-failure.ts';

declare const recordedBrand: unique symbol;

/** A score that is on disk. The brand prevents anything else from being signed. */
export interface RecordedScore {
  readonly commitment: Hex;
  readonly score: Hex;
  readonly [recordedBrand]: true;
}

const rowSchema = z.object({ score: hexField });

export class ScoreLedger {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** The recorded score of a task; null if there is none. */
  find(commitment: Hex): RecordedScore | null {
    const row = readOne(this.#db, rowSchema, 'SELECT score FROM score_ledger WHERE commitment = ?', commitment);
    return row === null ? null : ({ commitment, score: row.score } as RecordedScore);
  }

  /**
   * Records the score; recording the same score again is not an error.
   * @throws WorkerError LEDGER_CONFLICT if there is a different score, or the task was found invalid.
   */
  record(commitment: Hex, score: Hex, nowMs: number): RecordedScore {
    return inTransaction(this.#db, () => {
      const present = this.find(commitment);
      if (present !== null) {
        if (present.score === score) return present;
        throw new WorkerError('LEDGER_CONFLICT', `task ${commitment} already has the score ${present.score}`, {
          commitment,
          recorded: present.score,
          refused: score,
        });
      }
      try {
        this.#db
          .prepare('INSERT INTO score_ledger (commitment, score, recorded_ms) VALUES (?, ?, ?)')
          .run(commitment, score, nowMs);
      } catch (cause) {
        if (!isConstraint(cause)) throw cause;
        throw new WorkerError('LEDGER_CONFLICT', `no score can be recorded for ${commitment}`, { commitment }, { cause });
      }
      return { commitment, score } as RecordedScore;
    });
  }
}
