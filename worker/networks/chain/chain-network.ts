/**
 * The task network whose tasks are in contracts; a relay only transfers arguments and results. Source: CHAIN_PROTOCOL
 * 2, 3, 8.
 */
import type { Hex } from '../../../protocol/hex.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { ABORT_REASON, isTerminal, TASK_ERROR } from '../../../protocol/tasks/status.ts';
import type { EventRow } from '../../../protocol/wire/event-row.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import type { NodeInfo } from '../../../protocol/wire/node.ts';
import { ChainError, RpcRefused } from '../../chain/errors.ts';
import type { ChainRpc } from '../../chain/rpc/methods.ts';
import { WorkerError } from '../../kit/errors.ts';
import type { Signer } from '../../kit/signer.ts';
import type { Log } from '../../log.ts';
import type { RecordedScore } from '../../store/score-ledger.ts';
import type { NetworkClock } from '../network-clock.ts';
import { CHAIN_RULES } from '../network-rules.ts';
import type { Capabilities, JoinRequest, NetworkTask, ResultUpload, Sending, TaskNetwork } from '../task-network.ts';
import type { ChainActs } from './chain-acts.ts';
import { type ChainTask, remoteTaskOf } from './chain-task.ts';
import { blockOfEvent } from './log-rows.ts';
import type { LogScan } from './log-scan.ts';
import { chainNodeView, versionParts } from './node-view.ts';
import type { OldRelay } from './old-relay.ts';
import type { TaskContracts } from './task-contracts.ts';

export interface ChainNetworkOptions {
  readonly signer: Signer;
  readonly networkName: string;
  readonly rpc: ChainRpc;
  readonly contracts: TaskContracts;
  readonly acts: ChainActs;
  readonly scan: LogScan;
  readonly relay: OldRelay;
  readonly confirmations: number;
  /** The chain's time: every block that is read advances it. */
  readonly chainClock: NetworkClock;
  /** A task's arguments as stored by this node, '' if there are none: the relay deletes them. */
  readonly keptArgs: (commitment: Hex) => string;
  readonly clock: Clock;
  readonly log: Log;
}

interface Head {
  readonly block: bigint;
  readonly timeMs: number;
}

/** The relay sees its own report of the arguments one or two seconds after this node does. */
const CHECKPOINT_TRIES = 60;
const CHECKPOINT_RETRY_MS = 1_000;
const EXECUTING = new Set(['Started', 'ParametersUploaded']);

export class ChainNetwork implements TaskNetwork {
  readonly address: Hex;
  readonly rules = CHAIN_RULES;
  readonly #options: ChainNetworkOptions;

  constructor(options: ChainNetworkOptions) {
    this.address = options.signer.address;
    this.#options = options;
  }

  currentTask(): Promise<Hex | null> {
    return this.#options.contracts.nodeTask(this.address);
  }

  async task(commitment: Hex): Promise<NetworkTask | 'notFound'> {
    const { contracts } = this.#options;
    const head = await this.#head();
    const task = await contracts.taskAt(head.block, commitment);
    if (task === null) return 'notFound';
    const isEnd = isTerminal(task.status);
    const remote = remoteTaskOf(task, {
      taskArgs: await this.#argsOf(task),
      qosScore: task.status === 'Validated' || task.status === 'GroupValidated' ? await contracts.currentPoints(this.address) : 0,
    });
    return { ...remote, block: { timeMs: head.timeMs, isFinal: isEnd && (await this.#isFinal(task, head)) } };
  }

  submitScore({ commitment, score }: RecordedScore): Promise<Sending> {
    return this.#taskAct('score', commitment, 'submitTaskScore', score);
  }

  reportError(commitment: Hex): Promise<Sending> {
    return this.#taskAct('taskError', commitment, 'reportTaskError', TASK_ERROR.ParametersValidationFailed);
  }

  abortExpired(commitment: Hex): Promise<Sending> {
    return this.#taskAct('abort', commitment, 'abortTask', ABORT_REASON.Timeout);
  }

  uploadResult(upload: ResultUpload): Promise<void> {
    return this.#options.relay.uploadResult(upload);
  }

  async downloadInputCheckpoint(commitment: Hex, path: string): Promise<void> {
    const { relay, clock } = this.#options;
    for (let attempt = 0; attempt < CHECKPOINT_TRIES; attempt++) {
      if (await relay.downloadCheckpoint(commitment, path)) return;
      await clock.sleep(CHECKPOINT_RETRY_MS);
    }
    throw new WorkerError('TASK_INPUT_FAILED', 'the relay does not provide the checkpoint', { commitment });
  }

  async eventsAfter(id: number): Promise<readonly EventRow[]> {
    return Promise.all((await this.#options.scan.after(id)).map((row) => this.#withAmount(row)));
  }

  latestEventId(): Promise<number> {
    return this.#options.scan.latestId();
  }

  async nodeInfo(): Promise<NodeInfo> {
    const { contracts, networkName } = this.#options;
    const [info, stakeWei, qos] = await Promise.all([
      contracts.nodeInfo(this.address),
      contracts.stakeOf(this.address),
      contracts.qosOf(this.address),
    ]);
    return chainNodeView({ address: this.address, network: networkName, info, stakeWei, qos });
  }

  /** The whole stake is sent with it: staking and joining are one act. */
  async join({ gpu, version, modelIds, stakeWei }: JoinRequest): Promise<void> {
    const { publicKey } = this.#options.signer;
    const args = [gpu.name, BigInt(gpu.vramGib), versionParts(version), publicKey, [...modelIds]];
    await this.#nodeAct('join', args, stakeWei);
  }

  /** A contract accepts a new version and new models; a different card requires a new membership. */
  async updateCapabilities({ gpu, version, modelIds }: Capabilities): Promise<void> {
    const info = await this.#options.contracts.nodeInfo(this.address);
    if (info.gpuName !== gpu.name || info.gpuVramGib !== gpu.vramGib) {
      // Law 6: until the host has decided, no task may come to a card that differs from the one announced to the
      // network.
      if (info.status === 'Available' || info.status === 'Busy') await this.pause();
      throw new WorkerError('NODE_CARD_CHANGED', `the network knows ${info.gpuName} (${info.gpuVramGib} GiB)`, {
        known: `${info.gpuName} ${info.gpuVramGib}`,
        present: `${gpu.name} ${gpu.vramGib}`,
      });
    }
    if (info.version !== versionParts(version).join('.')) await this.#nodeAct('updateVersion', [versionParts(version)]);
    for (const id of modelIds) if (!info.localModelIds.includes(id)) await this.modelDownloaded(id);
  }

  quit(): Promise<void> {
    return this.#nodeAct('quit');
  }

  pause(): Promise<void> {
    return this.#nodeAct('pause');
  }

  resume(): Promise<void> {
    return this.#nodeAct('resume');
  }

  modelDownloaded(modelId: string): Promise<void> {
    return this.#nodeAct('reportModelDownloaded', [modelId]);
  }

  /** There is nobody to report to. */
  async reportNodeError(): Promise<void> {}

  /** The chain's time: that of its newest block, or the relay's if there has been no block for a while. */
  async now(): Promise<number> {
    const { relay } = this.#options;
    const [head, relaySeconds] = await Promise.all([this.#head(), relay.now().catch(() => 0)]);
    return Math.max(head.timeMs / 1000, relaySeconds);
  }

  reconnect(): void {
    this.#options.relay.reconnect();
  }

  close(): Promise<void> {
    return this.#options.relay.close();
  }

  async #head(): Promise<Head> {
    const { rpc, chainClock, clock } = this.#options;
    const sentMs = clock.now();
    const header = await rpc.call('eth_getBlockByNumber', ['latest', false]);
    if (header === null) throw new ChainError('CHAIN_BAD_ANSWER', 'the chain has no newest block', {});
    const networkSeconds = Number(header.timestamp);
    // The next block is later than this one, whatever this machine's clock says; an earlier time proves nothing.
    // biome-ignore lint/plugin: compares two readings of the chain's time
    if (networkSeconds * 1000 > chainClock.now()) chainClock.set({ networkSeconds, sentMs, receivedMs: clock.now() });
    return { block: header.number, timeMs: networkSeconds * 1000 };
  }

  /** A slash event does not contain the amount: all of the stake, as of the block before. */
  async #withAmount(row: EventRow): Promise<EventRow> {
    if (row.kind !== 'event' || row.event.type !== 'NodeSlashed' || row.event.commitment === null) return row;
    const { contracts, networkName, log } = this.#options;
    const args = JSON.parse(row.event.args) as object;
    try {
      const amount = String(await contracts.stakeOf(this.address, blockOfEvent(row.event.id) - 1n));
      return { kind: 'event', event: { ...row.event, args: JSON.stringify({ ...args, amount, network: networkName }) } };
    } catch (error) {
      // An endpoint may not keep the state of old blocks; the slash is then reported without its amount.
      if (!(error instanceof RpcRefused)) throw error;
      log.warn({ err: error }, 'the stake before a slash could not be read');
      return row;
    }
  }

  /** Whether the task had already ended a sufficient number of blocks ago. */
  async #isFinal({ commitment, status }: ChainTask, { block }: Head): Promise<boolean> {
    const depth = BigInt(this.#options.confirmations - 1);
    if (depth === 0n) return true;
    if (block < depth) return false;
    const before = await this.#options.contracts.taskAt(block - depth, commitment);
    return before?.status === status;
  }

  /**
   * Asks the relay only while it may have the arguments and somebody needs them; if it does not answer, nothing else is
   * affected.
   */
  async #argsOf({ commitment, status, selectedNode }: ChainTask): Promise<string> {
    const { keptArgs, relay, log } = this.#options;
    const kept = keptArgs(commitment);
    const isOurs = selectedNode !== null && sameAddress(selectedNode, this.address);
    if (kept !== '' || !isOurs || !EXECUTING.has(status)) return kept;
    try {
      return (await relay.taskArgs(commitment)) ?? '';
    } catch (error) {
      log.warn({ commitment, err: error }, 'the arguments could not be fetched from the relay');
      return '';
    }
  }

  #taskAct(name: string, commitment: Hex, fn: string, argument: unknown): Promise<Sending> {
    const { acts, contracts } = this.#options;
    const call = { contract: contracts.task, fn, args: [commitment, argument], mayStartTask: fn === 'abortTask' };
    return acts.once(`${name}:${commitment}`, call);
  }

  async #nodeAct(fn: string, args: readonly unknown[] = [], valueWei = 0n): Promise<void> {
    const { acts, contracts } = this.#options;
    await acts.repeatable({ contract: contracts.node, fn, args, valueWei, mayStartTask: fn === 'join' || fn === 'resume' });
  }
}
