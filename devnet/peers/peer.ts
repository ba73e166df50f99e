/** A peer: the real worker program with a real engine, its own key, and optionally bad behaviour. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type EngineConfig,
  gpuConfigSchema,
  type NetworkPreset,
  type NodeConfigInput,
  networkPresetData,
} from '../../contract/node-config.ts';
import type { PreflightCheckId, PreflightReport } from '../../contract/preflight.ts';
import { createNodeClient } from '../../contract/rpc-client.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import { createWorkerClient, type WorkerClient } from '../../contract/worker-client.ts';
import { PROGRAMS } from '../../platform/programs.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Clock } from '../../protocol/ports.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { DevnetError } from '../errors.ts';
import { forkWorker } from '../fork-worker.ts';
import { configWei } from '../relay/config.ts';
import { type Behaviour, behaviourSchema, engineCommandSchema, PROXY_ENV } from './behaviour.ts';

export const peerConfigSchema = z.object({
  /** Also the name of its directory. */
  name: z.string().regex(/^[a-z0-9-]{1,40}$/),
  behaviour: behaviourSchema.default({ kind: 'honest' }),
  engine: engineCommandSchema,
  gpu: gpuConfigSchema.prefault({ name: 'Devnet GPU+Linux', vramGib: 24 }),
  /** Ids of models on its disk. */
  modelIds: z.array(z.string().min(1)).min(1),
  stakeWei: configWei.default(400n * 10n ** 18n),
  /** Coin for its gas, on a devnet with a chain. */
  walletWei: configWei.default(10n ** 18n),
  /** Who stakes for it on the chain: the devnet (a scripted peer cannot), or the worker before it joins. */
  stakes: z.enum(['devnet', 'itself']).default('itself'),
  /** Default: a new one. */
  privateKey: z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-fA-F]{64}$/.test(value)).optional(),
});
export type PeerConfig = z.output<typeof peerConfigSchema>;

export interface PeerOptions {
  readonly config: PeerConfig;
  readonly privateKey: Hex;
  readonly dataDir: string;
  readonly network: NetworkPreset;
  /** Path of the worker program. */
  readonly workerEntry: string;
  readonly clock: Clock;
  readonly onNode?: (node: NodeView) => void;
}

export interface Peer {
  readonly name: string;
  readonly address: Hex;
  readonly behaviour: Behaviour;
  readonly worker: WorkerClient;
  /**
   * Stops taking tasks and ends the process; one that does not respond is killed. Without a chain it also quits the
   * network; with one, that would return its stake, so it stays a paused member. Resolves after its exit.
   */
  stop(): Promise<void>;
}

/** A worker may finish its task first; then it gets this long for each next step. */
const STOP_GRACE_MS = 5000;
/** Includes the start of its engine. */
const JOIN_TIMEOUT_MS = 180_000;

/** Resolves when the peer has joined. @throws DevnetError DEVNET_PEER_FAILED; its process is gone in that case. */
export async function startPeer({
  config,
  privateKey,
  dataDir,
  network,
  workerEntry,
  clock,
  onNode,
}: PeerOptions): Promise<Peer> {
  mkdirSync(dataDir, { recursive: true });
  const channel = forkWorker({ entry: workerEntry, logFile: join(dataDir, 'worker.log') });
  const worker = createWorkerClient(channel, onNode === undefined ? {} : { onNode });
  const peer: Peer = {
    name: config.name,
    address: addressOf(privateKey),
    behaviour: config.behaviour,
    worker,
    stop: () => stopWorker(worker, { clock, quitNetwork: network.mode === 'relay' && network.chain === undefined }),
  };
  const nodeConfig: NodeConfigInput = {
    dataDir,
    network: networkPresetData(network),
    engine: engineOf(config),
    gpu: config.gpu,
    stakeWei: config.stakeWei.toString(),
    modelIds: config.modelIds,
  };
  try {
    await joinNetwork(worker, { nodeConfig, privateKey, clock });
    return peer;
  } catch (cause) {
    await peer.stop();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DevnetError('DEVNET_PEER_FAILED', `peer ${config.name}: ${why}`, { peer: config.name, dataDir }, { cause });
  }
}

interface Joining {
  readonly nodeConfig: NodeConfigInput;
  readonly privateKey: Hex;
  readonly clock: Clock;
}

/** @throws ContractError, or an Error with the peer's last message if it takes too long */
async function joinNetwork(worker: WorkerClient, { nodeConfig, privateKey, clock }: Joining): Promise<void> {
  const joined = new AbortController();
  // After an earlier slash or kick-out it waits for its host's consent, which the devnet gives.
  const barred = worker.until(({ state }) => state === 'slashed' || state === 'kickedOut');
  const resuming = barred.then(async () => {
    if (!joined.signal.aborted) await createNodeClient(worker.connect('own')).node.resume({});
  });
  resuming.catch(() => {});
  const timeout = clock.sleep(JOIN_TIMEOUT_MS, joined.signal).then(() => {
    throw new Error(`it has not joined in ${JOIN_TIMEOUT_MS / 1000} s: ${worker.node()?.message ?? 'it has reported nothing'}`);
  });
  timeout.catch(() => {});
  // Its checks are repeated from time to time; there is no point in waiting for failures that this cannot fix.
  const refused = worker
    .until(({ preflight }) => failedChecks(preflight).length > 0)
    .then(({ preflight }) => {
      throw new Error(`it may not start: ${failedChecks(preflight).join(' ')}`);
    });
  refused.catch(() => {});
  try {
    await Promise.race([worker.start(nodeConfig, privateKey), timeout, refused]);
  } finally {
    joined.abort();
  }
}

/** Failures that waiting cannot fix, unlike a relay that starts late or a twin that may still be ending. */
const PERMANENT_CHECKS: readonly PreflightCheckId[] = ['chainId', 'engine', 'models', 'disk'];

/** Each with its remedy. */
export function failedChecks(report: PreflightReport | null): string[] {
  const failed = report?.results.filter(({ id, state }) => state === 'fail' && PERMANENT_CHECKS.includes(id)) ?? [];
  return failed.map((result) => (result.state === 'ok' ? result.id : `${result.message} (${result.code}) ${result.remedy}`));
}

/** An honest peer needs no proxy between its worker and its engine. */
function engineOf({ behaviour, engine }: Pick<PeerConfig, 'behaviour' | 'engine'>): EngineConfig {
  if (behaviour.kind === 'honest') return { kind: 'program', ...engine };
  return {
    kind: 'program',
    command: PROGRAMS.node,
    args: ['--disable-warning=ExperimentalWarning', PROGRAMS.engineProxy],
    env: { ...engine.env, [PROXY_ENV]: JSON.stringify({ behaviour, engine }) },
  };
}

async function stopWorker(
  worker: WorkerClient,
  { clock, quitNetwork }: { readonly clock: Clock; readonly quitNetwork: boolean },
): Promise<void> {
  const gone = new AbortController();
  const exited = worker.stop({ quitNetwork }).then(() => gone.abort());
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const isGone = await clock.sleep(STOP_GRACE_MS, gone.signal).then(
      () => false,
      () => true,
    );
    if (isGone || worker.pid === undefined) break;
    killIfAlive(worker.pid, signal);
  }
  await exited;
}

function killIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended between two lines.
  }
}
