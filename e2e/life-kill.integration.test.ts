/**
 * SIGKILL around every transaction of a node's life, with the real worker process: each is on the chain exactly once.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type NodeConfigInput, networkPresetData } from '../contract/node-config.ts';
import type { NodeView } from '../contract/worker-channel.ts';
import { createWorkerClient, type WorkerClient } from '../contract/worker-client.ts';
import { WORKER_ENTRY } from '../demo/programs.ts';
import { type Devnet, startDevnet } from '../devnet/devnet.ts';
import { forkWorker } from '../devnet/fork-worker.ts';
import { systemClock, systemRandom } from '../devnet/system.ts';
import { bytesToHex, type Hex } from '../protocol/hex.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { fakeEngine } from '../worker/engines/testing/engine-harness.ts';
import type { KillPoint } from '../worker/kit/points.ts';
import { tempDir } from '../worker/testing/temp-dir.ts';
import { sendNodeCommand } from './support/node-command.ts';
import { KILLABLE_ENTRY } from './support/test-network.ts';

const CNX = 10n ** 18n;
const STAKE_WEI = 400n * CNX;

it('killed before and after each transaction, a node stakes once, joins once, and requests its stake once', async () => {
  const devnet = await startDevnet(
    { dataDir: tempDir(), workerEntry: WORKER_ENTRY, relay: { times: { chainScan: 0.2 } } },
    { clock: systemClock, random: systemRandom },
  );
  onTestFinished(() => devnet.stop());
  const privateKey = bytesToHex(systemRandom.bytes(32));
  const address = addressOf(privateKey);
  await devnet.fund(address, { walletWei: 500n * CNX });
  const dataDir = join(tempDir(), 'node');
  const config: NodeConfigInput = {
    dataDir,
    network: networkPresetData(devnet.network),
    engine: fakeEngine(),
    gpu: { name: 'Devnet GPU+Linux', vramGib: 24 },
    stakeWei: STAKE_WEI.toString(),
    modelIds: ['base:tiny/model'],
  };

  /** A worker process on the node's directory, which may kill itself at a given point. */
  const worker = (killAt: KillPoint | null = null): WorkerClient => {
    const strike = join(tempDir(), 'strike');
    if (killAt !== null) writeFileSync(strike, `worker@${killAt}`);
    const entry = killAt === null ? WORKER_ENTRY : KILLABLE_ENTRY;
    const args = killAt === null ? [] : [strike];
    const client = createWorkerClient(forkWorker({ entry, args, logFile: join(tempDir(), 'worker.log') }));
    onTestFinished(async () => void (await client.stop({ quitNetwork: false })));
    // A worker that kills itself never gets ready; whoever needs that waits for a view.
    client.start(config, privateKey).catch(() => {});
    return client;
  };
  const killedAt = async (point: KillPoint) => {
    expect(await worker(point).exited).toEqual({ code: null, signal: 'SIGKILL' });
  };
  const until = async (client: WorkerClient, fits: (view: NodeView) => boolean) => {
    await client.until(fits);
    return client;
  };

  await killedAt('stakeAct.begun');
  expect(await onChain(devnet, address)).toEqual({ transactions: 0, events: [] });
  await killedAt('stakeAct.final');
  const staked = { transactions: 1, events: ['NodeStaked'] };
  expect(await onChain(devnet, address)).toEqual(staked);
  await killedAt('join.claimed');
  expect(devnet.relay.node(address)).toBeUndefined();
  await killedAt('join.accepted');
  const running = await until(worker(), ({ state }) => state === 'running');
  expect(await onChain(devnet, address)).toEqual(staked);
  expect(await devnet.chain?.fundsOf(address)).toMatchObject({ stakedWei: STAKE_WEI });
  expect(await joins(devnet, address)).toBe(1);
  await running.stop({ quitNetwork: false });

  const leaving = await until(worker('stakeAct.begun'), ({ state }) => state === 'running');
  sendNodeCommand(leaving, 'unstake');
  expect(await leaving.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await onChain(devnet, address)).toEqual(staked);
  // It continues by itself, because what the host wanted is on disk.
  await killedAt('stakeAct.final');
  const { transactions, events } = await onChain(devnet, address);
  // The relay, which returns the stake with a transaction of its own, may have been as quick.
  expect({ transactions, events: events.filter((event) => event !== 'NodeUnstaked') }).toEqual({
    transactions: 2,
    events: ['NodeStaked', 'NodeTryUnstaked'],
  });
  await until(worker(), ({ life }) => life?.kind === 'out');
  expect(await onChain(devnet, address)).toEqual({
    transactions: 2,
    events: ['NodeStaked', 'NodeTryUnstaked', 'NodeUnstaked'],
  });
});

/** Transactions sent by the account, and its state in the staking contract. */
async function onChain({ chain }: Devnet, address: Hex) {
  if (chain === null) return expect.fail('no chain');
  const { provider } = chain.anvil.control;
  const logs = await provider.getLogs({ address: chain.contracts.nodeStaking, fromBlock: 0 });
  const events = logs.map((log) => chain.interfaceOf('NodeStaking').parseLog(log));
  return {
    transactions: await provider.getTransactionCount(address),
    events: events.filter((event) => event?.args[0] === address).map((event) => event?.name),
  };
}

async function joins({ relayUrl }: Devnet, address: Hex): Promise<number> {
  const answer = await fetch(`${relayUrl}/v1/events?node_address=${address}&limit=1000`);
  const { data } = (await answer.json()) as { data: readonly { type: string }[] };
  return data.filter(({ type }) => type === 'NodeJoin').length;
}
