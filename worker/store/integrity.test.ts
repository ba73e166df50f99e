import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { START_MS } from '../testing/loop-rig.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { findDamage, SMALL_BYTES } from './integrity.ts';
import { openStore, STORE_FILE } from './store.ts';

/** A store with one overwritten page in a table, as a reader sees it. */
function damagedIn(table: string): DatabaseSync {
  const dir = tempDir();
  const store = openStore(dir, START_MS);
  const page = Number(store.db.prepare('SELECT rootpage AS n FROM sqlite_master WHERE name = ?').get(table)?.n);
  const bytesPerPage = Number(store.db.prepare('PRAGMA page_size').get()?.page_size);
  store.close();
  const path = join(dir, STORE_FILE);
  const bytes = readFileSync(path);
  bytes.fill(0x5a, (page - 1) * bytesPerPage, page * bytesPerPage);
  writeFileSync(path, bytes);
  const db = new DatabaseSync(path, { readOnly: true });
  onTestFinished(() => db.close());
  return db;
}

const SMALL = { bytes: SMALL_BYTES, endedInOrder: true };
const LARGE = { bytes: SMALL_BYTES + 1, endedInOrder: true };
const CUT_OFF = { bytes: SMALL_BYTES + 1, endedInOrder: false };

it.for(['score_ledger', 'executions', 'artifacts', 'withdrawal_attempts', 'settings'])(
  'laws 3 and 4: damage in %s is found before anything else is done, however large the file',
  (table) => {
    const db = damagedIn(table);
    for (const state of [SMALL, LARGE, CUT_OFF]) expect(findDamage(db, state)).not.toBeNull();
  },
);

it.for(['transitions', 'ledger_entries'])(
  'damage in %s is searched for unless the file is large and was closed in order',
  (table) => {
    const db = damagedIn(table);
    for (const state of [SMALL, CUT_OFF]) expect(findDamage(db, state)).not.toBeNull();
    expect(findDamage(db, LARGE)).toBeNull();
  },
);
