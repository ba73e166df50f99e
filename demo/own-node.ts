/** The demo's own node: the worker program with the embedded engine, on either kind of network. */

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type NetworkPreset, networkPresetData } from '../contract/node-config.ts';
import type { NodeView } from '../contract/worker-channel.ts';
import { createWorkerClient, type WorkerClient } from '../contract/worker-client.ts';
import { CHAT_MODEL, CODE_MODEL, IMAGE_MODEL } from '../devnet/application/samples.ts';
import { forkWorker } from '../devnet/fork-worker.ts';
import type { EngineCommand } from '../devnet/peers/behaviour.ts';
import { SYSTEM } from '../platform/system.ts';
import type { Hex } from '../protocol/hex.ts';
import { WEI_PER_CNX } from '../protocol/money/wei.ts';
import { WORKER_ENTRY } from './programs.ts';

export const STAKE_WEI = 400n * WEI_PER_CNX;
/** Coin that a node has in addition to its stake. */
export const GAS_WEI = WEI_PER_CNX;
/** Each node's coin before it stakes. */
export const COIN_WEI = STAKE_WEI + GAS_WEI;
export const APPLICATION_WEI = 1_000n * WEI_PER_CNX;
export const MODEL_IDS = [CHAT_MODEL, CODE_MODEL, IMAGE_MODEL].map((model) => `base:${model}`);

export interface Card {
  readonly name: string;
  readonly vramGib: number;
}

/**
 * The devnet has no real cards, and the name says so. Every node needs a platform suffix, but a Mac's would be checked
 * against the Mac itself.
 */
export function demoCard(vramGib: number): Card {
  return { name: `Devnet Card ${vramGib}G+${SYSTEM.cards.unified ? 'Linux' : SYSTEM.cards.title}`, vramGib };
}

export interface OwnNodeOptions {
  readonly network: NetworkPreset;
  readonly dataDir: string;
  readonly privateKey: Hex;
  readonly gpu: Card;
  /** Default: the embedded one. */
  readonly engine?: EngineCommand | undefined;
  readonly onNode?: ((node: NodeView) => void) | undefined;
}

/** Resolves when it has joined. */
export async function startOwnNode(options: OwnNodeOptions): Promise<WorkerClient> {
  const { network, dataDir, privateKey, gpu, engine, onNode } = options;
  await mkdir(dataDir, { recursive: true });
  const client = createWorkerClient(forkWorker({ entry: WORKER_ENTRY, logFile: path.join(dataDir, 'worker.log') }), {
    ...(onNode === undefined ? {} : { onNode }),
  });
  await client.start(
    {
      dataDir,
      network: networkPresetData(network),
      engine: engine === undefined ? { kind: 'embedded', device: 'cpu' } : { kind: 'program', ...engine },
      gpu,
      stakeWei: STAKE_WEI.toString(),
      modelIds: MODEL_IDS,
    },
    privateKey,
  );
  return client;
}
