/** Like kill.integration.test.ts, for engines that are killed, and for tasks that are invalid. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectOneVerdict, KilledTasks, paidFor } from './support/killed-tasks.ts';
import { FEE_WEI, startTestNetwork, type TestNetwork } from './support/test-network.ts';

const ENGINE_POINTS = [
  'events.recorded',
  'task.observed',
  'execution.beforeRecord',
  'execution.recorded',
  'execution.beforeEngine',
  'execution.answered',
  'result.recorded',
  'score.submitted',
  'upload.sent',
  'task.closed',
];
const INVALID_POINTS = ['execution.answered', 'outcome.recorded', 'error.beforeReport', 'error.reported'];
let network: TestNetwork;
let tasks: KilledTasks;
beforeAll(async () => {
  network = await startTestNetwork();
  tasks = new KilledTasks(network);
});
afterAll(() => network.close());

describe('a killed worker', () => {
  it.each(INVALID_POINTS)('law 2: at %s, reports an invalid task once and scores nothing', async (point) => {
    const outcome = await tasks.runThrough(`worker@${point}`, 'invalid');
    expect(outcome.kind).toBe('errorReported');
    expectOneVerdict(network, outcome);
  });
});

describe('a killed engine', () => {
  it.each(ENGINE_POINTS)(
    'law 2, law 3: at %s, costs at most a second attempt in a new lifetime, never a report',
    async (point) => {
      const outcome = await tasks.runThrough(`engine@${point}`);
      expect(outcome.kind).toBe('success');
      expectOneVerdict(network, outcome);
      expect(paidFor(network, outcome.tasks[0]?.commitment ?? '')).toEqual([FEE_WEI]);
    },
  );
});
