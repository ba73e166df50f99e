/** Ledgers and random histories for tests. */
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { TASK_TYPE, type TaskType } from '../../../protocol/tasks/status.ts';
import { MIGRATIONS } from '../../store/migrations.ts';
import { type Account, entryOf, type LedgerEntry, type LedgerKind, MOVEMENTS } from '../ledger/entry.ts';
import { Ledger } from '../ledger/ledger.ts';

/** The whole schema in memory, or its first steps. */
export function memoryDatabase(steps: readonly string[] = MIGRATIONS): DatabaseSync {
  const db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
  for (const step of steps) db.exec(step);
  return db;
}

export function openLedger(): Ledger {
  return new Ledger(memoryDatabase());
}

export function payment(known: Partial<LedgerEntry>): LedgerEntry {
  return entryOf({ source: 'relay:0-1', kind: 'taskPayment', from: 'network', to: 'relay', wei: 1n, atMs: 1_000, ...known });
}

const movements = Object.entries(MOVEMENTS).flatMap(([kind, edges]) =>
  edges.map((edge) => {
    const [from, to] = edge.split('>') as [Account, Account];
    return { kind: kind as LedgerKind, from, to };
  }),
);

/** Any movement that the chart allows, at any time within a few weeks. */
export const anyEntry: fc.Arbitrary<LedgerEntry> = fc
  .record({
    source: fc.string({ minLength: 1, maxLength: 6 }),
    movement: fc.constantFrom(...movements),
    wei: fc.oneof(fc.bigInt({ min: 0n, max: 1_000n }), fc.bigInt({ min: 0n, max: 10n ** 27n })),
    atMs: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 2, 1) }),
    taskType: fc.constantFrom(null, ...(Object.keys(TASK_TYPE) as TaskType[])),
    model: fc.constantFrom(null, 'base:a', 'base:b'),
    gpu: fc.constantFrom(null, 'GPU+Linux'),
  })
  .map(({ source, movement, wei, atMs, ...labels }) => entryOf({ source, ...movement, wei, atMs, labels }));

/** Distinct events, and reports of them: each at least once, in any order and in any batches. */
export function anyHistory(): fc.Arbitrary<{ entries: readonly LedgerEntry[]; tellings: readonly (readonly LedgerEntry[])[] }> {
  const unique = fc.uniqueArray(anyEntry, { selector: ({ source }) => source, minLength: 1, maxLength: 30 });
  return unique.chain((entries) =>
    fc.array(fc.array(fc.constantFrom(...entries), { maxLength: 12 }), { maxLength: 8 }).chain((repetitions) =>
      fc
        .shuffledSubarray([...repetitions, ...entries.map((entry) => [entry])], {
          minLength: repetitions.length + entries.length,
        })
        .map((tellings) => ({ entries, tellings })),
    ),
  );
}
