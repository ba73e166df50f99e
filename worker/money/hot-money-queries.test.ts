/** Queries made after every task, every minute or every reading find their rows through an index, however many there are. */
import { expect, it } from 'vitest';
import { openGpuDatabase } from '../gpu/gpu-database.ts';
import { TelemetryStore } from '../gpu/telemetry-store.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { findScans, watchStatements } from '../testing/query-plans.ts';
import { Ledger } from './ledger/ledger.ts';
import { Payments } from './payments.ts';
import { Reconciler } from './reconcile/reconciler.ts';
import { MoneyRecords } from './records/money-records.ts';
import { MoneySync } from './sync.ts';
import { memoryDatabase } from './testing/ledger.ts';
import { relayRig } from './testing/relay-rig.ts';

it('reading the account and comparing it with the relay', async () => {
  const rig = await relayRig();
  await rig.node.join();
  const { db, store, account, nowMs } = rig;
  const seen = watchStatements(db);
  const [ledger, records] = [new Ledger(db), new MoneyRecords(db)];
  const common = { db, ledger, records, account, chain: null, nowMs, clock: rig.clock };
  const payments = new Payments(db, rig.clock);
  const sync = new MoneySync({ ...common, events: store.events, factsOf: () => null, payments });
  await rig.earn();
  await sync.sync();
  await sync.payments();
  records.newestPosition('transaction');
  const { checks } = await new Reconciler({ ...common, sync }).reconcile();
  expect(checks.find(({ against }) => against === 'relayBalance')?.agreement.kind).toBe('agrees');
  expect(seen.size).toBeGreaterThan(10);
  // Sums by day and label, a few thousand rows for years; and contradictions, of which there are none.
  expect(findScans(db, seen).filter((step) => !/^SCAN (ledger_totals|c):/.test(step))).toEqual([]);
  // Nothing is counted: an index finds only where counting starts, and then every record is visited.
  expect([...seen].filter((sql) => sql.includes('count('))).toEqual([]);
});

it('storing and showing a reading of the cards', () => {
  const db = openGpuDatabase(':memory:');
  const seen = watchStatements(db);
  const store = new TelemetryStore(db);
  store.record(1_000_000, [{ id: 'card', loadPercent: 1, memoryUsedMib: 1, temperatureC: 1, powerW: null }]);
  store.history({ cardId: 'card', fromMs: 0, toMs: 2_000_000, points: 10 }, 2_000_000);
  expect(seen.size).toBeGreaterThan(3);
  expect(findScans(db, seen)).toEqual([]);
  db.close();
});

it('counts records as they are added, changed and deleted, and counts existing ones once', () => {
  const db = memoryDatabase();
  const records = new MoneyRecords(db);
  const reported = (...ids: number[]) => ids.map((id) => ({ key: String(id), position: id, value: { id, status: 'pending' } }));
  expect(records.count('deposit')).toBe(0);
  expect(records.put('deposit', reported(1, 2, 3), 0)).toBe(3);
  expect(records.put('deposit', reported(3, 4), 0)).toBe(1);
  expect(records.put('deposit', [{ key: '4', position: 4, value: { id: 4, status: 'success' } }], 0)).toBe(0);
  expect(records.put('vesting', reported(1), 0)).toBe(1);
  db.exec("DELETE FROM money_records WHERE list = 'deposit' AND key = '1'");
  expect([records.count('deposit'), records.count('vesting')]).toEqual([3, 1]);

  const older = memoryDatabase(
    MIGRATIONS.slice(
      0,
      MIGRATIONS.findIndex((step) => step.includes('money_record_counts')),
    ),
  );
  older.exec(`INSERT INTO money_records (list, key, position, json, observed_ms) VALUES
    ('deposit', '1', 1, '{}', 0), ('deposit', '2', 2, '{}', 0), ('vesting', '1', 1, '{}', 0)`);
  older.exec(MIGRATIONS.find((step) => step.includes('money_record_counts')) ?? '');
  const migrated = new MoneyRecords(older);
  expect([migrated.count('deposit'), migrated.count('vesting'), migrated.count('taskFee')]).toEqual([2, 1, 0]);
});
