import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { caseFile } from '../testing/case-file.ts';
import { remoteTask } from '../testing/remote-task.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { openStore, STORE_FILE } from './store.ts';

const NOW = 1_700_000_000_000;

function open(dir = tempDir()) {
  const store = openStore(dir, NOW);
  onTestFinished(() => store.close());
  return store;
}

it('pages newest first; a case keeps its place when it is completed', () => {
  const { cases } = open();
  for (const id of ['a', 'b', 'c', 'd']) cases.save(caseFile(id));
  cases.save(caseFile('b', { complete: true }));
  const ids = (limit: number, before: string | null) => cases.page(limit, before).map((file) => file.id);
  expect([ids(2, null), ids(2, 'c'), ids(2, 'a')]).toEqual([['d', 'c'], ['b', 'a'], []]);
  expect(
    [cases.slice({ limit: 2, offset: 1 }), cases.slice({ limit: 2, offset: 3 })].map((page) => page.map(({ id }) => id)),
  ).toEqual([['c', 'b'], ['a']]);
  expect(cases.count()).toBe(4);
  expect(cases.incomplete().map((file) => file.id)).toEqual(['a', 'c', 'd']);
  expect(cases.find('b')).toEqual(caseFile('b', { complete: true }));
  expect(cases.find('z')).toBeNull();
});

it('survives a restart', () => {
  const dir = tempDir();
  const first = openStore(dir, NOW);
  first.cases.save(caseFile('a'));
  first.close();
  expect(open(dir).cases.find('a')).toEqual(caseFile('a'));
});

it('lists the ends that nobody has judged yet', () => {
  const store = open();
  const ends = [
    { status: 'EndInvalidated' },
    { status: 'EndAborted', abortReason: 'Timeout' },
    { status: 'EndAborted', abortReason: 'ResultUploadTimeout' },
    { status: 'EndAborted', abortReason: 'CreatorCancelled' },
    { status: 'EndSuccess' },
    { status: 'Started' },
  ] as const;
  const ids = ends.map((end, i) => {
    const task = remoteTask({ ...end, sequence: i, commitment: `0x${String(i).repeat(64)}` });
    store.tasks.observe(task, NOW);
    return task.commitment;
  });
  expect(store.cases.unjudged()).toEqual(ids.slice(0, 3));
  store.cases.save(caseFile(ids[1] ?? ''));
  expect(store.cases.unjudged()).toEqual([ids[0], ids[2]]);
});

it('reports a row of a different shape instead of guessing', () => {
  const dir = tempDir();
  const store = open(dir);
  store.cases.save(caseFile('a'));
  store.lifetimes.record('L1', caseFile('a').machine, NOW);
  const raw = new DatabaseSync(join(dir, STORE_FILE));
  raw.exec(`UPDATE cases SET body = '{"id":1}'; UPDATE engine_lifetimes SET machine = 'no json'`);
  raw.close();
  expect(() => store.cases.find('a')).toThrow(expect.objectContaining({ code: 'STORE_BAD_ROW' }));
  expect(() => store.lifetimes.find('L1')).toThrow(expect.objectContaining({ code: 'STORE_BAD_ROW' }));
});
