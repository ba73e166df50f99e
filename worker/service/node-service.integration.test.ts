/** Calls every procedure of a whole worker on a real relay: what each returns, and that none leaks the key. */
import { createHash } from 'node:crypto';
import { isContractProcedure } from '@orpc/contract';
import { unzipSync } from 'fflate';
import { expect, it, onTestFinished } from 'vitest';
import { nodeContract } from '../../contract/node-contract.ts';
import { createNodeClient, type NodeClient } from '../../contract/rpc-client.ts';
import { errorOf } from '../../contract/rpc-errors.ts';
import type { TasksUpdate } from '../../contract/tasks.ts';
import { createApplication } from '../../devnet/application/application.ts';
import { createRelay } from '../../devnet/relay/relay.ts';
import { systemRandom } from '../../devnet/system.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { systemClock } from '../kit/system-clock.ts';
import { type Answer, FakeEngine } from '../testing/fake-engine.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { nodeConfig, startWorkerRig } from '../testing/worker-rig.ts';

const CNX = 10n ** 18n;
const keyOf = (name: string): Hex => bytesToHex(new Uint8Array(createHash('sha256').update(`service ${name}`).digest()));
const [KEY, APPLICATION] = [keyOf('node'), keyOf('application')];

/** This test's node has no chain, no withdrawal, no self-test, no result, and not the requested model. */
const REFUSED = {
  'models.ask': 'MODEL_NOT_FOUND',
  'money.acknowledgeTransfer': 'MONEY_UNSUPPORTED',
  'money.confirmChainAct': 'MONEY_UNSUPPORTED',
  'money.confirmWithdrawal': 'MONEY_WITHDRAW_INSUFFICIENT',
  'money.prepareChainAct': 'MONEY_UNSUPPORTED',
  'money.stake': 'MONEY_UNSUPPORTED',
  'node.selfTest': 'NODE_ILLEGAL_STATE',
  'node.warmUp': 'NODE_ILLEGAL_STATE',
  'tasks.file': 'TASK_FILE_UNKNOWN',
};

/** A network with one node, and a client of the node's contract over the worker's channel. */
async function world(answer: Answer) {
  const relay = createRelay({
    clock: systemClock,
    random: systemRandom,
    config: {
      samplingModulus: 1_000_000,
      times: { scan: 0.05, executionMin: 3, executionMax: 3 },
      genesis: {
        accounts: [{ address: addressOf(APPLICATION), balanceWei: String(10n * CNX) }],
        stakes: [{ address: addressOf(KEY), stakeWei: String(400n * CNX) }],
      },
    },
  });
  const relayUrl = await relay.listen();
  onTestFinished(() => relay.close());
  const engine = new FakeEngine();
  engine.answer = answer;
  const worker = startWorkerRig({ engine });
  onTestFinished(async () => {
    worker.disconnect();
    await worker.client.exited;
  });
  await worker.client.start(nodeConfig({ dataDir: tempDir(), relayUrl }), KEY);
  const application = createApplication({
    ...{ relayUrl, privateKey: APPLICATION, clock: systemClock, random: systemRandom, samplingModulus: 1_000_000, pollMs: 50 },
  });
  const runTask = (prompt: string) => {
    const args = JSON.stringify({ model: 'tiny/model', messages: [{ role: 'user', content: prompt }] });
    return application.runTask({ type: 'Llm', args, modelIds: ['base:tiny/model'], feeWei: String(CNX) });
  };
  return { worker, runTask, node: createNodeClient(worker.client.connect('own')) };
}

async function taskWhere(node: NodeClient, fits: (task: Extract<TasksUpdate, { kind: 'task' }>['task']) => boolean) {
  for await (const update of await node.tasks.watch({})) {
    const found = (update.kind === 'task' ? [update.task] : update.open).find(fits);
    if (found !== undefined) return found;
  }
  return expect.fail('the stream ended');
}

const MONTH = { fromMs: 0, toMs: 2_600_000_000_000 };

/** One call of each procedure, by name. Calls that need a chain, a card or a model are refused, which is an answer too. */
function everyCall(node: NodeClient, commitment: string): Readonly<Record<string, () => Promise<unknown>>> {
  const first = async (updates: Promise<AsyncIterator<unknown>>) => {
    const iterator = await updates;
    const { value } = await iterator.next();
    await iterator.return?.();
    return value;
  };
  const model = { engine: 'official', modelId: 'base:none' } as const;
  const act = { kind: 'forceUnstake' } as const;
  return {
    'node.watch': () => first(node.node.watch({})),
    'node.last': () => node.node.last({}),
    'node.selfTest': () => node.node.selfTest({ order: 'run' }),
    'node.warmUp': () => node.node.warmUp({ order: 'run' }),
    'storage.view': () => node.storage.view({}),
    'storage.prune': () => node.storage.prune({}),
    'tasks.page': () => node.tasks.page({ limit: 500 }),
    'tasks.detail': () => node.tasks.detail({ commitment }),
    'tasks.file': () => node.tasks.file({ commitment, position: 0 }),
    'tasks.watch': () => first(node.tasks.watch({})),
    'money.summary': () => node.money.summary({}),
    'money.entries': () => node.money.entries({ limit: 10, after: null }),
    'money.earnings': () => node.money.earnings({ bucket: 'month', fromMs: 0, toMs: 86_400_000 }),
    'money.exportCsv': () => node.money.exportCsv({ ...MONTH, after: null }),
    'money.reconcile': () => node.money.reconcile({}),
    'money.acknowledgeTransfer': () => node.money.acknowledgeTransfer({ byWei: '1' }),
    'money.withdrawals': () => node.money.withdrawals({}),
    'money.prepareWithdrawal': () => node.money.prepareWithdrawal({ amountWei: '1' }),
    'money.confirmWithdrawal': () => node.money.confirmWithdrawal({ amountWei: '1', confirmation: 'none' }),
    'money.stake': () => node.money.stake({}),
    'money.whatIf': () => node.money.whatIf({}),
    'money.prepareChainAct': () => node.money.prepareChainAct({ act }),
    'money.confirmChainAct': () => node.money.confirmChainAct({ act, confirmation: 'none' }),
    'trust.cases': () => node.trust.cases({ limit: 10 }),
    'trust.case': () => node.trust.case({ id: commitment }),
    'trust.exportCase': () => node.trust.exportCase({ id: commitment }),
    'trust.qos': () => node.trust.qos({}),
    'trust.noTasks': () => node.trust.noTasks({}),
    'trust.protection': () => node.trust.protection({}),
    'gpus.energy': () => node.gpus.energy(MONTH),
    'gpus.history': () => node.gpus.history({ ...MONTH, cardId: 'GPU-1', points: 10 }),
    'models.watch': () => first(node.models.watch({})),
    'metrics.read': () => node.metrics.read({}),
    'models.ask': () => node.models.ask({ type: 'removal', ...model }),
    'checks.last': () => node.checks.last({}),
    'checks.confirmAlone': () => node.checks.confirmAlone({}),
    'checks.run': () => node.checks.run({}),
    'node.pause': () => node.node.pause({}),
    'node.resume': () => node.node.resume({}),
    'node.unstake': () => node.node.unstake({}),
  };
}

it('answers every procedure, and no answer contains the key, wherever it was written', async () => {
  const bare = KEY.slice(2);
  // An application that knows the key, and an engine that prints it in capitals.
  const traceback = `RuntimeError: key ${bare.toUpperCase()} in memory`;
  const { worker, node, runTask } = await world(() => ({ kind: 'failed', traceback, gpuCount: 1 }));
  expect((await runTask(`my key is ${KEY}`)).kind).toBe('aborted');
  const { commitment } = await taskWhere(node, ({ status }) => status === 'EndAborted');
  await expect.poll(async () => (await node.trust.cases({ limit: 1 })).total).toBe(1);

  const answers: Record<string, unknown> = {};
  const codes: Record<string, string> = {};
  for (const [name, call] of Object.entries(everyCall(node, commitment))) {
    try {
      answers[name] = await call();
    } catch (error) {
      codes[name] = errorOf(error).code;
    }
  }
  const named = Object.entries(nodeContract).flatMap(([room, table]) =>
    Object.entries(table).flatMap(([name, procedure]) => (isContractProcedure(procedure) ? [`${room}.${name}`] : [])),
  );
  expect([...Object.keys(answers), ...Object.keys(codes)].toSorted()).toEqual(named.toSorted());
  expect(codes).toEqual(REFUSED);

  expect(answers['tasks.detail']).toMatchObject({
    taskArgs: expect.stringContaining('my key is [redacted]'),
    failure: { reaction: 'silent', error: { code: 'EXECUTION_FAILED', message: 'RuntimeError: key [redacted] in memory' } },
    caseId: commitment,
  });
  const frames = worker.sent.filter((message) => JSON.stringify(message).startsWith('{"type":"rpc"'));
  expect(frames.length).toBeGreaterThan(named.length);
  expect(JSON.stringify(frames).toLowerCase()).not.toContain(bare);
  const { base64 } = answers['trust.exportCase'] as { base64: string };
  const bundle = Object.values(unzipSync(Buffer.from(base64, 'base64'))).map((bytes) => Buffer.from(bytes).toString('latin1'));
  expect(bundle.join('')).toContain('[redacted]');
  expect(bundle.join('').toLowerCase()).not.toContain(bare);
});
