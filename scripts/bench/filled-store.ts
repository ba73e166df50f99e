/** A store with a long history, for measuring growth. */
import type { DatabaseSync } from 'node:sqlite';
import { Ledger } from '../../worker/money/ledger/ledger.ts';

export const START_MS = 1_700_000_000_000;
const STEP_MS = 60_000;

/** Of task number `n`, counting from 1. */
export const commitmentAt = (n: number): `0x${string}` => `0x${n.toString(16).padStart(64, '0')}`;

export const SELF = `0x${'5e'.repeat(20)}` as const;
export const FEE_WEI = 1_000_000_000_000_000_000n;

/** Payment number `n`, as a relay lists it. */
export function feeRecordAt(n: number): object {
  const common = { id: n, created_at: START_MS + n * STEP_MS, address: SELF, amount: String(FEE_WEI) };
  return { ...common, type: 0, reason: `0-${commitmentAt(n)}` };
}

/** In plain SQL: a million rows of each through the repositories would take an hour. */
export function fillStore(db: DatabaseSync, size: number): void {
  const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${size})`;
  const hash = "'0x' || printf('%064x', n)";
  const at = `${START_MS} + n * ${STEP_MS}`;
  const record = `json_object('id', n, 'created_at', ${at}, 'address', '${SELF}', 'amount', '${FEE_WEI}', 'type', 0, 'reason', '0-' || ${hash})`;
  db.exec('BEGIN');
  db.exec(`${numbers} INSERT INTO tasks (commitment, sequence, type, model_ids, task_args, fee_wei, timeout_seconds, status,
      remote_score, abort_reason, task_error, start_time_ms, first_seen_ms, uploaded_ms, closed_ms, closed_as, payment_wei)
    SELECT ${hash}, n, CASE n % 3 WHEN 0 THEN 'StableDiffusion' ELSE 'Llm' END,
      CASE n % 3 WHEN 0 THEN '["base:crynux-network/sdxl-turbo"]' ELSE '["base:Qwen/Qwen2.5-7B"]' END,
      '{"prompt":"' || printf('%.*c', 600, 'x') || '"}', '1000000000000000000', 300,
      CASE n % 20 WHEN 0 THEN 'EndAborted' ELSE 'EndSuccess' END, '', CASE n % 20 WHEN 0 THEN 'Timeout' ELSE 'None' END, 'None',
      ${at}, ${at}, ${at} + 20000, ${at} + 30000, 'EndSuccess', '1000000000000000000' FROM numbers`);
  for (const [status, source] of [
    ['Started', 'relay'],
    ['ScoreReady', 'local'],
    ['Validated', 'relay'],
    ['EndSuccess', 'relay'],
  ] as const) {
    db.exec(`${numbers} INSERT INTO transitions (commitment, status, at_ms, source, evidence)
      SELECT ${hash}, '${status}', ${at}, '${source}', 'the network says so' FROM numbers`);
  }
  db.exec(`${numbers} INSERT INTO executions (commitment, attempt, lifetime, started_ms, ended_ms, outcome)
    SELECT ${hash}, 1, 'L1', ${at}, ${at} + 9000, 'scored' FROM numbers`);
  db.exec(`${numbers} INSERT INTO artifacts (commitment, kind, position, path, sha256, size)
    SELECT ${hash}, 'file', 0, ${hash} || '/1/0.json', printf('%064x', n), 900 FROM numbers`);
  db.exec(`${numbers} INSERT INTO score_ledger (commitment, score, recorded_ms) SELECT ${hash}, ${hash}, ${at} FROM numbers`);
  db.exec(`${numbers} INSERT INTO ledger_entries (source, kind, from_account, to_account, wei, at_ms, observed_ms, task, task_type, model, gpu)
    SELECT 'relay:0-' || ${hash}, 'taskPayment', 'network', 'relay', '1000000000000000000', ${at}, ${at}, ${hash}, 'Llm', 'qwen', 'card' FROM numbers`);
  db.exec(`${numbers} INSERT INTO money_records (list, key, position, json, posted, observed_ms)
    SELECT 'taskFee', CAST(n AS TEXT), n, ${record}, ${record}, ${at} FROM numbers`);
  db.exec('COMMIT');
  new Ledger(db).repairTotals();
}
