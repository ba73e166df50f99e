/** The whole network of `--chain`: chain, relay, application, peers and your node, put together. */
import path from 'node:path';
import { createNodeClient, type NodeClient } from '../../contract/rpc-client.ts';
import { type ChainApplication, createChainApplication } from '../../devnet/chain-mode/application.ts';
import { type ChainDevnet, startChainDevnet } from '../../devnet/chain-mode/chain-devnet.ts';
import type { ChainEvent } from '../../devnet/chain-mode/chain-view.ts';
import type { Participant } from '../../devnet/explorer.ts';
import type { EngineCommand } from '../../devnet/peers/behaviour.ts';
import { type Peer, type PeerConfig, peerConfigSchema } from '../../devnet/peers/peer.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { APPLICATION_WEI, demoCard, GAS_WEI, MODEL_IDS, STAKE_WEI, startOwnNode } from '../own-node.ts';
import { EMBEDDED_ENGINE, WORKER_ENTRY } from '../programs.ts';

/** Seconds, as in the real contracts. */
const TASK_TIMEOUT = 180;
const RELAY_SCAN = 0.2;
const POLL_MS = 100;
/** The contracts give a text task to one kind of card only, so a group of three needs three of them. */
export const CARD = demoCard(24);

type PeerName = 'ada' | 'basil' | 'mallory';
type NodeName = 'you' | PeerName;

export interface ChainDemoNetwork {
  readonly devnet: ChainDevnet;
  readonly application: ChainApplication;
  /** Your node's own contract. */
  readonly books: NodeClient;
  readonly participants: Readonly<Record<NodeName | 'application', Participant>>;
  /** It joins later, not at the start. */
  letMalloryJoin(): Promise<void>;
  /** Sends SIGKILL to the peer's worker without telling anybody. */
  cutPowerOfBasil(): Promise<void>;
  restorePowerOfBasil(): Promise<void>;
  /** Sets the chain's clock past the deadline of every started task. */
  passTaskTimeout(): Promise<void>;
  stop(): Promise<void>;
}

export interface ChainDemoOptions {
  /** Empty directory. */
  readonly dataDir: string;
  /** Engine of every node; default: the embedded one. */
  readonly engine?: EngineCommand | undefined;
  readonly onEvent: (event: ChainEvent) => void;
  readonly onError: (message: string) => void;
}

function peerConfig(name: PeerName, privateKey: Hex, engine: EngineCommand = EMBEDDED_ENGINE): PeerConfig {
  return peerConfigSchema.parse({
    name,
    privateKey,
    behaviour: { kind: name === 'mallory' ? 'cheating' : 'honest' },
    engine,
    gpu: CARD,
    modelIds: MODEL_IDS,
    stakeWei: STAKE_WEI,
    walletWei: GAS_WEI,
  });
}

/** @throws if a part cannot be started; the started parts are stopped. */
export async function startChainDemoNetwork(options: ChainDemoOptions): Promise<ChainDemoNetwork> {
  const newKey = () => bytesToHex(systemRandom.bytes(32));
  const keys = { you: newKey(), ada: newKey(), basil: newKey(), mallory: newKey(), application: newKey() };
  const participantOf = (name: keyof typeof keys) => ({
    name: name === 'you' ? 'your node' : name,
    address: addressOf(keys[name]),
  });
  const participants = {
    you: participantOf('you'),
    ada: participantOf('ada'),
    basil: participantOf('basil'),
    mallory: participantOf('mallory'),
    application: participantOf('application'),
  };
  const wallets = [
    { address: participants.you.address, balanceWei: STAKE_WEI + GAS_WEI },
    { address: participants.application.address, balanceWei: APPLICATION_WEI },
  ];
  const devnet = await startChainDevnet(
    {
      mode: 'chain',
      dataDir: options.dataDir,
      workerEntry: WORKER_ENTRY,
      relayScan: RELAY_SCAN,
      chain: { taskTimeout: TASK_TIMEOUT, wallets },
    },
    {
      clock: systemClock,
      random: systemRandom,
      onEvent: options.onEvent,
      onError: (error) => options.onError(`${error.code}: ${error.message}`),
    },
  );
  const configOf = (name: PeerName) => peerConfig(name, keys[name], options.engine);
  const [you, ...peers] = await Promise.allSettled([
    startOwnNode({
      network: devnet.network,
      dataDir: path.join(options.dataDir, 'you'),
      privateKey: keys.you,
      gpu: CARD,
      engine: options.engine,
    }),
    ...(['ada', 'basil'] as const).map((name) => devnet.startPeer(configOf(name))),
  ]);
  const failed = [you, ...peers].find((result) => result.status === 'rejected');
  if (you.status === 'rejected' || failed !== undefined) {
    if (you.status === 'fulfilled') await you.value.stop({ quitNetwork: true });
    await devnet.stop();
    throw failed?.reason;
  }
  const { chain, relayUrl } = devnet;
  return {
    devnet,
    application: createChainApplication({
      ...{ chain, relayUrl, clock: systemClock, random: systemRandom, pollMs: POLL_MS },
      privateKey: keys.application,
    }),
    books: createNodeClient(you.value.connect('own')),
    participants,
    async letMalloryJoin() {
      await devnet.startPeer(configOf('mallory'));
    },
    async cutPowerOfBasil() {
      const basil = devnet.peers.find(({ name }) => name === 'basil');
      if (basil !== undefined) await killWorker(basil);
    },
    async restorePowerOfBasil() {
      await devnet.startPeer(configOf('basil'));
    },
    passTaskTimeout: () => chain.passSeconds(TASK_TIMEOUT + 1),
    async stop() {
      await you.value.stop({ quitNetwork: true });
      await devnet.stop();
    },
  };
}

async function killWorker({ worker }: Peer): Promise<void> {
  if (worker.pid === undefined) return;
  process.kill(worker.pid, 'SIGKILL');
  await worker.exited;
}
