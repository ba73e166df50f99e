/** What years of tasks cost: a store filled with so many tasks and entries of the ledger, and the questions that are asked often. */
import { rmSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { TaskFilter } from '../../contract/tasks.ts';
import { Ledger } from '../../worker/money/ledger/ledger.ts';
import { openStore, STORE_FILE, type Store } from '../../worker/store/store.ts';
import { type Figures, median } from './figures.ts';

const SIZES = [10_000, 100_000] as const;
const LARGE = 1_000_000;
const TIMES = 5;
const START_MS = 1_700_000_000_000;
const STEP_MS = 60_000;
const NONE: TaskFilter = { types: [], statuses: [], fromMs: null, toMs: null, model: '', text: '' };

/** `large` adds a million, which takes minutes. */
export async function measureGrowth(figures: Figures, large: boolean, say: (text: string) => void): Promise<void> {
  for (const size of large ? [...SIZES, LARGE] : SIZES) {
    const dir = await mkdtemp(path.join(tmpdir(), 'crynux-growth-'));
    try {
      say(`filling a store with ${size} tasks and entries`);
      const first = openStore(dir, START_MS);
      fill(first.db, size);
      first.close();
      measure(dir, size, figures);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
}

function measure(dir: string, size: number, figures: Figures): void {
  const add = (what: string, unit: string, value: number) =>
    figures.add(`store of ${size.toLocaleString('en')}: ${what}`, unit, value);
  const timed = (what: string, work: () => unknown) => {
    const times = Array.from({ length: TIMES }, () => {
      const began = performance.now();
      work();
      return performance.now() - began;
    });
    add(what, 'ms', median(times));
  };
  add('disk', 'MiB', statSync(path.join(dir, STORE_FILE)).size / 1_048_576);
  let store: Store | null = null;
  timed('open', () => {
    store?.close();
    store = openStore(dir, START_MS);
  });
  const open: Store | null = store;
  if (open === null) return;
  const { list, tasks, db } = open as Store;
  const ledger = new Ledger(db);
  const page = (filter: Partial<TaskFilter>, offset = 0) =>
    list.page({ filter: { ...NONE, ...filter }, offset, limit: 100, upTo: null });
  timed('list, first page', () => page({}));
  timed('list, last page', () => page({}, size - 100));
  timed('list, by status', () => page({ statuses: ['EndAborted'] }));
  timed('list, by text', () => page({ text: 'deadbee' }));
  timed('open tasks', () => tasks.open());
  timed('totals of all days', () => ledger.totals.select());
  timed('check of the totals', () => ledger.totals.missing());
  timed('entries of one task', () => ledger.ofTask(commitment(size >> 1)));
  (open as Store).close();
}

const commitment = (n: number): `0x${string}` => `0x${n.toString(16).padStart(64, '0')}`;

/** By SQL alone: a million rows of each through the repositories would take an hour. */
function fill(db: DatabaseSync, size: number): void {
  const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${size})`;
  const hash = "'0x' || printf('%064x', n)";
  const at = `${START_MS} + n * ${STEP_MS}`;
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
  db.exec(`${numbers} INSERT INTO score_ledger (commitment, score, recorded_ms) SELECT ${hash}, ${hash}, ${at} FROM numbers`);
  db.exec(`${numbers} INSERT INTO artifacts (commitment, kind, position, path, sha256, size)
    SELECT ${hash}, 'file', 0, ${hash} || '/1/0.json', printf('%064x', n), 900 FROM numbers`);
  db.exec(`${numbers} INSERT INTO ledger_entries (source, kind, from_account, to_account, wei, at_ms, observed_ms, task, task_type, model, gpu)
    SELECT 'task:' || n, 'taskPayment', 'network', 'relay', '1000000000000000000', ${at}, ${at}, ${hash}, 'Llm', 'qwen', 'card' FROM numbers`);
  db.exec('COMMIT');
  new Ledger(db).repairTotals();
}
