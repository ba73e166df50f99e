/**
 * An application of a network whose tasks are on the chain: creates tasks, gives the relay their arguments, opens
 * groups when sampled, validates, aborts what nobody else ends, downloads and checks results. Source: CHAIN_PROTOCOL 2,
 * 5; CHAIN_MODE 6, 9.
 */
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import { elapsedMs, type Monotonic, monotonicNow } from '../../protocol/monotonic.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { SCORE_BYTES_PER_FILE, scoreOfFiles } from '../../protocol/scores/score.ts';
import { isTerminal, type TaskStatus } from '../../protocol/tasks/status.ts';
import type { TaskSpec, TaskSpecInput } from '../application/task-spec.ts';
import { parseTaskSpec } from '../application/task-spec.ts';
import { DevnetError } from '../errors.ts';
import { type ChainTask, chainTask } from './chain-task.ts';
import { type CreatedTask, type CreateOptions, type Creator, createCreator, type TaskTerms } from './creator.ts';
import { createOldRelayClient, type OldRelayClient } from './old-relay/client.ts';
import type { TaskChain } from './task-chain.ts';

export interface ChainApplicationOptions {
  readonly chain: TaskChain;
  readonly relayUrl: string;
  readonly privateKey: Hex;
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds between two polls of a task. Default 250. */
  readonly pollMs?: number;
}

interface RunOptions {
  /** As in {@link CreateOptions}. */
  readonly sampled?: boolean;
  readonly signal?: AbortSignal;
  /**
   * A task that has waited this long for a node is withdrawn; the 2025 contracts keep its fee. Default: it keeps
   * waiting.
   */
  readonly queueSeconds?: number;
  /** Called with each task just before it is sent. */
  readonly onCommitment?: (commitment: Hex) => void;
  /** Called with each observed state of each task. */
  readonly onTask?: (task: ChainTask) => void;
}

interface ChainOutcome {
  readonly kind: /** The files hash to the validated score. */
    | 'success'
    /** Every node found the arguments invalid; the fee was returned. */
    | 'errorReported'
    /** A group without a winner: no two results agreed. */
    | 'noMajority'
    | 'aborted';
  readonly sampled: boolean;
  /** In their final states: one task, or the three of a group in order of creation. */
  readonly tasks: readonly ChainTask[];
  /** Files of the paid task, which hash to its score. Null = no task was paid. */
  readonly files: readonly Uint8Array[] | null;
}

export interface ChainApplication {
  readonly address: Hex;
  readonly creator: Creator;
  readonly relay: OldRelayClient;
  /** Runs a task to its end. @throws DevnetError DEVNET_BAD_TASK, DEVNET_RELAY_REFUSED, DEVNET_WRONG_RESULT; the signal's reason */
  runTask(spec: TaskSpecInput, options?: RunOptions): Promise<ChainOutcome>;
}

interface Head {
  readonly number: number;
  /** Seconds of block time. */
  readonly seconds: number;
}

const JUDGEABLE: ReadonlySet<TaskStatus> = new Set(['ScoreReady', 'ErrorReported']);

export function createChainApplication(options: ChainApplicationOptions): ChainApplication {
  const { chain, relayUrl, privateKey, clock, random, pollMs = 250 } = options;
  const creator = createCreator({ chain, privateKey, random });
  const relay = createOldRelayClient({ relayUrl, privateKey, clock });
  let head: { readonly at: Monotonic; readonly block: Promise<Head> } | undefined;

  /** Everyone who asks at about the same time shares one answer. */
  function newestBlock(): Promise<Head> {
    if (head === undefined || elapsedMs(head.at, monotonicNow(clock)) >= pollMs / 2) {
      const read = chain.anvil.control.provider.getBlock('latest');
      head = {
        at: monotonicNow(clock),
        block: read.then((block) => ({ number: block?.number ?? 0, seconds: block?.timestamp ?? 0 })),
      };
    }
    return head.block;
  }

  /** Polls a task until `done`, or until its time has passed; then aborts it, because nobody else would. */
  async function waitFor(commitment: Hex, done: (task: ChainTask) => boolean, run: RunOptions): Promise<ChainTask> {
    let last: { readonly block: number; readonly task: ChainTask } | null = null;
    for (;;) {
      const block = await newestBlock();
      // Nothing happens to a task between two blocks.
      const task: ChainTask = last?.block === block.number ? last.task : await chainTask(chain, commitment);
      if (task.status !== last?.task.status) run.onTask?.(task);
      last = { block: block.number, task };
      if (done(task) || isTerminal(task.status)) return task;
      if (isOverdue(task, block, run)) await creator.abort(commitment).catch(ignoreRace);
      else await clock.sleep(pollMs, run.signal);
    }
  }

  /** The time of the block that an abort would be in: not before the newest block, and not before now. */
  function isOverdue(task: ChainTask, { seconds }: Head, { queueSeconds = Infinity }: RunOptions): boolean {
    const { createSeconds, startSeconds, timeoutSeconds } = task;
    const end = startSeconds === 0 ? createSeconds + queueSeconds : startSeconds + timeoutSeconds;
    return Math.max(seconds, Math.floor(clock.now() / 1000)) > end;
  }

  /** Creates it, and gives the relay its arguments once it has started. */
  async function createAndUpload(spec: TaskSpec, create: CreateOptions, run: RunOptions): Promise<CreatedTask> {
    const created = await creator.create(taskTerms(spec), { ...create, onCommitment: run.onCommitment });
    const { status } = await waitFor(created.commitment, (task) => task.status !== 'Queued', run);
    if (status === 'Started') await relay.uploadArguments(created.commitment, spec.args, run.signal);
    return created;
  }

  async function validate(created: readonly CreatedTask[], ready: readonly ChainTask[]): Promise<void> {
    const [single] = created;
    if (single !== undefined && created.length === 1) {
      if (JUDGEABLE.has(ready[0]?.status ?? 'Queued')) await creator.validateSingle(single).catch(ignoreRace);
      return;
    }
    // If a member was aborted after it started, the contract refuses the group, and the others time out.
    if (ready.some((task) => JUDGEABLE.has(task.status))) await creator.validateGroup(created).catch(ignoreRace);
  }

  async function runTask(input: TaskSpecInput, run: RunOptions = {}): Promise<ChainOutcome> {
    const spec = parseTaskSpec(input);
    const taskId = bytesToHex(random.bytes(32));
    const first = await createAndUpload(spec, { taskId, ...(run.sampled === undefined ? {} : { sampled: run.sampled }) }, run);
    const created = [first];
    if (first.sampled) for (let member = 1; member < 3; member++) created.push(await createAndUpload(spec, { taskId }, run));
    const isReady = ({ status }: ChainTask) => JUDGEABLE.has(status);
    const ready = await Promise.all(created.map(({ commitment }) => waitFor(commitment, isReady, run)));
    await validate(created, ready);
    const tasks = await Promise.all(created.map(({ commitment }) => waitFor(commitment, () => false, run)));
    const winner = tasks.find(({ status }) => status === 'EndSuccess' || status === 'EndGroupSuccess');
    const { sampled } = first;
    if (winner !== undefined) return { kind: 'success', sampled, tasks, files: await download(winner, run.signal) };
    const isReported = ready.every(({ status }) => status === 'ErrorReported');
    const isTimedOut = tasks.some(({ abortReason }) => abortReason === 'Timeout');
    return {
      kind: isTimedOut ? 'aborted' : isReported ? 'errorReported' : sampled ? 'noMajority' : 'aborted',
      sampled,
      tasks,
      files: null,
    };
  }

  async function download({ commitment, type, score }: ChainTask, signal: AbortSignal | undefined): Promise<Uint8Array[]> {
    const count = (score.length - 2) / 2 / SCORE_BYTES_PER_FILE[type];
    const files: Uint8Array[] = [];
    for (let index = 0; index < count; index++) files.push(await relay.result(commitment, index, signal));
    if (scoreOfFiles(type, files) === score) return files;
    throw new DevnetError('DEVNET_WRONG_RESULT', `the result of ${commitment} does not hash to its score`, { commitment });
  }

  return { address: creator.address, creator, relay, runTask };
}

/** A node, or the clock, was faster; the next poll of the task shows what happened. */
function ignoreRace(error: unknown): void {
  const messages = ['Wrong task', 'Illegal previous task state', 'Timeout not reached'];
  if (error instanceof Error && messages.includes(error.message)) return;
  throw error;
}

function taskTerms(spec: TaskSpec): TaskTerms {
  const { type, feeWei, modelIds, requiredGpu, requiredGpuVramGib, minVramGib, version, size } = spec;
  return { type, feeWei, modelIds, requiredGpu, requiredGpuVramGib, minVramGib, version, size };
}
