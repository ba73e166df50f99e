import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readEventRow } from '../../protocol/wire/event-row.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { openStore, STORE_FILE } from './store.ts';

const row = (id: number, args: string, type = 'TaskStarted') =>
  readEventRow({ id, type, node_address: '0xaa', task_id_commitment: `0x${id}`, args });

it('a flood of events keeps the newest within the limit, and every unhandled event', () => {
  const store = openStore(tempDir(), 0);
  const limits = { taskBytes: 20_000, nodeBytes: 5_000, unreadable: 10 };
  const handled = Array.from({ length: 300 }, (_, n) => row(n + 1, 'x'.repeat(744)));
  store.events.record([...handled, row(301, '{}', 'NodeJoin'), row(302, 'x'.repeat(50_000))], 0);
  for (let id = 1; id <= 301; id++) store.events.markHandled(id);
  store.events.prune(limits);
  expect(store.events.unhandled().map(({ id }) => id)).toEqual([302]);
  expect(store.events.ofTypes(['NodeJoin'])).toHaveLength(1);
  expect(store.events.counts().events).toBeLessThanOrEqual(2 + limits.taskBytes / 1_000);
  store.close();
});

it('a slash and a join of this node survive a flood of events about other nodes, and of other kinds about this one', () => {
  const store = openStore(tempDir(), 0);
  const address = `0x${'aA'.repeat(20)}` as const;
  store.settings.set('address', address);
  const own = (id: number, type: string) =>
    readEventRow({ id, type, node_address: address.toLowerCase(), task_id_commitment: '', args: 'x'.repeat(700) });
  const other = (id: number, type: string) =>
    readEventRow({ id, type, node_address: `0xb${id}`, task_id_commitment: '', args: 'x'.repeat(700) });
  store.events.record([own(1, 'NodeSlashed'), own(2, 'NodeJoin')], 0);
  const flood = Array.from({ length: 200 }, (_, n) => [other(10 + 4 * n, 'NodeSlashed'), other(11 + 4 * n, 'NodeJoin')]).flat();
  const ownFlood = Array.from({ length: 200 }, (_, n) => [
    own(12 + 4 * n, 'NodeStaking'),
    own(13 + 4 * n, `NodeMade${n}`),
  ]).flat();
  store.events.record([...flood, ...ownFlood], 1);
  for (const { id } of store.events.unhandled()) store.events.markHandled(id);
  store.events.prune({ taskBytes: 20_000, nodeBytes: 5_000, unreadable: 10 });
  const ids = store.events.ofTypes(['NodeSlashed', 'NodeJoin']).map(({ id }) => id);
  expect(ids).toContain(1);
  expect(ids).toContain(2);
  expect(store.events.counts().events).toBeLessThan(30);
  store.close();
});

it('unreadable events are stored truncated, and only the newest of them', () => {
  const store = openStore(tempDir(), 0);
  for (let n = 0; n < 40; n++) store.events.record([readEventRow({ id: n, filler: `${n} ${'x'.repeat(100_000)}` })], 0);
  store.events.prune({ taskBytes: 1, nodeBytes: 1, unreadable: 10 });
  expect(store.events.counts()).toMatchObject({ unreadable: 10, unreadableEver: 40 });
  const huge = readEventRow({ id: 7, args: 'x'.repeat(5_000_000) });
  expect(huge.kind === 'unreadable' && huge.raw.length).toBe(2_048);
  store.close();
});

it('a network that sends unreadable events without end does not fill the disk, and each is counted', () => {
  const dir = tempDir();
  const store = openStore(dir, 0);
  const filler = 'x'.repeat(4_000);
  const tell = (from: number) =>
    store.events.record(
      Array.from({ length: 50 }, (_, n) => readEventRow({ id: from + n, filler: `${from + n} ${filler}` })),
      0,
    );
  const sizeOf = () => ['', '-wal'].reduce((sum, end) => sum + statSync(join(dir, STORE_FILE + end)).size, 0);
  for (let from = 0; from < 3_000; from += 50) tell(from);
  const settled = sizeOf();
  for (let from = 3_000; from < 9_000; from += 50) tell(from);
  expect(sizeOf()).toBeLessThanOrEqual(settled + 1024 ** 2);
  expect(store.events.counts()).toMatchObject({ unreadableEver: 9_000 });
  expect(store.events.counts().unreadable).toBeLessThan(1_500);
  store.close();
});
