/** The whole local network in mode `chain`, with scripted nodes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../system.ts';
import { startWorkload } from '../workload.ts';
import { createChainApplication } from './application.ts';
import { type ChainDevnet, startChainDevnet } from './chain-devnet.ts';
import type { ChainDevnetConfigInput } from './chain-devnet-config.ts';
import { chainWorkload, withRequiredCard } from './chain-workload.ts';
import { CNX, keyOf } from './testing/task-world.ts';

const CARD = { name: 'Devnet GPU+Linux', vramGib: 24 };
const MODEL = 'base:test/model';
const SPEC = withRequiredCard(
  {
    type: 'Llm',
    args: JSON.stringify({ model: 'test/model', messages: [{ role: 'user', content: 'hello' }] }),
    modelIds: [MODEL],
    feeWei: (10n * CNX + 1n).toString(),
  },
  CARD,
);

let folder: string;
let devnet: ChainDevnet | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chain-devnet-'));
});
afterEach(async () => {
  await devnet?.stop();
  rmSync(folder, { recursive: true });
});

async function start(config: Partial<ChainDevnetConfigInput> = {}, names: string[] = []): Promise<ChainDevnet> {
  devnet = await startChainDevnet(
    { mode: 'chain', dataDir: folder, workerEntry: 'none', relayScan: 0.05, ...config },
    {
      clock: systemClock,
      random: systemRandom,
      onEvent: ({ name }) => names.push(name),
      onError: (error) => names.push(error.code),
    },
  );
  return devnet;
}

function applicationOf({ chain, relayUrl }: ChainDevnet) {
  const privateKey = keyOf('creator');
  return createChainApplication({ chain, relayUrl, privateKey, clock: systemClock, random: systemRandom, pollMs: 50 });
}

it('a cheating node among three is slashed by the contract, every wei is accounted for, and the chain continues after a restart', async () => {
  const names: string[] = [];
  const manners = ['honest', 'honest', 'cheating'] as const;
  const scripted = manners.map((manner, at) => ({ name: `p${at}`, manner, modelIds: [MODEL] }));
  const statePath = join(folder, 'state');
  const before = await start({ scripted, statePath }, names);
  const application = applicationOf(before);
  await before.fund(application.address, { walletWei: 100n * CNX });
  const { kind, tasks } = await application.runTask(SPEC, { sampled: true });
  expect([kind, tasks.map(({ status }) => status).sort()]).toEqual([
    'success',
    ['EndGroupRefund', 'EndGroupSuccess', 'EndInvalidated'],
  ]);
  await before.view.follow();
  const cheat = before.scripted[2]?.address ?? '0x';
  expect(tasks.find(({ status }) => status === 'EndInvalidated')?.selectedNode).toBe(cheat);
  expect(names.filter((name) => ['NodeSlashed', 'TaskEndInvalidated', 'TaskEndGroupSuccess'].includes(name))).toHaveLength(3);
  const { view } = before;
  expect(view.nodes().map(({ status }) => status)).toEqual(['Available', 'Available', 'Quit']);
  expect(before.scripted.map(({ address }) => view.stakeWei(address))).toEqual([400n * CNX, 400n * CNX, 0n]);
  expect(view.tasks()).toHaveLength(3);
  expect(view.isBalanced()).toBe(true);
  const paid = before.scripted.reduce((sum, { address }) => sum + view.balanceWei(address), 0n);
  await before.stop();

  const after = await start({ statePath });
  expect(after.network.taskChain?.contracts).toEqual(before.network.taskChain?.contracts);
  expect(after.view.tasks()).toEqual(view.tasks());
  expect(after.view.stakeWei(cheat)).toBe(0n);
  expect(after.view.nodes().reduce((sum, { address }) => sum + after.view.balanceWei(address), 0n)).toBe(paid);
  expect(names.filter((name) => name.startsWith('DEVNET'))).toEqual([]);
});

it('its own application keeps tasks coming, and its clock advances without transactions', async () => {
  const running = await start({ scripted: [{ name: 'one', modelIds: [MODEL] }], chain: { emptyBlockAfter: 0.2 } });
  const { chain, view } = running;
  const head = () => chain.anvil.control.provider.getBlockNumber();
  const block = await head();
  await expect.poll(head).toBeGreaterThan(block + 1);
  const workload = startWorkload({
    network: { ...chainWorkload({ devnet: running, clock: systemClock, random: systemRandom }), view },
    clock: systemClock,
    pauseMs: 50,
    onError: (error) => expect.unreachable(String(error)),
  });
  // A model that only this node has: every other task uses it.
  await expect.poll(() => view.tasks().filter(({ status }) => status === 'EndSuccess').length).toBeGreaterThan(1);
  await workload.stop();
  expect(view.tasks().every(({ requiredGpu, modelIds }) => requiredGpu === CARD.name && modelIds[0] === MODEL)).toBe(true);
});

it.each([
  [
    'two peers with the same name',
    {
      scripted: [
        { name: 'a', modelIds: ['x'] },
        { name: 'a', modelIds: ['x'] },
      ],
    },
    'peers',
  ],
  ['no time for a task', { chain: { taskTimeout: 0 } }, 'chain.taskTimeout'],
] as const)('%s: refused', async (_, bad, field) => {
  await expect(start(bad as Partial<ChainDevnetConfigInput>)).rejects.toMatchObject({
    code: 'DEVNET_BAD_CONFIG',
    data: { field },
  });
});
