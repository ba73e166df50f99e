import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTerminal } from '../../protocol/tasks/status.ts';
import type { Relay } from './relay.ts';
import type { TaskRow } from './store/rows.ts';
import { createHarness, FEE, type Harness, llmResult, type TestTask } from './testing/harness.ts';

const NODES = ['n1', 'n2', 'n3', 'n4'] as const;
const node = fc.constantFrom(...NODES);
/** Picks one of the available values. */
const at = fc.nat(20);

/** Actions that anybody may try at any moment; most are refused, which is part of the point. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('create' as const), wei: fc.bigInt({ min: 0n, max: 3n * FEE }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('createGroup' as const), wei: fc.bigInt({ min: 0n, max: FEE }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('round' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('tick' as const), seconds: fc.integer({ min: 1, max: 70 }) }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('score' as const), at, text: fc.constantFrom('A', 'A', 'A', 'B') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('error' as const), at }) },
  { weight: 7, arbitrary: fc.record({ do: fc.constant('validate' as const), at }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('upload' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), node }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'quit' as const), node }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function perform(harness: Harness, groups: TestTask[][], action: Step): Promise<void> {
  const { actor, relay, clock } = harness;
  const app = actor('app');
  const overrides = 'wei' in action ? { task_fee: action.wei.toString() } : {};
  const pick = <Item>(items: readonly Item[]): Item | undefined => ('at' in action ? items[action.at % items.length] : undefined);
  const tasks = groups.flat().flatMap((task) => relay.task(task.commitment) ?? []);
  const ownerOf = (task: TaskRow | undefined) => actor(NODES.find((name) => actor(name).address === task?.selectedNode) ?? 'n1');
  const executing = pick(
    tasks.filter((task) => task.status === 'Started' || (groups.length > 9 && task.status === 'EndAborted')),
  );
  switch (action.do) {
    case 'create':
    case 'createGroup': {
      const first = await app.createTask({ overrides });
      if (first.answer.status !== 200) return;
      const group: TestTask[] = [first];
      while (action.do === 'createGroup' && group.length < 3)
        group.push(await app.createTask({ taskId: first.taskId, overrides }));
      groups.push(group);
      return;
    }
    case 'round':
      return relay.runRound();
    case 'tick':
      return clock.tick(action.seconds * 1000);
    case 'score':
      await ownerOf(executing).score(executing?.commitment ?? '0x', llmResult(action.text).score);
      return;
    case 'error':
      await ownerOf(executing).reportError(executing?.commitment ?? '0x');
      return;
    case 'validate': {
      const isReady = ({ commitment }: TestTask) => relay.task(commitment)?.status !== 'Queued';
      await app.validate(pick(groups.filter((group) => group.every(isReady))) ?? []);
      return;
    }
    case 'upload': {
      const task = pick(tasks.filter(({ status }) => status === 'Validated' || status.includes('Group')));
      const text = task?.score === llmResult('A').score ? 'A' : 'B';
      await ownerOf(task).upload(task?.commitment ?? '0x', llmResult(text).files);
      return;
    }
    case 'cancel': {
      const commitment = pick(tasks)?.commitment ?? '0x';
      await app.post(`/v1/inference_tasks/${commitment}/abort_reason`, { task_id_commitment: commitment, abort_reason: 7 });
      return;
    }
    case 'join':
      await actor(action.node).join();
      return;
    case 'pause':
    case 'resume':
    case 'quit': {
      const { address } = actor(action.node);
      await actor(action.node).post(`/v1/node/${address}/${action.do}`, { address });
    }
  }
}

function checkInvariants(relay: Relay): void {
  const totals = relay.totals();
  expect(totals.totalWei).toBe(totals.issuedWei);
  const open = relay.tasks().filter((task) => !isTerminal(task.status));
  expect(totals.escrowWei).toBe(open.reduce((sum, task) => sum + task.feeWei, 0n));
  for (const { currentTask, address, status } of relay.nodes()) {
    const isWorking = status === 'Busy' || status === 'PendingPause' || status === 'PendingQuit';
    expect(currentTask !== null).toBe(isWorking);
    if (currentTask === null) continue;
    const task = relay.task(currentTask);
    expect(task?.selectedNode).toBe(address);
    expect(task !== undefined && !isTerminal(task.status)).toBe(true);
  }
  for (const task of open) {
    if (task.selectedNode !== null) expect(relay.node(task.selectedNode)?.currentTask).toBe(task.commitment);
  }
}

test.each([false, true])('money is conserved and nodes are where their tasks are (sampled: %s)', async (sampled) => {
  const ends = new Set<string>();
  const steps = fc.array(step, { minLength: 20, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (actions, passiveSlash) => {
      const harness = createHarness({
        sampled,
        nodes: NODES,
        config: { samplingModulus: sampled ? 1 : 1_000_000, lenientSignatures: false, passiveSlash, daoPercent: 3 },
      });
      for (const name of NODES) await harness.actor(name).join();
      const groups: TestTask[][] = [];
      for (const action of actions) {
        await perform(harness, groups, action);
        checkInvariants(harness.relay);
      }
      for (const task of harness.relay.tasks()) ends.add(task.status);
      await harness.relay.close();
    }),
    { numRuns: 15, seed: sampled ? 2 : 1 },
  );
  // A history generator that never gets anywhere would prove nothing.
  expect([...ends]).toEqual(
    expect.arrayContaining(
      sampled ? ['EndAborted', 'EndGroupRefund', 'EndGroupSuccess', 'EndInvalidated'] : ['EndAborted', 'EndSuccess'],
    ),
  );
});
