/**
 * SIGKILL at the worst moments, with the real worker, engine, store and relay. Whatever dies, the task ends as it
 * should: one verdict, never two different ones, no execution after a score, no wrong report, and the fee is paid once.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectOneVerdict, KilledTasks, localFacts, paidFor } from './support/killed-tasks.ts';
import { FEE_WEI, startTestNetwork, type TestNetwork } from './support/test-network.ts';

/** In the order in which a task passes them; both sides of each durable write and each act on the network. */
const WORKER_POINTS = [
  'events.recorded',
  'task.observed',
  'execution.beforeRecord',
  'execution.recorded',
  'execution.answered',
  'result.sealed',
  'result.recorded',
  'score.beforeSubmit',
  'score.submitted',
  'upload.verified',
  'upload.sent',
  'upload.recorded',
  'task.closed',
];
/** From here on the score is in the ledger: law 3 forbids another execution. */
const SCORED_POINTS = new Set(WORKER_POINTS.slice(WORKER_POINTS.indexOf('result.recorded')));

let network: TestNetwork;
let tasks: KilledTasks;
beforeAll(async () => {
  network = await startTestNetwork();
  tasks = new KilledTasks(network);
});
afterAll(() => network.close());

describe('a killed worker', () => {
  it.each(WORKER_POINTS)('law 3, law 4: at %s, finishes the task after its restart', async (point) => {
    const outcome = await tasks.runThrough(`worker@${point}`);
    expect(outcome.kind).toBe('success');
    expectOneVerdict(network, outcome);
    const commitment = outcome.tasks[0]?.commitment ?? '';
    expect(paidFor(network, commitment)).toEqual([FEE_WEI]);
    const attempts = localFacts(network, commitment).executions.length;
    if (SCORED_POINTS.has(point)) expect(attempts).toBe(1);
    else expect(attempts).toBeLessThanOrEqual(2);
  });
});
