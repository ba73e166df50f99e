/** An application of the network: creates tasks, opens groups when sampled, validates, downloads and checks results. */
import { bytesToHex, type Hex } from '../../protocol/hex.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { scoreOfFiles } from '../../protocol/scores/score.ts';
import { taskCommitment } from '../../protocol/signing/commitment.ts';
import { publicKeyOf } from '../../protocol/signing/keys.ts';
import { isTerminal, type TaskStatus } from '../../protocol/tasks/status.ts';
import { proveVrf } from '../../protocol/vrf/ecvrf.ts';
import { isSampled } from '../../protocol/vrf/sampling.ts';
import type { RemoteTask } from '../../protocol/wire/task.ts';
import { DevnetError } from '../errors.ts';
import { judgeGroup, type TaskOutcome } from './outcome.ts';
import { createRelayClient, type RelayClient } from './relay-client.ts';
import { createPayload, parseTaskSpec, type TaskSpec, type TaskSpecInput } from './task-spec.ts';

export interface ApplicationOptions {
  readonly relayUrl: string;
  readonly privateKey: Hex;
  readonly clock: Clock;
  readonly random: Random;
  /** One task in this many is validated as a group; must equal the relay's number. */
  readonly samplingModulus: number;
  /** Bits; must equal the relay's number, because group outcomes are checked with it. Default 5. */
  readonly distanceThreshold?: number;
  /** Milliseconds between two polls of a task. Default 250. */
  readonly pollMs?: number;
  readonly timeoutMs?: number;
}

export type Progress =
  | { readonly kind: 'created'; readonly task: RemoteTask }
  | { readonly kind: 'sampled'; readonly commitments: readonly string[] }
  | { readonly kind: 'status'; readonly task: RemoteTask }
  | { readonly kind: 'validated'; readonly commitments: readonly string[] };

interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Application {
  readonly address: Hex;
  readonly relay: RelayClient;
  /** Runs a task to its end. @throws DevnetError DEVNET_BAD_TASK, DEVNET_RELAY_REFUSED, DEVNET_WRONG_RESULT; the signal's reason */
  runTask(spec: TaskSpecInput, options?: RunOptions): Promise<TaskOutcome>;
}

const JUDGEABLE: ReadonlySet<TaskStatus> = new Set(['ScoreReady', 'ErrorReported']);

export function createApplication(options: ApplicationOptions): Application {
  const { privateKey, clock, random, samplingModulus, distanceThreshold = 5, pollMs = 250 } = options;
  const relay = createRelayClient(options);

  async function createTask(spec: TaskSpec, taskId: Hex, { signal, onProgress }: RunOptions): Promise<RemoteTask> {
    const nonce = bytesToHex(random.bytes(32));
    const commitment = taskCommitment(taskId, nonce);
    const task = await relay.createTask(createPayload(spec, { commitment, nonce }), signal).catch(async (error: unknown) => {
      // The answer may be lost, not the task: it exists if the relay knows it.
      if (!isUnreachable(error)) throw error;
      return relay.task(commitment, signal);
    });
    onProgress?.({ kind: 'created', task });
    return task;
  }

  /** Polls a task until `done`; an unreachable relay is asked again. */
  async function waitFor(task: RemoteTask, done: (task: RemoteTask) => boolean, run: RunOptions): Promise<RemoteTask> {
    let last = task;
    while (!done(last)) {
      await clock.sleep(pollMs, run.signal);
      const next = await relay.task(task.commitment, run.signal).catch((error: unknown) => {
        if (isUnreachable(error)) return last;
        throw error;
      });
      if (next.status !== last.status) run.onProgress?.({ kind: 'status', task: next });
      last = next;
    }
    return last;
  }

  async function downloadResults(winner: RemoteTask, signal: AbortSignal | undefined): Promise<Uint8Array[]> {
    const scoreBytes = (winner.score.length - 2) / 2;
    const count = scoreBytes / (winner.type === 'Llm' ? 32 : 8);
    const files: Uint8Array[] = [];
    for (let index = 0; index < count; index++) files.push(await relay.result(winner.commitment, index, signal));
    if (scoreOfFiles(winner.type, files) === winner.score) return files;
    throw new DevnetError('DEVNET_WRONG_RESULT', `the result of ${winner.commitment} does not hash to its score`, {
      commitment: winner.commitment,
    });
  }

  async function runTask(input: TaskSpecInput, run: RunOptions = {}): Promise<TaskOutcome> {
    const spec = parseTaskSpec(input);
    const { signal, onProgress } = run;
    const taskId = bytesToHex(random.bytes(32));
    const first = await createTask(spec, taskId, run);
    const { proof, output } = proveVrf(privateKey, first.samplingSeed);
    const sampled = isSampled(output, samplingModulus);
    const created = [first];
    if (sampled) {
      for (let i = 0; i < 2; i++) created.push(await createTask(spec, taskId, run));
      onProgress?.({ kind: 'sampled', commitments: created.map((task) => task.commitment) });
    }
    const isReady = (task: RemoteTask) => JUDGEABLE.has(task.status) || isTerminal(task.status);
    const before = await Promise.all(created.map((task) => waitFor(task, isReady, run)));
    const commitments = before.map((task) => task.commitment);
    const judgeable = before.some((task) => JUDGEABLE.has(task.status));
    if (judgeable) {
      const claim = { task_id: taskId, vrf_proof: proof, public_key: publicKeyOf(privateKey) };
      await validateUnlessOverdue({ task_id_commitments: commitments, ...claim }, signal);
      onProgress?.({ kind: 'validated', commitments });
    }
    const after = await Promise.all(before.map((task) => waitFor(task, (now) => isTerminal(now.status), run)));
    const group = sampled && judgeable ? judgeGroup({ before, after, distanceThreshold }) : null;
    const ended = { sampled, tasks: after, group };
    const winner = after.find((task) => task.status === 'EndSuccess' || task.status === 'EndGroupSuccess');
    if (winner !== undefined) return { kind: 'success', ...ended, winner, files: await downloadResults(winner, signal) };
    if (sampled && judgeable && !after.some((task) => task.abortReason === 'ResultUploadTimeout')) {
      return before.every((task) => task.status === 'ErrorReported')
        ? { kind: 'errorReported', ...ended }
        : { kind: 'noMajority', ...ended };
    }
    const reason = after.find((task) => task.abortReason !== 'None')?.abortReason ?? 'None';
    return reason === 'ErrorReported' ? { kind: 'errorReported', ...ended } : { kind: 'aborted', ...ended, reason };
  }

  /** If a validation was too late or its answer was lost, the tasks themselves show what happened. */
  async function validateUnlessOverdue(
    payload: Parameters<RelayClient['validate']>[0],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      await relay.validate(payload, signal);
    } catch (error) {
      if (!(error instanceof DevnetError)) throw error;
      const tasks = await Promise.all(payload.task_id_commitments.map((commitment) => relay.task(commitment, signal)));
      if (tasks.some((task) => JUDGEABLE.has(task.status))) throw error;
    }
  }

  return { address: relay.address, relay, runTask };
}

function isUnreachable(error: unknown): boolean {
  return error instanceof DevnetError && error.code === 'DEVNET_RELAY_UNREACHABLE';
}
