/**
 * How much of a database file is checked when it is opened. Everything, unless the file is large and was closed in
 * order. Then the tables that grow with every task are left to SQLite, which notices damage when it reads them; all
 * others are checked, including those that the laws of slash safety and the journals of money rely on.
 */
import type { DatabaseSync } from 'node:sqlite';
import { type DamageCheck, damageIn } from '../kit/database.ts';

/** Checked within a moment on any disk. */
export const SMALL_BYTES = 64 * 1024 * 1024;

/** Large, and irrelevant to what is signed or paid. The ledger's entries are checked against their totals anyway. */
const BULK: ReadonlySet<string> = new Set([
  'tasks',
  'task_models',
  'transitions',
  'events',
  'ledger_entries',
  'money_records',
  'diagnostics',
  'cases',
]);

export const findDamage: DamageCheck = (db, { bytes, endedInOrder }) => {
  const isQuick = endedInOrder && bytes > SMALL_BYTES;
  const tables = isQuick ? tablesOf(db).filter((name) => !BULK.has(name)) : [null];
  for (const table of tables) {
    const scope = table === null ? '1' : `"${table.replaceAll('"', '""')}"`;
    const damage = damageIn(db, scope);
    if (damage !== null) return damage;
  }
  return null;
};

function tablesOf(db: DatabaseSync): string[] {
  const rows = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'").all();
  return rows.map(({ name }) => String(name));
}
