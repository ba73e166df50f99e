/**
 * SIGKILL at the worst instants, with the real worker, engine, store and relay. Whatever dies, the task ends as it
 * should: one verdict, never two different ones, no execution after a score, no wrong report, and the fee is paid once.
 */
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskOutcome } from '../devnet/application/outcome.ts';
import { STORE_FILE } from '../worker/store/store.ts';
import { FEE_WEI, startTestNetwork, type TestNetwork } from './support/test-network.ts';

/** In the order in which a task passes them; every side of each durable write and each act on the network. */
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
/** From here on the score is in the ledger: law 3 forbids another execution. */
const SCORED_POINTS = new Set(WORKER_POINTS.slice(WORKER_POINTS.indexOf('result.recorded')));

let network: TestNetwork;
beforeAll(async () => {
  network = await startTestNetwork();
});
afterAll(() => network.close());

interface LocalFacts {
  readonly ledger: readonly string[];
  readonly executions: readonly { readonly lifetime: string; readonly outcome: string | null }[];
}

/** What the node's own store says, read when no worker runs. */
function localFacts(commitment: string): LocalFacts {
  const db = new DatabaseSync(path.join(network.dataDir, STORE_FILE), { readOnly: true });
  try {
    const ledger = db.prepare('SELECT score FROM score_ledger WHERE commitment = ?').all(commitment);
    const executions = db
      .prepare('SELECT lifetime, outcome FROM executions WHERE commitment = ? ORDER BY attempt')
      .all(commitment);
    return {
      ledger: ledger.map((row) => String(row.score)),
      executions: executions.map((row) => ({
        lifetime: String(row.lifetime),
        outcome: row.outcome === null ? null : String(row.outcome),
      })),
    };
  } finally {
    db.close();
  }
}

function writesOf(commitment: string, action: 'score' | 'task_error') {
  return network.line.seen.filter((request) => request.method === 'POST' && request.path.endsWith(`${commitment}/${action}`));
}

function expectOneVerdict(outcome: TaskOutcome): void {
  const commitment = outcome.tasks[0]?.commitment ?? '';
  const { ledger, executions } = localFacts(commitment);
  const scores = new Set(writesOf(commitment, 'score').map((request) => JSON.parse(request.body).score));
  expect(new Set(executions.map((execution) => execution.lifetime)).size).toBe(executions.length);
  if (outcome.kind === 'success') {
    expect(ledger).toEqual([outcome.winner.score]);
    expect([...scores]).toEqual([outcome.winner.score]);
    expect(writesOf(commitment, 'task_error')).toEqual([]);
    expect(executions.filter((execution) => execution.outcome === 'scored')).toHaveLength(1);
  } else {
    expect(ledger).toEqual([]);
    expect([...scores]).toEqual([]);
    expect(executions.filter((execution) => execution.outcome === 'invalid')).toHaveLength(1);
  }
}

function paidFor(commitment: string): bigint[] {
  return network.relay
    .ledger()
    .filter((row) => row.type === 'TaskIncome' && row.reason.endsWith(commitment))
    .map((row) => row.wei);
}

/** Runs one task with a worker that strikes at the point; a killed worker is started again as it would be. */
async function runThrough(strike: string, kind: 'chat' | 'invalid'): Promise<TaskOutcome> {
  const doomed = network.startWorker({ killAt: strike });
  const ended = network.runTask(kind);
  let last = doomed;
  if (strike.startsWith('worker@')) {
    await expect(doomed.client.exited).resolves.toEqual({ code: null, signal: 'SIGKILL' });
    last = network.startWorker();
  }
  const outcome = await ended;
  // `task.closed` and after: the node has to learn of the end before it is stopped.
  await last.started;
  await last.client.until((node) => node.currentTask === null);
  await last.client.stop({ quitNetwork: false });
  return outcome;
}

describe('a worker that is killed', () => {
  it.each(WORKER_POINTS)('law 3, law 4: at %s, finishes the task after its restart', async (point) => {
    const outcome = await runThrough(`worker@${point}`, 'chat');
    expect(outcome.kind).toBe('success');
    expectOneVerdict(outcome);
    const commitment = outcome.tasks[0]?.commitment ?? '';
    expect(paidFor(commitment)).toEqual([FEE_WEI]);
    const attempts = localFacts(commitment).executions.length;
    if (SCORED_POINTS.has(point)) expect(attempts).toBe(1);
    else expect(attempts).toBeLessThanOrEqual(2);
  });

  it.each(INVALID_POINTS)('law 2: at %s, reports an invalid task once and scores nothing', async (point) => {
    const outcome = await runThrough(`worker@${point}`, 'invalid');
    expect(outcome.kind).toBe('errorReported');
    expectOneVerdict(outcome);
  });
});

describe('an engine that is killed', () => {
  it.each(ENGINE_POINTS)(
    'law 2, law 3: at %s, costs at most a second attempt in a new lifetime, never a report',
    async (point) => {
      const outcome = await runThrough(`engine@${point}`, 'chat');
      expect(outcome.kind).toBe('success');
      expectOneVerdict(outcome);
      expect(paidFor(outcome.tasks[0]?.commitment ?? '')).toEqual([FEE_WEI]);
    },
  );
});
