/** The whole network of the demo: relay, application, three peers and your node, put together. */
import path from 'node:path';
import { createNodeClient, type NodeClient } from '../contract/rpc-client.ts';
import type { NodeView } from '../contract/worker-channel.ts';
import type { WorkerClient } from '../contract/worker-client.ts';
import { type Application, createApplication } from '../devnet/application/application.ts';
import type { DevnetChain } from '../devnet/chain/devnet-chain.ts';
import { type Devnet, type DevnetConfigInput, startDevnet } from '../devnet/devnet.ts';
import type { Participant } from '../devnet/explorer.ts';
import { type Peer, peerConfigSchema, startPeer } from '../devnet/peers/peer.ts';
import { systemClock, systemRandom } from '../devnet/system.ts';
import { bytesToHex, type Hex } from '../protocol/hex.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { APPLICATION_WEI, type Card, COIN_WEI, demoCard, GAS_WEI, MODEL_IDS, STAKE_WEI, startOwnNode } from './own-node.ts';
import { EMBEDDED_ENGINE, WORKER_ENTRY } from './programs.ts';
import { createSamplingPlan, type SamplingPlan } from './sampling-plan.ts';

/** A group validates one in this many tasks; the plan decides which. */
const SAMPLING_MODULUS = 10;
/**
 * Seconds that a node has for a task: enough for a cold engine, and short enough for the demo to wait for a timeout.
 */
const EXECUTION_SECONDS = 15;

/** Cards of different sizes in GiB, so that a task's minimum VRAM decides which nodes can get it. */
export const VRAM = { you: 24, ada: 24, basil: 16, mallory: 12 } as const;
type NodeName = keyof typeof VRAM;

export interface DemoNetwork {
  readonly devnet: Devnet;
  readonly chain: DevnetChain;
  readonly application: Application;
  readonly plan: SamplingPlan;
  /** Your node. */
  readonly you: WorkerClient;
  /** Your node's own contract. */
  readonly books: NodeClient;
  readonly participants: Readonly<Record<NodeName | 'application', Participant>>;
  /** For reading each participant's balance as it would itself. */
  readonly keys: Readonly<Record<NodeName | 'application', Hex>>;
  /** Sends SIGKILL to the peer's worker without telling anybody. */
  cutPowerOfBasil(): Promise<void>;
  restorePowerOfBasil(): Promise<void>;
  stop(): Promise<void>;
}

export interface DemoNetworkOptions {
  /** Empty directory. */
  readonly dataDir: string;
  readonly onNode?: (node: NodeView) => void;
  readonly onError?: (message: string) => void;
}

export const gpuOf = (name: NodeName): Card => demoCard(VRAM[name]);

function peerConfig(name: NodeName, privateKey: Hex): NonNullable<DevnetConfigInput['peers']>[number] {
  const kind = name === 'mallory' ? ('cheating' as const) : ('honest' as const);
  return {
    name,
    privateKey,
    behaviour: { kind },
    engine: EMBEDDED_ENGINE,
    gpu: gpuOf(name),
    modelIds: MODEL_IDS,
    stakeWei: STAKE_WEI.toString(),
    walletWei: GAS_WEI.toString(),
  };
}

/** @throws if a part cannot be started; the started parts are stopped. */
export async function startDemoNetwork(options: DemoNetworkOptions): Promise<DemoNetwork> {
  const newKey = () => bytesToHex(systemRandom.bytes(32));
  const keys = { you: newKey(), ada: newKey(), basil: newKey(), mallory: newKey(), application: newKey() };
  const participantOf = (key: Hex, name: string) => ({ name, address: addressOf(key) });
  const participants = {
    you: participantOf(keys.you, 'your node'),
    ada: participantOf(keys.ada, 'ada'),
    basil: participantOf(keys.basil, 'basil'),
    mallory: participantOf(keys.mallory, 'mallory'),
    application: participantOf(keys.application, 'application'),
  };
  const plan = createSamplingPlan({ privateKey: keys.application, modulus: SAMPLING_MODULUS, random: systemRandom });
  const devnet = await startDevnet(
    {
      dataDir: options.dataDir,
      workerEntry: WORKER_ENTRY,
      peers: (['ada', 'basil', 'mallory'] as const).map((name) => peerConfig(name, keys[name])),
      relay: {
        samplingModulus: SAMPLING_MODULUS,
        times: { executionMin: EXECUTION_SECONDS, executionMax: EXECUTION_SECONDS },
        genesis: {
          accounts: [{ address: participants.application.address, balanceWei: APPLICATION_WEI.toString() }],
        },
      },
      chain: { wallets: [{ address: participants.you.address, balanceWei: COIN_WEI.toString() }] },
    },
    {
      clock: systemClock,
      random: systemRandom,
      samplingSeed: () => plan.seed(),
      onError: (error) => options.onError?.(`${error.code}: ${error.message}`),
    },
  );
  const you = await startOwnNode({
    network: devnet.network,
    dataDir: path.join(options.dataDir, 'you'),
    privateKey: keys.you,
    gpu: gpuOf('you'),
    onNode: options.onNode,
  }).catch(async (error: unknown) => {
    await devnet.stop();
    throw error;
  });
  const application = createApplication({
    relayUrl: devnet.relayUrl,
    privateKey: keys.application,
    clock: systemClock,
    random: systemRandom,
    samplingModulus: SAMPLING_MODULUS,
    pollMs: 100,
  });
  const { chain } = devnet;
  if (chain === null) throw new Error('the demo runs on a devnet with a chain');
  let basil: Peer | undefined = devnet.peers.find((peer) => peer.name === 'basil');
  return {
    devnet,
    chain,
    application,
    plan,
    you,
    books: createNodeClient(you.connect('own')),
    participants,
    keys,
    async cutPowerOfBasil() {
      if (basil?.worker.pid === undefined) return;
      process.kill(basil.worker.pid, 'SIGKILL');
      await basil.worker.exited;
    },
    async restorePowerOfBasil() {
      basil = await startPeer({
        config: peerConfigSchema.parse(peerConfig('basil', keys.basil)),
        privateKey: keys.basil,
        dataDir: path.join(options.dataDir, 'basil'),
        network: devnet.network,
        workerEntry: WORKER_ENTRY,
        clock: systemClock,
      });
    },
    async stop() {
      await Promise.allSettled([you.stop({ quitNetwork: true }), basil?.stop()]);
      await devnet.stop();
    },
  };
}
