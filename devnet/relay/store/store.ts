/**
 * The relay's typed tables with transactions: an operation happens completely, in memory and on disk, or not at all.
 */
import type { z } from 'zod';
import { DevnetError } from '../../errors.ts';
import { memoryBackend, type StoreBackend, type StoredRow } from './backend.ts';
import * as rows from './rows.ts';
import { Table, type TableChange } from './table.ts';

export interface Store {
  readonly tasks: Table<rows.TaskRow>;
  readonly nodes: Table<rows.NodeRow>;
  readonly accounts: Table<rows.AccountRow>;
  readonly ledger: Table<rows.LedgerRow>;
  readonly events: Table<rows.EventRow>;
  readonly withdrawals: Table<rows.WithdrawalRow>;
  readonly nodeErrors: Table<rows.NodeErrorRow>;
  readonly workers: Table<rows.WorkerRow>;
  readonly traces: Table<rows.TraceRow>;
  readonly delegations: Table<rows.DelegationRow>;
  readonly vestings: Table<rows.VestingRow>;
  readonly chainStakes: Table<rows.ChainStakeRow>;
  readonly chainJobs: Table<rows.ChainJobRow>;
  readonly chainCursor: Table<rows.ChainCursorRow>;
  /** Runs `work`; if it throws, nothing has happened. Rows can only change in here; nested calls join the outer one. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

interface AnyTable {
  readonly restore: (json: string) => void;
  readonly json: (key: string) => string;
}

/** @throws DevnetError DEVNET_BAD_STATE if a stored row does not match its schema. */
export function openStore(backend: StoreBackend = memoryBackend): Store {
  const tables = new Map<string, AnyTable>();
  let journal: TableChange[] | null = null;

  function onChange(change: TableChange): void {
    if (journal === null) {
      change.undo();
      throw new Error(`a row of ${change.table} was changed outside a transaction`);
    }
    journal.push(change);
  }

  function table<Row>(name: string, schema: z.ZodType<Row>, keyOf: (row: Row) => string): Table<Row> {
    const made = new Table<Row>({ name, keyOf, onChange });
    tables.set(name, {
      restore: (json) => made.restore(schema.parse(JSON.parse(json))),
      json: (key) => JSON.stringify(made.get(key), (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
    });
    return made;
  }

  function commit(changes: readonly TableChange[]): void {
    const latest = new Map<string, StoredRow>();
    for (const change of changes) {
      const json = tables.get(change.table)?.json(change.key) ?? '';
      latest.set(`${change.table} ${change.key}`, { table: change.table, key: change.key, json });
    }
    if (latest.size > 0) backend.write([...latest.values()]);
  }

  function transaction<Result>(work: () => Result): Result {
    if (journal !== null) return work();
    const changes: TableChange[] = [];
    journal = changes;
    try {
      const result = work();
      commit(changes);
      return result;
    } catch (error) {
      for (const change of changes.reverse()) change.undo();
      throw error;
    } finally {
      journal = null;
    }
  }

  const store: Store = {
    tasks: table('tasks', rows.taskRowSchema, (row) => row.commitment),
    nodes: table('nodes', rows.nodeRowSchema, (row) => row.address),
    accounts: table('accounts', rows.accountRowSchema, (row) => row.name),
    ledger: table('ledger', rows.ledgerRowSchema, (row) => row.reason),
    events: table('events', rows.eventRowSchema, (row) => String(row.id)),
    withdrawals: table('withdrawals', rows.withdrawalRowSchema, (row) => String(row.id)),
    nodeErrors: table('nodeErrors', rows.nodeErrorRowSchema, (row) => `${row.node} ${row.commitment}`),
    workers: table('workers', rows.workerRowSchema, (row) => row.version),
    traces: table('traces', rows.traceRowSchema, (row) => String(row.id)),
    delegations: table('delegations', rows.delegationRowSchema, (row) => row.node),
    vestings: table('vestings', rows.vestingRowSchema, (row) => String(row.id)),
    chainStakes: table('chainStakes', rows.chainStakeRowSchema, (row) => row.node),
    chainJobs: table('chainJobs', rows.chainJobRowSchema, (row) => String(row.id)),
    chainCursor: table('chainCursor', rows.chainCursorRowSchema, () => 'head'),
    transaction,
    close: () => backend.close(),
  };
  for (const row of backend.load()) restoreRow(tables, row);
  return store;
}

function restoreRow(tables: ReadonlyMap<string, AnyTable>, row: StoredRow): void {
  try {
    const table = tables.get(row.table);
    if (table === undefined) throw new Error('unknown table');
    table.restore(row.json);
  } catch (cause) {
    throw new DevnetError(
      'DEVNET_BAD_STATE',
      `row ${row.key} of ${row.table} cannot be read`,
      { table: row.table, key: row.key },
      { cause },
    );
  }
}
