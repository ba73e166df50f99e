/**
 * SIGKILL at the worst moments, with the real worker, store and relay. Whatever dies, the task ends as it should: one
 * verdict, never two different ones, no execution after a score, no wrong report, and the fee is paid once. The engine
 * gives a different answer each time it runs, so that a second execution shows as a second score, and keeps a journal of
 * its runs. `kill-engine.integration.test.ts` has the embedded engine.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
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

const ENGINE = fileURLToPath(new URL('./soak/soak-engine.ts', import.meta.url));

let network: TestNetwork;
let tasks: KilledTasks;
let journal: string;
beforeAll(async () => {
  network = await startTestNetwork();
  journal = path.join(network.dataDir, 'engine-runs');
  const args = ['--disable-warning=ExperimentalWarning', ENGINE, journal];
  tasks = new KilledTasks(network, { kind: 'program', command: process.execPath, args, env: {} });
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
    const runs = readFileSync(journal, 'utf8')
      .split('\n')
      .filter((line) => line.includes(commitment));
    if (SCORED_POINTS.has(point)) expect([attempts, runs.length]).toEqual([1, 1]);
    else expect(attempts).toBeLessThanOrEqual(2);
    expect(runs.length).toBeGreaterThanOrEqual(1);
    expect(runs.length).toBeLessThanOrEqual(attempts);
  });
});
