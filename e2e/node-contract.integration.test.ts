/** A window's view of a real worker process: follows its node and tasks until the first task is paid. */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodeClient } from '../contract/rpc-client.ts';
import type { TaskRow, TasksUpdate } from '../contract/tasks.ts';
import type { NodeView } from '../contract/worker-channel.ts';
import { FEE_WEI, startTestNetwork, type TestNetwork } from './support/test-network.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await startTestNetwork();
});
afterAll(() => network.close());

/** What a stream has delivered; `until` resolves with the first match, past or future. */
function follow<Update>(updates: AsyncIterable<Update>) {
  const told: Update[] = [];
  const waiting = new Set<() => void>();
  const ended = (async () => {
    for await (const update of updates) {
      told.push(update);
      for (const look of waiting) look();
    }
  })();
  const until = (fits: (update: Update) => boolean) =>
    new Promise<Update>((resolve, reject) => {
      const look = () => {
        const found = told.find(fits);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      ended.then(() => reject(new Error('the stream ended')), reject);
    });
  return { told, until, ended };
}

function isUpToDate({ row, latest }: { readonly row: TaskRow | undefined; readonly latest: TasksUpdate | undefined }): boolean {
  return latest?.kind === 'task' && isDeepStrictEqual(latest.task, row);
}

it('sees the node run, a current task, its result and its payment, on two connections at once', async () => {
  const { client, started } = network.startWorker();
  await started;
  const [window, other] = [createNodeClient(client.connect()), createNodeClient(client.connect())];
  const views = follow<NodeView>(await window.node.watch({}));
  const tasks = follow<TasksUpdate>(await window.tasks.watch({}));
  const taskWhere = async (fits: (task: TaskRow) => boolean) => {
    const found = await tasks.until((update) => update.kind === 'task' && fits(update.task));
    return found.kind === 'task' ? found.task : expect.fail('a snapshot');
  };
  expect(await views.until(({ state }) => state === 'running')).toMatchObject({ address: network.nodeAddress });
  expect(await other.tasks.page({ limit: 10 })).toEqual({ rows: [], total: 0, upTo: 0 });

  // The result does not get through: the task stays while its files are still needed.
  network.line.setPlan(({ method, path }) => ({ kind: method === 'POST' && /result/.test(path) ? 'error500' : 'pass' }));
  const outcome = network.runTask();
  const { commitment } = await taskWhere(({ status, local }) => status === 'Validated' && local === 'scored');
  const detail = await other.tasks.detail({ commitment });
  expect(detail).toMatchObject({
    task: { type: 'Llm', sequence: 1, error: null },
    executions: [{ attempt: 1, outcome: 'scored' }],
    files: [{ position: 0, kind: 'text', present: true }],
    failure: null,
  });
  expect(detail.task.durationMs).toBeGreaterThan(0);
  const file = await other.tasks.file({ commitment, position: 0 });
  expect(file.mime).toBe('application/json');
  expect(JSON.parse(Buffer.from(file.base64 ?? '', 'base64').toString())).toHaveProperty('choices');

  network.line.setPlan(() => ({ kind: 'pass' }));
  expect((await outcome).kind).toBe('success');
  const paid = await taskWhere((task) => task.commitment === commitment && task.paymentWei === FEE_WEI.toString());
  expect(paid).toMatchObject({ status: 'EndSuccess', local: 'closed' });
  // The network's event of its end may come after the payment; then the row is sent once more. The stream ends up with
  // what a page says, whatever happens between the two readings.
  const latest = () => tasks.told.findLast((update) => update.kind === 'task' && update.task.commitment === commitment);
  const row = async () => (await other.tasks.page({ limit: 10, filter: { text: commitment } })).rows[0];
  await expect.poll(async () => ({ row: await row(), latest: latest() })).toSatisfy(isUpToDate);
  expect(latest()).toMatchObject({ task: { commitment, status: 'EndSuccess', local: 'closed' } });
  expect((await other.tasks.detail({ commitment })).files).toMatchObject([{ present: true }]);
  expect(await other.tasks.file({ commitment, position: 0 })).toEqual(file);
  expect(await other.trust.protection({})).toMatchObject({ scores: 1, executions: 1, sound: true });
  await expect.poll(async () => (await other.tasks.detail({ commitment })).money.earnedWei).toBe(FEE_WEI.toString());

  // The revisions have no gap, and the streams end with the process.
  expect(tasks.told.map(({ revision }) => revision)).toEqual(tasks.told.map((_, n) => (tasks.told[0]?.revision ?? 0) + n));
  await client.stop({ quitNetwork: false });
  await Promise.allSettled([views.ended, tasks.ended]);
});
