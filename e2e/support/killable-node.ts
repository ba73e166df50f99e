/** The real worker process with its tasks on a chain, killed again and again at its transactions. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished } from 'vitest';
import type { NodeConfigInput } from '../../contract/node-config.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import { createWorkerClient, type WorkerClient } from '../../contract/worker-client.ts';
import { WORKER_ENTRY } from '../../demo/programs.ts';
import { taskContractInterface } from '../../devnet/chain-mode/compiled.ts';
import { forkWorker } from '../../devnet/fork-worker.ts';
import type { Hex } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { fakeEngine } from '../../worker/engines/testing/engine-harness.ts';
import { CarryingRelay } from '../../worker/networks/chain/testing/chain-rig.ts';
import { CNX, GPU, newKey, STAKE, type TaskWorld } from '../../worker/networks/chain/testing/task-world.ts';
import { STORE_FILE } from '../../worker/store/store.ts';
import { startHttpRelay } from '../../worker/testing/http-relay.ts';
import { tempDir } from '../../worker/testing/temp-dir.ts';
import { nodeConfig } from '../../worker/testing/worker-rig.ts';
import { type KillInstant, type KillPointProxy, type SentTransaction, startKillPointProxy } from './kill-point-proxy.ts';

export const WALLET_WEI = 1_000n * CNX;

export interface KillableNode {
  readonly address: Hex;
  readonly relay: CarryingRelay;
  readonly line: KillPointProxy;
  /** The node's start message; changes apply to the next process. */
  readonly config: NodeConfigInput;
  /** A process on the node's directory. */
  start(): WorkerClient;
  /**
   * Runs a process, or lets one continue, until the function's transaction reaches that point; resolves when it is
   * dead.
   */
  killAt(fn: string, instant: KillInstant, how?: { readonly worker?: WorkerClient }): Promise<void>;
  /** Like {@link killAt}, at the upload of a result. */
  killAtUpload(when: 'asked' | 'taken'): Promise<void>;
  until(worker: WorkerClient, fits: (view: NodeView) => boolean): Promise<NodeView>;
  /** What it has sent, and what of it is on the chain. Gas in wei. */
  account(): Promise<{ readonly sent: readonly SentTransaction[]; readonly inChain: number; readonly gasWei: bigint }>;
  /** Reads the node's store while no process has it open. */
  rows(sql: string): Record<string, unknown>[];
}

export async function createKillableNode(world: TaskWorld, { rpcUrl = world.anvil.url } = {}): Promise<KillableNode> {
  const key = newKey();
  const address = addressOf(key);
  const dataDir = join(tempDir(), 'node');
  const relay = new CarryingRelay(world, await startHttpRelay());
  const line = await startKillPointProxy(rpcUrl, [taskContractInterface('VSSTask'), taskContractInterface('Node')]);
  const base = nodeConfig({ dataDir, relayUrl: relay.url });
  const gas = { ...world.preset.gas, maxFeePerGasWei: String(world.preset.gas.maxFeePerGasWei) };
  const config: NodeConfigInput = {
    ...base,
    network: {
      ...base.network,
      mode: 'chain',
      minStakeWei: String(STAKE),
      taskChain: { ...world.preset, rpcUrls: [line.url], gas },
    },
    engine: fakeEngine('--version', '2.5.0'),
    gpu: { name: GPU, vramGib: 24, uuids: [] },
  };
  await world.give(address, WALLET_WEI);

  const start = (): WorkerClient => {
    const client = createWorkerClient(forkWorker({ entry: WORKER_ENTRY, logFile: join(tempDir(), 'worker.log') }));
    onTestFinished(async () => void (await client.stop({ quitNetwork: false })));
    // A killed process never gets ready; whoever needs that waits for a view.
    client.start(config, key).catch(() => {});
    return client;
  };
  const kill = ({ pid }: WorkerClient) => process.kill(pid ?? expect.fail('no process'), 'SIGKILL');
  const dead = { code: null, signal: 'SIGKILL' };

  return {
    ...{ address, relay, line, config, start },
    async killAt(fn, instant, { worker } = {}) {
      const struck = Promise.withResolvers<WorkerClient>();
      line.arm(fn, instant, () => void struck.promise.then(kill));
      const doomed = worker ?? start();
      struck.resolve(doomed);
      expect(await doomed.exited).toEqual(dead);
    },
    async killAtUpload(when) {
      const doomed = start();
      relay.onUpload = (reached) => {
        if (reached !== when) return true;
        relay.onUpload = () => true;
        kill(doomed);
        return false;
      };
      expect(await doomed.exited).toEqual(dead);
    },
    until: (worker, fits) => worker.until(fits),
    async account() {
      const { provider } = world.anvil.control;
      const receipts = await Promise.all(line.sent.map(({ hash }) => provider.getTransactionReceipt(hash)));
      return {
        sent: line.sent,
        inChain: await provider.getTransactionCount(address),
        gasWei: receipts.reduce((sum, receipt) => sum + (receipt?.fee ?? 0n), 0n),
      };
    },
    rows(sql) {
      const db = new DatabaseSync(join(dataDir, STORE_FILE), { readOnly: true });
      try {
        return db.prepare(sql).all();
      } finally {
        db.close();
      }
    },
  };
}
