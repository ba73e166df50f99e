import { expect, it } from 'vitest';
import { readEventRow } from '../networks/relay/event-rows.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { openStore } from './store.ts';

const row = (id: number, args: string, type = 'TaskStarted') =>
  readEventRow({ id, type, node_address: '0xaa', task_id_commitment: `0x${id}`, args });

it('a flood of events keeps the newest within the limit, and every event that was not handled', () => {
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

it('unreadable events are kept in part, and only the newest of them', () => {
  const store = openStore(tempDir(), 0);
  for (let n = 0; n < 40; n++) store.events.record([readEventRow({ id: n, filler: `${n} ${'x'.repeat(100_000)}` })], 0);
  store.events.prune({ taskBytes: 1, nodeBytes: 1, unreadable: 10 });
  expect(store.events.counts()).toMatchObject({ unreadable: 10, unreadableEver: 40 });
  const huge = readEventRow({ id: 7, args: 'x'.repeat(5_000_000) });
  expect(huge.kind === 'unreadable' && huge.raw.length).toBe(2_048);
  store.close();
});
