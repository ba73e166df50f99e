/**
 * A faulty connection between the node and its relay, with the real worker, engine, store and relay: late, failing,
 * dropped and repeated answers. Nothing is lost, nothing happens twice.
 */
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskOutcome } from '../devnet/application/outcome.ts';
import { STORE_FILE } from '../worker/store/store.ts';
import { type Fault, type FaultPlan, kindOf, PASS } from './support/fault-proxy.ts';
import { FEE_WEI, startTestNetwork, type TestNetwork, type WorkerHandle } from './support/test-network.ts';

let network: TestNetwork;
let worker: WorkerHandle;
beforeAll(async () => {
  network = await startTestNetwork();
  worker = network.startWorker();
  await worker.started;
});
afterAll(() => network.close());

const isTaskCall = (path: string, end: string) => kindOf(path) === `/v1/inference_tasks/:id${end}`;

/** Runs this many tasks one after the other while the plan is in effect. */
async function runUnder(plan: FaultPlan, count = 2): Promise<TaskOutcome[]> {
  network.line.setPlan(plan);
  const outcomes: TaskOutcome[] = [];
  for (let i = 0; i < count; i++) outcomes.push(await network.runTask());
  network.line.setPlan(() => PASS);
  await worker.client.until((node) => node.currentTask === null);
  return outcomes;
}

function expectEachPaidOnce(outcomes: readonly TaskOutcome[]): void {
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(outcomes.map(() => 'success'));
  for (const outcome of outcomes) {
    const commitment = outcome.tasks[0]?.commitment ?? '';
    const income = network.relay.ledger().filter((row) => row.type === 'TaskIncome' && row.reason.endsWith(commitment));
    expect(income.map((row) => row.wei)).toEqual([FEE_WEI]);
    const writes = network.line.seen.filter((request) => request.method === 'POST' && request.path.includes(commitment));
    expect(writes.filter((request) => request.path.endsWith('/task_error'))).toEqual([]);
    const scores = writes.filter((request) => request.path.endsWith('/score')).map((request) => JSON.parse(request.body).score);
    expect(new Set(scores).size).toBe(1);
  }
  expect(network.relay.totals().totalWei).toBe(network.relay.totals().issuedWei);
}

function count(sql: string): number {
  const db = new DatabaseSync(path.join(network.dataDir, STORE_FILE), { readOnly: true });
  try {
    return Number(db.prepare(sql).get()?.n);
  } finally {
    db.close();
  }
}

function countOf(table: string, outcomes: readonly TaskOutcome[], and = ''): number {
  const commitments = outcomes.map((outcome) => `'${outcome.tasks[0]?.commitment}'`).join(', ');
  return count(`SELECT count(*) AS n FROM ${table} WHERE commitment IN (${commitments}) ${and}`);
}

const onEvery =
  (nth: number, fault: Fault): FaultPlan =>
  (request) =>
    request.nth % nth === 0 ? fault : PASS;
const onFirst = (end: string, fault: Fault): FaultPlan => {
  const hit = new Set<string>();
  return ({ method, path: requested }) => {
    if (method !== 'POST' || !isTaskCall(requested, end) || hit.has(requested)) return PASS;
    hit.add(requested);
    return fault;
  };
};

describe('a faulty connection', () => {
  it.each<[string, FaultPlan]>([
    ['answers late', () => ({ kind: 'late', ms: 300 })],
    ['answers every third request with 500', onEvery(3, { kind: 'error500' })],
    ['drops every third request', onEvery(3, { kind: 'dropBefore' })],
    ['drops every third answer', onEvery(3, { kind: 'dropAfter' })],
    ['answers every third request with garbage', onEvery(3, { kind: 'garbage' })],
    [
      'repeats all events from the first one',
      ({ path: requested }) => (requested === '/v1/events' ? { kind: 'repeatEvents' } : PASS),
    ],
  ])('that %s loses and doubles nothing', async (_, plan) => {
    const outcomes = await runUnder(plan);
    expectEachPaidOnce(outcomes);
    expect(countOf('score_ledger', outcomes)).toBe(outcomes.length);
    expect(countOf('executions', outcomes, "AND outcome = 'scored'")).toBe(outcomes.length);
    expect(count('SELECT count(*) AS n FROM events')).toBe(count('SELECT count(DISTINCT id) AS n FROM events'));
  });

  it.each(['/score', '/results'])(
    'law 1: that loses the answer to POST %s is asked again, and nothing is assumed',
    async (end) => {
      const outcomes = await runUnder(onFirst(end, { kind: 'dropAfter' }), 1);
      expectEachPaidOnce(outcomes);
      const asked = network.line.seen.filter(({ path: requested }) =>
        requested.endsWith(`${outcomes[0]?.tasks[0]?.commitment}${end}`),
      );
      expect(asked.some((request) => request.fault === 'dropAfter')).toBe(true);
    },
  );

  it('law 2: that is down for a while costs time, never a report', async () => {
    let down = true;
    const running = runUnder(() => (down ? { kind: 'dropBefore' } : PASS), 1);
    const before = network.line.seen.length;
    const asked = () => network.line.seen.slice(before).filter((request) => request.fault === 'dropBefore').length;
    await expect.poll(asked).toBeGreaterThanOrEqual(4);
    down = false;
    expectEachPaidOnce(await running);
  });
});
