import { id } from 'ethers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import type { TaskSpecInput } from '../application/task-spec.ts';
import { systemClock, systemRandom } from '../system.ts';
import { type ChainApplication, createChainApplication } from './application.ts';
import type { ChainTask } from './chain-task.ts';
import { type OldRelay, startOldRelay } from './old-relay/old-relay.ts';
import { createScriptedPeer, type ScriptedPeer, type ScriptedPeerConfig, scriptedPeerSchema } from './scripted-peer.ts';
import { CARD, CARD_GIB, CHAT, CNX, keyOf, MODEL, startTaskWorld, type TaskWorld } from './testing/task-world.ts';

const SPEC: TaskSpecInput = {
  type: 'Llm',
  args: JSON.stringify({ model: 'test/model', messages: [{ role: 'user', content: 'hello' }] }),
  modelIds: [MODEL],
  feeWei: (10n * CNX).toString(),
  requiredGpu: CARD,
  requiredGpuVramGib: CARD_GIB,
};
const HONEST = new TextEncoder().encode('{"text":"hello"}');

let world: TaskWorld;
let relay: OldRelay;
let application: ChainApplication;
beforeAll(async () => {
  world = await startTaskWorld();
});
beforeEach(async () => {
  relay = await startOldRelay({ chain: world.chain, privateKey: id('old relay') as Hex, clock: systemClock, pollMs: 20 });
  application = createChainApplication({
    chain: world.chain,
    relayUrl: relay.url,
    privateKey: keyOf('creator'),
    clock: systemClock,
    random: systemRandom,
    pollMs: 20,
  });
});
afterEach(async () => {
  await relay.close();
  await world.rewind();
});
afterAll(() => world.stop());

type Manner = ScriptedPeerConfig['manner'];

async function players(...manners: readonly Manner[]): Promise<ScriptedPeer[]> {
  const all: ScriptedPeer[] = [];
  for (const [index, manner] of manners.entries()) {
    const name = `p${index}`;
    const account = await world.account(name);
    const config = scriptedPeerSchema.parse({
      ...{ name, manner, result: new TextDecoder().decode(HONEST) },
      ...{ gpu: { name: CARD, vramGib: CARD_GIB }, modelIds: [MODEL] },
    });
    const peer = createScriptedPeer({
      ...{ config, chain: world.chain, relayUrl: relay.url, clock: systemClock },
      privateKey: keyOf(name),
    });
    expect(peer.address).toBe(account.address);
    await peer.join();
    all.push(peer);
  }
  return all;
}

async function run(all: readonly ScriptedPeer[], sampled: boolean) {
  const acts: Promise<void>[] = [];
  const onTask = () => void acts.push(...all.map((peer) => peer.poll()));
  const outcome = await application.runTask(SPEC, { sampled, onTask });
  await Promise.all(acts);
  return outcome;
}

describe('an application on the chain', () => {
  it('runs a single task and checks its files', async () => {
    const outcome = await run(await players('honest'), false);
    expect(outcome).toMatchObject({ kind: 'success', sampled: false, tasks: [{ status: 'EndSuccess' }] });
    expect(outcome.files).toEqual([HONEST]);
  });

  it('lets the contract slash a cheating node and pay the others', async () => {
    const all = await players('honest', 'honest', 'cheating');
    const before = await world.chain.balance(world.chain.owner.address);
    const { tasks, files } = await run(all, true);
    expect(tasks.map(({ status }) => status).sort()).toEqual(['EndGroupRefund', 'EndGroupSuccess', 'EndInvalidated']);
    expect(files).toEqual([HONEST]);
    expect(await world.chain.balance(world.chain.owner.address)).toBe(before + 400n * CNX);
    const cheat = tasks.find(({ status }) => status === 'EndInvalidated');
    expect(cheat?.selectedNode).toBe(all[2]?.address);
  });

  it('gets the fee back for invalid arguments', async () => {
    const { kind, tasks, files } = await run(await players('erroring'), false);
    expect(kind).toBe('errorReported');
    expect(tasks).toMatchObject([{ status: 'EndAborted', abortReason: 'IncorrectResult' }]);
    expect(files).toBeNull();
  });

  it('aborts the task of a lost node', async () => {
    await players('offline');
    const running = application.runTask(SPEC, {
      sampled: false,
      onTask: (task) => {
        if (task.status === 'ParametersUploaded') void world.passSeconds(181);
      },
    });
    const { tasks } = await running;
    expect(tasks).toMatchObject([{ status: 'EndAborted', abortReason: 'Timeout' }]);
    expect(await world.chain.balance(world.chain.contracts.task)).toBe(0n);
  });

  it('withdraws a task that no node takes', async () => {
    let passing: Promise<void> | undefined;
    const onTask = ({ status }: ChainTask) => {
      if (status === 'Queued') passing = world.passSeconds(61);
    };
    const { kind, tasks } = await application.runTask(SPEC, { sampled: false, queueSeconds: 60, onTask });
    await passing;
    expect([kind, tasks.map(({ status, selectedNode }) => [status, selectedNode])]).toEqual(['aborted', [['EndAborted', null]]]);
  });

  it('gets a task sampled as requested, whatever others send in the meantime', async () => {
    const others: Promise<void>[] = [];
    const onCommitment = () => others.push(world.chain.setTimeoutSeconds(180));
    for (const sampled of [true, false]) {
      others.push(world.chain.setTimeoutSeconds(180));
      const created = await application.creator.create(CHAT, { sampled, onCommitment });
      expect(created.sampled).toBe(sampled);
    }
    await Promise.all(others);
  });
});
