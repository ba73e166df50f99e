/** A whole node on the local network: relay, application and other nodes are the devnet's. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { networkPresetData } from '../../../contract/node-config.ts';
import { createChainApplication } from '../../../devnet/chain-mode/application.ts';
import { type ChainDevnet, startChainDevnet } from '../../../devnet/chain-mode/chain-devnet.ts';
import { withRequiredCard } from '../../../devnet/chain-mode/chain-workload.ts';
import { systemClock, systemRandom } from '../../../devnet/system.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { addressOf } from '../../../protocol/signing/keys.ts';
import { FakeEngine, invalidArgs, succeedWith } from '../../testing/fake-engine.ts';
import { type OpenRig, openRig } from '../../testing/open-rig.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { CNX, GPU, newKey, STAKE } from './testing/task-world.ts';

const MODEL = 'base:test/model';
const RESULT = '{"text":"hello"}';
const CARD = { name: GPU, vramGib: 24 };
const FEE = 19n * CNX + 1n;
const SPEC = withRequiredCard(
  {
    type: 'Llm',
    args: JSON.stringify({ model: 'test/model', messages: [{ role: 'user', content: 'Is 1 < 2 & 3 > 2?' }] }),
    modelIds: [MODEL],
    feeWei: FEE.toString(),
  },
  CARD,
);

let devnet: ChainDevnet;
const problems: string[] = [];
beforeAll(async () => {
  devnet = await startChainDevnet(
    { mode: 'chain', dataDir: 'none', workerEntry: 'none', relayScan: 0.05 },
    { clock: systemClock, random: systemRandom, onError: ({ code, message }) => problems.push(`${code}: ${message}`) },
  );
});
afterAll(async () => {
  await devnet.stop();
  expect(problems).toEqual([]);
});

function applicationOf(privateKey: Hex) {
  const { chain, relayUrl } = devnet;
  return createChainApplication({ chain, relayUrl, privateKey, clock: systemClock, random: systemRandom, pollMs: 50 });
}

async function application() {
  const privateKey = newKey();
  await devnet.fund(addressOf(privateKey), { walletWei: 1_000n * CNX });
  return applicationOf(privateKey);
}

async function node(): Promise<{ rig: OpenRig; address: Hex }> {
  const privateKey = newKey();
  const address = addressOf(privateKey);
  await devnet.fund(address, { walletWei: STAKE + CNX });
  const engine = new FakeEngine();
  engine.answer = succeedWith(RESULT);
  const config = {
    dataDir: tempDir(),
    network: networkPresetData(devnet.network),
    engine: { kind: 'program' as const, command: 'none', args: [] },
    gpu: CARD,
    stakeWei: STAKE.toString(),
    modelIds: [MODEL],
  };
  const rig = await openRig({ config, privateKey, engine });
  await rig.until(({ state }) => state === 'running');
  return { rig, address };
}

const paymentOf = ({ parts }: OpenRig, commitment: Hex) => parts.store.tasks.find(commitment)?.paymentWei ?? null;

it('runs a task whose arguments and result that relay transfers, is paid, and leaves with its stake', async () => {
  const { rig, address } = await node();
  const { kind, tasks, files } = await (await application()).runTask(SPEC, { sampled: false });
  expect([kind, tasks.map(({ selectedNode }) => selectedNode)]).toEqual(['success', [address]]);
  expect(files?.map((file) => new TextDecoder().decode(file))).toEqual([RESULT]);
  const { commitment } = tasks[0] ?? expect.fail();
  await expect.poll(() => paymentOf(rig, commitment)).toBe(FEE);
  // The relay no longer gives them to anybody.
  expect(rig.parts.store.tasks.get(commitment).taskArgs).toBe(SPEC.args);
  expect(rig.engine.jobs.map(({ job }) => job.taskArgs)).toEqual([SPEC.args]);
  await rig.end({ quitNetwork: true });
  await devnet.view.follow();
  expect(devnet.view.stakeWei(address)).toBe(0n);
  expect(devnet.view.balanceWei(address)).toBeGreaterThan(STAKE + FEE);
});

it('reports invalid arguments through that relay, and is free again', async () => {
  const { rig, address } = await node();
  rig.engine.answer = invalidArgs;
  const { kind, tasks } = await (await application()).runTask(SPEC, { sampled: false });
  expect([kind, tasks.map(({ status, abortReason }) => `${status} ${abortReason}`)]).toEqual([
    'errorReported',
    ['EndAborted IncorrectResult'],
  ]);
  await rig.until(({ state, currentTask }) => state === 'running' && currentTask === null);
  await devnet.view.follow();
  expect(devnet.view.nodes().find((seen) => seen.address === address)?.status).toBe('Available');
  await rig.end({ quitNetwork: true });
});

it('gets its share in a group with another honest node and a cheat, and the cheat is slashed', async () => {
  const { rig, address } = await node();
  const manner = { gpu: CARD, modelIds: [MODEL], result: RESULT };
  await devnet.startScripted({ name: 'honest', ...manner });
  const cheat = await devnet.startScripted({ name: 'cheat', manner: 'cheating', ...manner });
  const { kind, tasks } = await (await application()).runTask(SPEC, { sampled: true });
  expect(kind).toBe('success');
  const own = tasks.find(({ selectedNode }) => selectedNode === address) ?? expect.fail();
  expect(tasks.find(({ status }) => status === 'EndInvalidated')?.selectedNode).toBe(cheat.address);
  const winner = tasks.find(({ status }) => status === 'EndGroupSuccess') ?? expect.fail();
  const share = winner.payments.find((payment) => payment.node === address)?.wei;
  expect(share).toBeGreaterThan(0n);
  await expect.poll(() => paymentOf(rig, own.commitment)).toBe(share);
  await devnet.view.follow();
  expect([devnet.view.stakeWei(cheat.address), devnet.view.stakeWei(address)]).toEqual([0n, STAKE]);
  expect(devnet.view.isBalanced()).toBe(true);
  const { checks } = await rig.parts.money.reconciler.reconcile();
  expect(checks.map(({ account, agreement }) => [account, agreement.kind])).toEqual([
    ['wallet', 'agrees'],
    ['stake', 'agrees'],
  ]);
  await rig.end({ quitNetwork: true });
});
