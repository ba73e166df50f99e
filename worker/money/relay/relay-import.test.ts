import { expect, test } from 'vitest';
import { FEE, llmResult, STAKE } from '../../../devnet/relay/testing/harness.ts';
import { ROUTINE } from '../sync.ts';
import { BENEFIT, GPU, type RelayRig, relayRig, SELF } from '../testing/relay-rig.ts';

function held({ ledger }: RelayRig) {
  return { relay: ledger.balanceWei('relay'), inTransit: ledger.balanceWei('inTransit'), benefit: ledger.balanceWei('benefit') };
}

function sources({ ledger }: RelayRig) {
  return ledger.page({ limit: 100, after: null, order: 'oldestFirst' }).map(({ source }) => source);
}

test('a task payment becomes one entry with its task, labels and record', async () => {
  const rig = await relayRig();
  await rig.node.join();
  const task = await rig.earn();
  await rig.observe(task.commitment);
  const report = await rig.sync.sync();
  expect(report.lists.taskFee).toEqual({ kind: 'complete', total: 1, held: 1 });
  await rig.sync.sync();
  expect(rig.ledger.ofTask(task.commitment)).toMatchObject([
    {
      source: `relay:0-${task.commitment}`,
      kind: 'taskPayment',
      wei: FEE,
      atMs: rig.harness.clock.now(),
      record: expect.stringMatching(/^taskFee \d+$/),
      labels: { taskType: 'Llm', model: 'base:qwen/qwen3-8b', gpu: GPU },
    },
  ]);
  expect(held(rig)).toMatchObject({ relay: FEE });
  expect(rig.harness.relay.balanceWei(SELF)).toBe(FEE);
});

test('an income waits until the node knows how its task ended', async () => {
  const rig = await relayRig();
  await rig.node.join();
  const task = await rig.app.createTask();
  rig.harness.relay.runRound();
  await rig.observe(task.commitment);
  expect(rig.store.tasks.get(task.commitment).status).toBe('Started');
  const { files, score } = llmResult('four');
  await rig.node.score(task.commitment, score);
  await rig.app.validate([task]);
  await rig.node.upload(task.commitment, files);
  await rig.sync.sync();
  expect(rig.ledger.count()).toBe(0);
  expect(rig.records.withProblem()).toMatchObject([{ list: 'taskFee', problem: expect.stringContaining('Started') }]);
  await rig.observe(task.commitment);
  await rig.sync.sync();
  expect(held(rig)).toMatchObject({ relay: FEE });
  expect(rig.records.withProblem()).toEqual([]);
});

test.each([0, 1, 2])(
  'a share of a group is booked according to the end of this node’s own task (finishing at place %i)',
  async (place) => {
    const rig = await relayRig({ sampled: true, seed: `group ${place}`, config: { samplingModulus: 1 } });
    const { relay, clock, actor } = rig.harness;
    const others = ['n2', 'n3'].map(actor);
    for (const node of [rig.node, ...others]) await node.join();
    const first = await rig.app.createTask();
    const tasks = [first, await rig.app.createTask({ taskId: first.taskId }), await rig.app.createTask({ taskId: first.taskId })];
    relay.runRound();
    const { files, score } = llmResult('four');
    const taskOf = async (node: typeof rig.node) => {
      const current = await node.currentTask();
      return tasks.find(({ commitment }) => commitment === current) ?? expect.fail();
    };
    const order = others.toSpliced(place, 0, rig.node);
    const members = await Promise.all(order.map(async (node) => ({ node, task: await taskOf(node) })));
    for (const { node, task } of members) {
      await clock.tick(1_000);
      await node.score(task.commitment, score);
    }
    await rig.app.validate(tasks);
    const winner = members.find(({ task }) => relay.task(task.commitment)?.status === 'GroupValidated') ?? expect.fail();
    await winner.node.upload(winner.task.commitment, files);
    const own = members[place]?.task.commitment ?? expect.fail();
    await rig.observe(own);
    await rig.sync.sync();
    const kind = winner.node === rig.node ? 'groupShare' : 'refundShare';
    expect(rig.ledger.ofTask(own)).toMatchObject([{ kind, wei: relay.balanceWei(SELF) }]);
    expect(relay.balanceWei(SELF)).toBeGreaterThan(0n);
  },
);

test('hundreds of records arrive page by page, despite interruptions and new ones, each once', async () => {
  const rig = await relayRig();
  const { relay } = rig.harness;
  const deposit = (from: number, to: number) => {
    for (let i = from; i < to; i++) relay.deposit({ address: SELF, wei: BigInt(i + 1), reason: `d${i}` });
  };
  deposit(0, 350);
  const small = { ...ROUTINE, pages: 2 };
  expect((await rig.sync.sync(small)).lists.deposit).toEqual({ kind: 'partial', total: 350, held: 200 });
  deposit(350, 420);
  expect((await rig.sync.sync(small)).lists.deposit).toMatchObject({ kind: 'partial', total: 420 });
  let state = (await rig.sync.sync(small)).lists.deposit;
  for (let i = 0; i < 5 && state.kind !== 'complete'; i++) state = (await rig.sync.sync(small)).lists.deposit;
  expect(state).toEqual({ kind: 'complete', total: 420, held: 420 });
  expect(held(rig).relay).toBe((420n * 421n) / 2n);
  deposit(420, 421);
  expect((await rig.sync.sync({ ...ROUTINE, pages: 1 })).lists.deposit).toEqual({ kind: 'complete', total: 421, held: 421 });
  expect(held(rig).relay).toBe(relay.balanceWei(SELF));
});

test('a withdrawal is in transit until the relay reports its outcome', async () => {
  const rig = await relayRig({ config: { withdraw: { feeWei: 10n } } });
  const { relay, clock } = rig.harness;
  relay.deposit({ address: SELF, wei: 10_000n, reason: 'd' });
  const timestamp = Math.floor(clock.now() / 1000);
  const request = { amountWei: 1_000n, benefitAddress: BENEFIT, network: 'devnet', timestamp };
  const first = await rig.account.requestWithdrawal(request);
  const second = await rig.account.requestWithdrawal(request);
  await rig.sync.sync();
  expect(held(rig)).toEqual({ relay: 7_980n, inTransit: 2_020n, benefit: 0n });
  const admin = rig.harness.actor('relay');
  await admin.post(`/v1/withdraw/${first}/fulfill`, { id: first, tx_hash: '0xabc' });
  await admin.post(`/v1/withdraw/${second}/reject`, { id: second });
  await rig.sync.sync();
  await rig.sync.sync();
  expect(held(rig)).toEqual({ relay: 8_990n, inTransit: 0n, benefit: 1_000n });
  expect(held(rig).relay).toBe(relay.balanceWei(SELF));
  expect(rig.ledger.find(`relay:withdrawal:${first}:paid`)).toMatchObject({ tx: '0xabc', wei: 1_000n });
  expect(sources(rig)).toHaveLength(1 + 4 + 3);
});

test('a slash event of a network without a chain is booked once, with its task', async () => {
  const rig = await relayRig();
  await rig.node.join();
  const commitment = `0x${'ab'.repeat(32)}`;
  rig.harness.relay.slash({ address: SELF, commitment });
  await rig.feedEvents();
  await rig.sync.sync();
  await rig.feedEvents();
  await rig.sync.sync();
  expect(rig.ledger.page({ limit: 9, after: null, kinds: ['slash'] })).toMatchObject([{ wei: STAKE, task: commitment }]);
  expect(rig.ledger.balanceWei('stake')).toBe(0n);
});

test('a relay that cannot be reached affects only its own lists', async () => {
  const rig = await relayRig();
  rig.harness.relay.deposit({ address: SELF, wei: 5n, reason: 'd' });
  await rig.sync.sync();
  await rig.account.close();
  const report = await rig.sync.sync();
  expect(report.lists.deposit.kind).toBe('failed');
  expect(held(rig).relay).toBe(5n);
});
