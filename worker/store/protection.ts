/**
 * What this node's memory protects against: signing different scores and repeating executions (laws 3 and 4). Read from
 * the rows themselves, not from what the program believes to have written.
 */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Protection } from '../../contract/node-contract.ts';
import { readOne } from '../kit/database.ts';

/** Without any one of these, the tables would accept what the laws forbid. */
const GUARDS = [
  'ledger_no_second',
  'ledger_no_update',
  'ledger_no_delete',
  'ledger_or_invalid',
  'invalid_or_ledger',
  'execution_once',
  'execution_outcome_final',
] as const;

const SCORES = `SELECT count(*) AS scores, min(recorded_ms) AS oldestMs, max(recorded_ms) AS newestMs,
  total(score NOT GLOB '0x[0-9a-f]*' OR score GLOB '0x*[^0-9a-f]*' OR length(score) % 2 <> 0 OR recorded_ms <= 0) AS unreadable
  FROM score_ledger`;

/** A score belongs to an execution that ended in it; both are written together. */
const UNPAIRED = `SELECT
  (SELECT count(*) FROM score_ledger AS score WHERE NOT EXISTS
    (SELECT 1 FROM executions WHERE commitment = score.commitment AND outcome = 'scored')) +
  (SELECT count(*) FROM executions AS run WHERE outcome = 'scored' AND NOT EXISTS
    (SELECT 1 FROM score_ledger WHERE commitment = run.commitment)) AS n`;

const scoresSchema = z.object({
  scores: z.number(),
  oldestMs: z.number().nullable(),
  newestMs: z.number().nullable(),
  unreadable: z.number(),
});
const numberSchema = z.object({ n: z.number() });

/** Never throws: unreadable data is not sound. */
export function readProtection(db: DatabaseSync): Protection {
  try {
    const count = (sql: string, ...values: string[]) => readOne(db, numberSchema, sql, ...values)?.n ?? 0;
    const scores = readOne(db, scoresSchema, SCORES);
    if (scores === null) return UNREADABLE;
    const { unreadable, ...summary } = scores;
    const guards = count(
      `SELECT count(*) AS n FROM sqlite_master WHERE type = 'trigger' AND name IN (SELECT value FROM json_each(?))`,
      JSON.stringify(GUARDS),
    );
    return {
      ...summary,
      executions: count('SELECT count(*) AS n FROM executions'),
      sound: unreadable === 0 && guards === GUARDS.length && count(UNPAIRED) === 0,
    };
  } catch {
    return UNREADABLE;
  }
}

const UNREADABLE: Protection = { scores: 0, executions: 0, oldestMs: null, newestMs: null, sound: false };
