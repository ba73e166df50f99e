import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type StoreBackend, type StoredRow, sqliteBackend } from './backend.ts';
import { openStore } from './store.ts';

function recordingBackend(rows: StoredRow[] = []) {
  const writes: (readonly StoredRow[])[] = [];
  const backend: StoreBackend = { load: () => rows, write: (changed) => void writes.push(changed), close: () => {} };
  return { backend, writes };
}

test('a failed transaction leaves nothing behind, in memory or on disk', () => {
  const { backend, writes } = recordingBackend();
  const store = openStore(backend);
  store.transaction(() => store.accounts.put({ name: 'a', wei: 1n }));
  const attempt = () =>
    store.transaction(() => {
      store.accounts.put({ name: 'a', wei: 2n });
      store.accounts.put({ name: 'a', wei: 3n });
      store.accounts.put({ name: 'b', wei: 4n });
      throw new Error('halfway');
    });
  expect(attempt).toThrow('halfway');
  expect(store.accounts.values()).toEqual([{ name: 'a', wei: 1n }]);
  expect(writes).toHaveLength(1);
});

test('nested transactions are one', () => {
  const { backend, writes } = recordingBackend();
  const store = openStore(backend);
  const attempt = () =>
    store.transaction(() => {
      store.transaction(() => store.accounts.put({ name: 'a', wei: 1n }));
      throw new Error('outer');
    });
  expect(attempt).toThrow('outer');
  expect(store.accounts.size).toBe(0);
  expect(writes).toEqual([]);
});

test('if the disk fails, memory does not run ahead of it', () => {
  const failing: StoreBackend = {
    load: () => [],
    write: () => {
      throw new Error('disk full');
    },
    close: () => {},
  };
  const store = openStore(failing);
  expect(() => store.transaction(() => store.accounts.put({ name: 'a', wei: 1n }))).toThrow('disk full');
  expect(store.accounts.size).toBe(0);
});

test('a row can only change inside a transaction', () => {
  const store = openStore();
  expect(() => store.accounts.put({ name: 'a', wei: 1n })).toThrow('outside a transaction');
  expect(store.accounts.size).toBe(0);
});

test('amounts beyond a double survive', () => {
  const { backend, writes } = recordingBackend();
  const store = openStore(backend);
  const wei = 2n ** 200n + 1n;
  store.transaction(() => store.accounts.put({ name: 'a', wei }));
  const again = openStore(recordingBackend([...(writes[0] ?? [])]).backend);
  expect(again.accounts.get('a')?.wei).toBe(wei);
});

test.each([
  ['no JSON', { table: 'accounts', key: 'a', json: '{' }],
  ['a wrong amount', { table: 'accounts', key: 'a', json: '{"name":"a","wei":"-1"}' }],
  ['an unknown table', { table: 'ghosts', key: 'a', json: '{}' }],
])('%s in the state is a coded error', (_, row) => {
  const open = () => openStore(recordingBackend([row]).backend);
  expect(open).toThrow(expect.objectContaining({ code: 'DEVNET_BAD_STATE' }));
});

test('a state that cannot be opened at the moment is not reported as damaged; one that is not a database is', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'relay-state-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const unavailable = expect.objectContaining({ code: 'DEVNET_STATE_UNAVAILABLE' });
  mkdirSync(path.join(folder, 'relay.db'));
  expect(() => sqliteBackend(path.join(folder, 'relay.db'))).toThrow(unavailable);
  writeFileSync(path.join(folder, 'file'), 'a text that is longer than the magic bytes');
  expect(() => sqliteBackend(path.join(folder, 'file', 'relay.db'))).toThrow(unavailable);
  expect(() => sqliteBackend(path.join(folder, 'file'))).toThrow(expect.objectContaining({ code: 'DEVNET_BAD_STATE' }));
});
