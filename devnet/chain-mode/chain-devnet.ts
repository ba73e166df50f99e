/** The local network in mode `chain` as one object: the chain with its contracts, the old relay, peers. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { type NetworkPreset, networkPresetSchema } from '../../contract/node-config.ts';
import { serialiseError } from '../../protocol/errors.ts';
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { SAMPLING_MODULUS } from '../../protocol/vrf/sampling.ts';
import { devnetKey } from '../chain/deploy.ts';
import type { Devnet, DevnetDeps, Funds } from '../devnet.ts';
import { type Peer, type PeerConfig, startPeer } from '../peers/peer.ts';
import { type ChainDevnetConfig, type ChainDevnetConfigInput, parseChainDevnetConfig } from './chain-devnet-config.ts';
import { type ChainEvent, ChainView } from './chain-view.ts';
import { type OldRelay, startOldRelay } from './old-relay/old-relay.ts';
import { createScriptedPeer, type ScriptedPeer, type ScriptedPeerConfig, scriptedPeerSchema } from './scripted-peer.ts';
import { startTaskChain, type TaskChain } from './task-chain.ts';

export interface ChainDevnetDeps extends Pick<DevnetDeps, 'clock' | 'random' | 'onPeer' | 'onError'> {
  readonly onEvent?: (event: ChainEvent) => void;
}

export interface ChainDevnet extends Pick<Devnet, 'relayUrl' | 'network' | 'peers' | 'stop'> {
  readonly chain: TaskChain;
  readonly relay: OldRelay;
  /** At most half a second old. */
  readonly view: ChainView;
  readonly scripted: readonly ScriptedPeer[];
  /** Starts another peer. @throws DevnetError DEVNET_PEER_FAILED */
  startPeer(config: PeerConfig): Promise<Peer>;
  /** Adds a scripted node without an engine. @throws DevnetChainError DEVNET_CHAIN_REVERTED */
  startScripted(config: z.input<typeof scriptedPeerSchema>): Promise<ScriptedPeer>;
  /** Creates coin out of nothing. There is no other account than the wallet; a node stakes by joining. */
  fund(address: Hex, funds: Funds): Promise<void>;
}

const CHAIN_FILE = 'chain.json';
const VIEW_POLL_MS = 400;
const SCRIPTED_POLL_MS = 100;
const RELAY_KEY = devnetKey('relay of the task contracts');
const MIN_STAKE_WEI = 400n * 10n ** 18n;

/** Resolves when every peer has joined. @throws DevnetError, DevnetChainError; nothing is left running in that case. */
export async function startChainDevnet(input: ChainDevnetConfigInput, deps: ChainDevnetDeps): Promise<ChainDevnet> {
  const config = parseChainDevnetConfig(input);
  const { clock } = deps;
  const undo: (() => Promise<unknown>)[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= undoAll(undo));
  try {
    const chain = await openChain(config, deps);
    undo.push(() => chain.stop());
    const onError = deps.onError === undefined ? {} : { onError: deps.onError };
    const pollMs = config.relayScan * 1_000;
    const relay = await startOldRelay({ chain, privateKey: RELAY_KEY, clock, port: config.port, pollMs, ...onError });
    undo.push(() => relay.close());
    const network = presetOf(chain, relay.url);
    const running = new RunningDevnet({ config, deps, chain, relay, network });
    undo.push(() => running.end());
    await running.start();
    const { view, peers, scripted } = running;
    return {
      ...{ chain, relay, relayUrl: relay.url, network, view, peers, scripted, stop },
      startPeer: (peer) => running.startPeer(peer),
      startScripted: (peer) => running.startScripted(scriptedPeerSchema.parse(peer)),
      fund: (address, funds) => running.fund(address, funds),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function undoAll(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps.toReversed()) await step();
}

async function openChain(
  { statePath, fresh, chain: options }: ChainDevnetConfig,
  { clock }: ChainDevnetDeps,
): Promise<TaskChain> {
  const file = statePath === undefined ? undefined : join(statePath, CHAIN_FILE);
  if (fresh && file !== undefined && existsSync(file)) rmSync(file);
  const chain = await startTaskChain({ clock, port: options.port, ...(file === undefined ? {} : { statePath: file }) });
  try {
    if (chain.isNew) for (const { address, balanceWei } of options.wallets) await chain.addBalance(address, balanceWei);
    await chain.setTimeoutSeconds(options.taskTimeout);
    return chain;
  } catch (cause) {
    await chain.stop();
    throw cause;
  }
}

function presetOf(chain: TaskChain, relayUrl: string): NetworkPreset {
  return networkPresetSchema.parse({
    id: 'devnet',
    title: 'Local network, tasks on the chain',
    mode: 'chain',
    network: 'devnet',
    relayUrl,
    acceptedEngines: ['embedded', 'official', 'program'],
    samplingModulus: SAMPLING_MODULUS.chain,
    minStakeWei: MIN_STAKE_WEI.toString(),
    taskChain: chain.preset,
  });
}

interface RunningParts {
  readonly config: ChainDevnetConfig;
  readonly deps: ChainDevnetDeps;
  readonly chain: TaskChain;
  readonly relay: OldRelay;
  readonly network: NetworkPreset;
}

/** Everybody on the network, and the background loops. */
class RunningDevnet {
  readonly view: ChainView;
  readonly peers: Peer[] = [];
  readonly scripted: ScriptedPeer[] = [];
  readonly #parts: RunningParts;
  readonly #funded = new Set<Hex>();
  readonly #ending = new AbortController();
  readonly #loops: Promise<void>[] = [];

  constructor(parts: RunningParts) {
    this.#parts = parts;
    const { chain, deps } = parts;
    this.view = new ChainView({
      chain,
      watched: () => [...this.#funded],
      ...(deps.onEvent === undefined ? {} : { onEvent: deps.onEvent }),
    });
  }

  async start(): Promise<void> {
    const { config } = this.#parts;
    for (const { address } of config.chain.wallets) this.#funded.add(address);
    for (const peer of config.scripted) await this.startScripted(peer);
    await this.view.follow();
    this.#loop(VIEW_POLL_MS, () => this.view.follow());
    this.#keepTime();
    const started = await Promise.allSettled(config.peers.map((peer) => this.startPeer(peer)));
    const failed = started.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async startPeer(config: PeerConfig): Promise<Peer> {
    const { deps, network, config: devnet } = this.#parts;
    const privateKey = this.#keyOf(config);
    await this.#provide(addressOf(privateKey), config);
    const peer = await startPeer({
      ...{ config, privateKey, network, clock: deps.clock, workerEntry: devnet.workerEntry },
      dataDir: join(devnet.dataDir, config.name),
      onNode: (node) => deps.onPeer?.(config.name, node),
    });
    this.peers.push(peer);
    return peer;
  }

  async fund(address: Hex, { balanceWei = 0n, walletWei = 0n, stakeWei = 0n }: Funds): Promise<void> {
    const { chain } = this.#parts;
    await chain.addBalance(address, balanceWei + walletWei + stakeWei);
    await chain.anvil.save();
    this.#funded.add(address);
  }

  async end(): Promise<void> {
    await Promise.all(this.peers.map((peer) => peer.stop()));
    this.#ending.abort();
    await Promise.all(this.#loops);
  }

  async startScripted(config: ScriptedPeerConfig): Promise<ScriptedPeer> {
    const { chain, relay, deps } = this.#parts;
    const peer = createScriptedPeer({
      ...{ config, chain, relayUrl: relay.url, clock: deps.clock },
      privateKey: this.#keyOf({ name: config.name }),
    });
    await this.#provide(peer.address, { stakeWei: config.stakeWei, walletWei: 10n ** 18n });
    await peer.join();
    this.scripted.push(peer);
    this.#loop(SCRIPTED_POLL_MS, () => peer.poll());
    return peer;
  }

  /** A peer that resumes still has its money; it only gets what it lacks. */
  async #provide(address: Hex, { stakeWei, walletWei }: Pick<PeerConfig, 'stakeWei' | 'walletWei'>): Promise<void> {
    const { chain } = this.#parts;
    const [staked] = await chain.contract('Node').read('getStakedAmount', address);
    const wantedWei = walletWei + (stakeWei > staked ? stakeWei - staked : 0n);
    const presentWei = await chain.balance(address);
    await this.fund(address, { walletWei: wantedWei > presentWei ? wantedWei - presentWei : 0n });
  }

  #keyOf({ name, privateKey }: { readonly name: string; readonly privateKey?: Hex | undefined }): Hex {
    const { config, deps } = this.#parts;
    if (privateKey !== undefined) return privateKey;
    return config.statePath === undefined ? bytesToHex(deps.random.bytes(32)) : devnetKey(`peer ${name}`);
  }

  /** Other chains produce blocks even when idle, and deadlines are judged by block time. */
  #keepTime(): void {
    const { chain, config } = this.#parts;
    let lastBlock = 0;
    this.#loop(config.chain.emptyBlockAfter * 1_000, async () => {
      const block = await chain.anvil.control.provider.getBlockNumber();
      if (block === lastBlock) await chain.mineEmptyBlock();
      lastBlock = block;
    });
  }

  #loop(everyMs: number, work: () => Promise<void>): void {
    const { clock, onError } = this.#parts.deps;
    const { signal } = this.#ending;
    const run = async () => {
      while (!signal.aborted) {
        await work().catch((error: unknown) => onError?.(serialiseError(error)));
        await clock.sleep(everyMs, signal).catch(() => {});
      }
    };
    this.#loops.push(run());
  }
}
