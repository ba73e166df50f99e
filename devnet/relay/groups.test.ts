import { expect, test } from 'vitest';
import type { TaskStatus } from '../../protocol/tasks/status.ts';
import { createHarness, FEE, type Harness, llmResult, STAKE } from './testing/harness.ts';

/** An X is a task that ran out of its 20 seconds. */
const TIMES = { times: { executionMax: 20 }, samplingModulus: 1 };

const G = 'GroupValidated';
const R = 'EndGroupRefund';
const I = 'EndInvalidated';
const X = 'EndAborted';

/** The table, members in rank order. */
const TABLE: Readonly<Record<string, readonly [TaskStatus, TaskStatus, TaskStatus]>> = {
  AAA: [G, R, R],
  AAB: [G, R, I],
  ABC: [X, X, X],
  AAE: [G, R, I],
  ABE: [X, X, X],
  AAX: [G, R, X],
  ABX: [X, X, X],
  AEE: [I, X, X],
  AEX: [X, X, X],
  AXX: [X, X, X],
  EEE: [X, X, X],
  EEX: [X, X, X],
  EXX: [X, X, X],
  XXX: [X, X, X],
};

function permutations(row: string): string[] {
  if (row.length <= 1) return [row];
  const all = [...row].flatMap((letter, at) => permutations(row.slice(0, at) + row.slice(at + 1)).map((rest) => letter + rest));
  return [...new Set(all)];
}

/** The final state of each member: equal letters get the row's states in finishing order. */
function expectedStates(order: string, row: string): TaskStatus[] {
  const states = TABLE[row] ?? [];
  const majority = row[0] === row[1] ? row[0] : null;
  let winners = 0;
  return [...order].map((letter) => {
    if (letter === majority && states[0] === G) return winners++ === 0 ? G : R;
    return states[row.lastIndexOf(letter)] ?? X;
  });
}

async function runGroup(harness: Harness, order: string) {
  const { actor, relay, clock } = harness;
  const app = actor('app');
  for (const name of ['n1', 'n2', 'n3']) await actor(name).join();
  const first = await app.createTask();
  const tasks = [first, await app.createTask({ taskId: first.taskId }), await app.createTask({ taskId: first.taskId })];
  relay.runRound();
  const members = tasks.map((task, at) => {
    const selected = relay.task(task.commitment)?.selectedNode;
    const node = ['n1', 'n2', 'n3'].map(actor).find((candidate) => candidate.address === selected);
    if (node === undefined) throw new Error(`task ${at} did not start`);
    return { task, node, letter: order[at] ?? 'X' };
  });
  for (const { task, node, letter } of members) {
    await clock.tick(1_000);
    if (letter === 'E') await node.reportError(task.commitment);
    else if (letter !== 'X') await node.score(task.commitment, llmResult(letter).score);
  }
  if (order.includes('X')) {
    await clock.tick(20_000);
    relay.runRound();
  }
  const answer = await app.validate(tasks);
  return { app, tasks, members, answer };
}

/** Three errors are different: see below. */
const cases = Object.keys(TABLE)
  .filter((row) => row !== 'EEE')
  .flatMap((row) => permutations(row).map((order) => ({ row, order })));

test.each(cases)('$row finishing as $order', async ({ row, order }) => {
  const harness = createHarness({ sampled: true, seed: order, config: TIMES });
  const { relay } = harness;
  const { app, tasks, members, answer } = await runGroup(harness, order);
  expect(answer).toMatchObject({ status: 200 });
  const states = tasks.map((task) => relay.task(task.commitment)?.status);
  expect(states).toEqual(expectedStates(order, row));

  const winner = members.find((_, at) => states[at] === G);
  expect(relay.totals().escrowWei).toBe(winner === undefined ? 0n : FEE);
  if (winner !== undefined) {
    expect(await winner.node.upload(winner.task.commitment, llmResult('A').files)).toMatchObject({ status: 200 });
    expect(relay.task(winner.task.commitment)?.status).toBe('EndGroupSuccess');
  }
  const invalidated = members.filter((_, at) => states[at] === I);
  for (const { node } of members) {
    const isSlashed = invalidated.some((member) => member.node === node);
    expect(relay.node(node.address)).toMatchObject({ status: isSlashed ? 'Quit' : 'Available', currentTask: null });
    expect(relay.stakeWei(node.address)).toBe(isSlashed ? 0n : STAKE);
  }
  const earned = members.reduce((sum, { node }) => sum + relay.balanceWei(node.address), 0n);
  expect(earned).toBe(winner === undefined ? 0n : FEE);
  expect(relay.balanceWei(app.address)).toBe(100n * FEE - earned);
  const totals = relay.totals();
  expect(totals.slashedWei).toBe(BigInt(invalidated.length) * STAKE);
  expect(totals).toMatchObject({ escrowWei: 0n, totalWei: totals.issuedWei });
  await relay.close();
});

test('a group of three errors is refused, and its validation deadline pays all three nodes', async () => {
  const harness = createHarness({ sampled: true, config: TIMES });
  const { relay, clock } = harness;
  const { tasks, members, answer } = await runGroup(harness, 'EEE');
  expect(answer).toMatchObject({ status: 500, json: { message: 'illegal previous task status' } });
  expect(tasks.map((task) => relay.task(task.commitment)?.status)).toEqual(Array(3).fill('ErrorReported'));
  await clock.tick(60_000);
  relay.runRound();
  const ends = tasks.map((task) => relay.task(task.commitment)?.abortReason);
  expect(ends).toEqual(Array(3).fill('CreatorValidationTimeout'));
  expect(members.map(({ node }) => relay.balanceWei(node.address))).toEqual([FEE, FEE, FEE]);
  await relay.close();
});

test('the fee is shared by rank: 10, 5 and 2 seventeenths', async () => {
  const harness = createHarness({ sampled: true });
  const { members } = await runGroup(harness, 'AAA');
  const [first, second, third] = members;
  await first?.node.upload(first.task.commitment, llmResult('A').files);
  const paid = [first, second, third].map((member) => harness.relay.balanceWei(member?.node.address ?? ''));
  expect(paid).toEqual([(FEE * 10n) / 17n, (FEE * 5n) / 17n, FEE - (FEE * 10n) / 17n - (FEE * 5n) / 17n]);
  expect(harness.relay.nodes().map((node) => node.qos.pool)).toEqual(
    harness.relay.nodes().map(({ address }) => [[10, 5, 2][members.findIndex(({ node }) => node.address === address)]]),
  );
  await harness.relay.close();
});

test('a slash is reported: node quit, then slashed, and the stake that is lost', async () => {
  const harness = createHarness({ sampled: true });
  const { members } = await runGroup(harness, 'AAB');
  const cheat = members[2];
  const { json } = await harness.send({ method: 'GET', url: `/v1/events?start=0&node_address=${cheat?.node.address}` });
  const told = (json as { data: { type: string; args: string }[] }).data.slice(-3);
  expect(told.map((event) => event.type)).toEqual(['TaskEndInvalidated', 'NodeQuit', 'NodeSlashed']);
  const { evidence, ...args } = JSON.parse(told[2]?.args ?? '');
  expect(args).toEqual({
    node_address: cheat?.node.address,
    task_id_commitment: cheat?.task.commitment,
    amount: STAKE.toString(),
    network: 'devnet',
  });
  const commitments = members.map(({ task }) => task.commitment);
  expect(evidence.validation_context).toMatchObject({ reason: 'task_end_invalidated', task_id_commitments: commitments });
  expect(evidence.task_snapshots.map(({ score }: { score: string }) => score)).toEqual(
    ['A', 'A', 'B'].map((letter) => llmResult(letter).score),
  );
  expect(evidence.node_snapshots[2]).toMatchObject({ address: cheat?.node.address, operator_stake_amount: STAKE.toString() });
  expect(await cheat?.node.join()).toMatchObject({ status: 500, json: { message: 'staking amount mismatch' } });
  await harness.relay.close();
});

test('in passive mode the slash waits for the admin', async () => {
  const harness = createHarness({ sampled: true, config: { passiveSlash: true } });
  const { relay } = harness;
  const { members } = await runGroup(harness, 'AAB');
  const cheat = members[2];
  const address = cheat?.node.address ?? '';
  const commitment = cheat?.task.commitment ?? '';
  expect(relay.node(address)).toMatchObject({ status: 'Available', pendingSlash: [commitment] });
  expect(relay.stakeWei(address)).toBe(STAKE);
  relay.slash({ address, commitment });
  expect(relay.node(address)).toMatchObject({ status: 'Quit', pendingSlash: [] });
  expect(relay.stakeWei(address)).toBe(0n);
  expect(() => relay.slash({ address, commitment })).toThrow('node has already quit');
  await relay.close();
});

test('the proof of a group is about its oldest task, whatever the order of sending', async () => {
  const harness = createHarness({ sampled: true });
  const { actor, relay } = harness;
  const app = actor('app');
  for (const name of ['n1', 'n2', 'n3']) await actor(name).join();
  const first = await app.createTask();
  const others = [await app.createTask({ taskId: first.taskId }), await app.createTask({ taskId: first.taskId })];
  relay.runRound();
  for (const name of ['n1', 'n2', 'n3']) await actor(name).score(await actor(name).currentTask(), llmResult('A').score);
  expect(await app.validate([...others, first])).toMatchObject({ status: 500, json: { message: 'invalid proof' } });
  expect(await app.validate([first, ...others])).toMatchObject({ status: 200 });
  await relay.close();
});

test('a group with an expired member cannot be validated', async () => {
  const harness = createHarness({ sampled: true, config: { times: { validation: 5 } } });
  const { actor, relay, clock } = harness;
  const app = actor('app');
  for (const name of ['n1', 'n2', 'n3']) await actor(name).join();
  const first = await app.createTask();
  const group = [first, await app.createTask({ taskId: first.taskId }), await app.createTask({ taskId: first.taskId })];
  relay.runRound();
  const nodes = ['n1', 'n2', 'n3'].map(actor);
  await nodes[0]?.score((await nodes[0]?.currentTask()) ?? '', llmResult('A').score);
  await clock.tick(5_000);
  relay.runRound();
  for (const node of nodes.slice(1)) await node.score(await node.currentTask(), llmResult('A').score);
  expect(await app.validate(group)).toMatchObject({ status: 500, json: { message: 'task group validation expired' } });
  await relay.close();
});
