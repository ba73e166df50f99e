import { expect, it } from 'vitest';
import { type TasksPage, taskFilterSchema } from '../../../contract/tasks.ts';
import { madeTask } from '../../testing/fixtures/made-tasks.ts';
import { rowAt } from './task-list.ts';
import { type PageQuery, TaskReader } from './task-reader.ts';

const world = { scenario: 'many-tasks', nowMs: 0 } as const;

/** A node whose answers a test releases one by one. */
function slowNode(count: number) {
  const asked: { query: PageQuery; answer(): Promise<void>; fail(): Promise<void> }[] = [];
  const page = (query: PageQuery) => {
    const { promise, resolve, reject } = Promise.withResolvers<TasksPage>();
    const settled = () =>
      promise
        .then(
          () => undefined,
          () => undefined,
        )
        .then(() => undefined);
    asked.push({
      query,
      answer() {
        const upTo = query.upTo ?? count;
        const length = Math.max(0, Math.min(query.limit, upTo - query.offset));
        resolve({ rows: Array.from({ length }, (_, i) => madeTask(world, upTo - query.offset - i)), total: upTo, upTo });
        return settled();
      },
      fail() {
        reject(new Error('gone'));
        return settled();
      },
    });
    return promise;
  };
  return { asked, page };
}

const start = (node: ReturnType<typeof slowNode>) => new TaskReader({ filter: taskFilterSchema.parse({}), page: node.page });

it('requests only the first page, then what is visible, each once', async () => {
  const node = slowNode(1_000);
  const reader = start(node);
  reader.showRange(0, 20);
  reader.showRange(75, 125);
  expect(node.asked.map(({ query }) => query.offset)).toEqual([0]);
  await node.asked[0]?.answer();
  expect(node.asked.map(({ query }) => [query.offset, query.upTo])).toEqual([
    [0, null],
    [50, 1_000],
    [100, 1_000],
  ]);
  reader.showRange(75, 125);
  expect(node.asked).toHaveLength(3);
});

it('reads a page again if rows were added at the top while it was on its way', async () => {
  const node = slowNode(1_000);
  const reader = start(node);
  reader.showRange(0, 20);
  await node.asked[0]?.answer();
  reader.showRange(500, 510);
  reader.update({ ...madeTask(world, 5), sequence: 1_001, commitment: '0xnew' });
  reader.showWaiting();
  await node.asked[1]?.answer();
  await node.asked[2]?.answer();
  expect(node.asked.map(({ query }) => [query.offset, query.upTo])).toEqual([
    [0, null],
    [500, 1_000],
    [500, 1_001],
  ]);
  expect(rowAt(reader.state.getState().list, 500)?.sequence).toBe(501);
});

it('stops at an error and continues on request', async () => {
  const node = slowNode(1_000);
  const reader = start(node);
  reader.showRange(0, 20);
  await node.asked[0]?.fail();
  expect(reader.state.getState().error?.code).toBe('RPC_DISCONNECTED');
  reader.showRange(0, 20);
  expect(node.asked).toHaveLength(1);
  reader.retry();
  await node.asked[1]?.answer();
  expect([reader.state.getState().error, reader.state.getState().list.total]).toEqual([null, 1_000]);
});

it('stops asking a node that leaves rows out', async () => {
  let asked = 0;
  const page = async () => {
    asked += 1;
    return { rows: [], total: 5, upTo: 5 };
  };
  const reader = new TaskReader({ filter: taskFilterSchema.parse({}), page });
  reader.showRange(0, 4);
  // More turns than a second request would need.
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  expect(asked).toBe(1);
});
