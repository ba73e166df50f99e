/** The whole network of the demo: relay, application, three peers and your node, put together. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { networkPresetData } from '../contract/node-config.ts';
import { createNodeClient, type NodeClient } from '../contract/rpc-client.ts';
import type { NodeView, TaskView } from '../contract/worker-channel.ts';
import { createWorkerClient, type WorkerClient } from '../contract/worker-client.ts';
import { type Application, createApplication } from '../devnet/application/application.ts';
import { CHAT_MODEL, CODE_MODEL, IMAGE_MODEL } from '../devnet/application/samples.ts';
import type { DevnetChain } from '../devnet/chain/devnet-chain.ts';
import { type Devnet, type DevnetConfigInput, startDevnet } from '../devnet/devnet.ts';
import type { Participant } from '../devnet/explorer.ts';
import { forkWorker } from '../devnet/fork-worker.ts';
import { type Peer, peerConfigSchema, startPeer } from '../devnet/peers/peer.ts';
import { systemClock, systemRandom } from '../devnet/system.ts';
import { bytesToHex, type Hex } from '../protocol/hex.ts';
import { WEI_PER_CNX } from '../protocol/money/wei.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { EMBEDDED_ENGINE, WORKER_ENTRY } from './programs.ts';
import { createSamplingPlan, type SamplingPlan } from './sampling-plan.ts';

const STAKE_WEI = 400n * WEI_PER_CNX;
/** Coin that a node has beside its stake. */
const GAS_WEI = WEI_PER_CNX;
/** What each node has in coin before it stakes. */
export const COIN_WEI = STAKE_WEI + GAS_WEI;
const APPLICATION_WEI = 1_000n * WEI_PER_CNX;
/** One task in so many is validated as a group; the plan decides which. */
const SAMPLING_MODULUS = 10;
/** Seconds a node has for a task: enough for a cold engine, short enough that a demo can wait for a time-out. */
const EXECUTION_SECONDS = 15;
const MODEL_IDS = [CHAT_MODEL, CODE_MODEL, IMAGE_MODEL].map((model) => `base:${model}`);

/** Cards of different sizes in GiB, so that a task's minimum VRAM decides who is asked. */
export const VRAM = { you: 24, ada: 24, basil: 16, mallory: 12 } as const;
type NodeName = keyof typeof VRAM;

export interface DemoNetwork {
  readonly devnet: Devnet;
  readonly chain: DevnetChain;
  readonly application: Application;
  readonly plan: SamplingPlan;
  /** Your node. */
  readonly you: WorkerClient;
  /** What it may be asked, in its own words. */
  readonly books: NodeClient;
  readonly participants: Readonly<Record<NodeName | 'application', Participant>>;
  /** For reading each participant's balance as it would itself. */
  readonly keys: Readonly<Record<NodeName | 'application', Hex>>;
  /** SIGKILL to the peer's worker: nobody is told. */
  cutPowerOfBasil(): Promise<void>;
  restorePowerOfBasil(): Promise<void>;
  stop(): Promise<void>;
}

export interface DemoNetworkOptions {
  /** Empty directory. */
  readonly dataDir: string;
  readonly onNode?: (node: NodeView) => void;
  readonly onTask?: (task: TaskView) => void;
  readonly onError?: (message: string) => void;
}

/** The devnet has no real cards, so the name says what it is; the platform suffix is what every node must have. */
export function gpuOf(name: NodeName): { readonly name: string; readonly vramGib: number } {
  const platform = process.platform === 'win32' ? 'Windows' : 'Linux';
  return { name: `Devnet Card ${VRAM[name]}G+${platform}`, vramGib: VRAM[name] };
}

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

async function startOwnNode(
  devnet: Devnet,
  dataDir: string,
  privateKey: Hex,
  options: DemoNetworkOptions,
): Promise<WorkerClient> {
  await mkdir(dataDir, { recursive: true });
  const { onNode, onTask } = options;
  const client = createWorkerClient(forkWorker({ entry: WORKER_ENTRY, logFile: path.join(dataDir, 'worker.log') }), {
    ...(onNode === undefined ? {} : { onNode }),
    ...(onTask === undefined ? {} : { onTask }),
  });
  await client.start(
    {
      dataDir,
      network: networkPresetData(devnet.network),
      engine: { kind: 'embedded', device: 'cpu' },
      gpu: gpuOf('you'),
      stakeWei: STAKE_WEI.toString(),
      modelIds: MODEL_IDS,
    },
    privateKey,
  );
  return client;
}

/** @throws when a part cannot be started; what has been started is stopped. */
export async function startDemoNetwork(options: DemoNetworkOptions): Promise<DemoNetwork> {
  const newKey = () => bytesToHex(systemRandom.bytes(32));
  const keys = { you: newKey(), ada: newKey(), basil: newKey(), mallory: newKey(), application: newKey() };
  const who = (key: Hex, name: string) => ({ name, address: addressOf(key) });
  const participants = {
    you: who(keys.you, 'your node'),
    ada: who(keys.ada, 'ada'),
    basil: who(keys.basil, 'basil'),
    mallory: who(keys.mallory, 'mallory'),
    application: who(keys.application, 'application'),
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
  const you = await startOwnNode(devnet, path.join(options.dataDir, 'you'), keys.you, options).catch(async (error: unknown) => {
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
