/**
 * Creates a task: checks in the real relay's order, frozen workload, charge. Source: RELAY_PROTOCOL 3.2, 3.2.1, 4.1.
 */
import { relayAcceptsArgs } from '../../protocol/args/index.ts';
import { CodedError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import { normaliseModelIdRelay, normaliseModelNames } from '../../protocol/models/model-id.ts';
import { collapseWhitespace } from '../../protocol/node/gpu-name.ts';
import { parseVersion } from '../../protocol/node/selection.ts';
import { canonicalJson } from '../../protocol/signing/canonical-json.ts';
import { estimatedSeconds, taskPriority, vramWeight } from '../../protocol/tasks/pricing.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import type { RelayContext } from './context.ts';
import { parseGoJson } from './go-json.ts';
import { balanceOf } from './ledger.ts';
import { exception, panic, refuseField } from './refusal.ts';
import { chargeFee } from './settlement.ts';
import type { TaskRow } from './store/rows.ts';
import { workloadOf } from './workload.ts';

export interface NewTask {
  readonly commitment: string;
  readonly creator: Hex;
  /** JSON text. */
  readonly args: string;
  readonly type: TaskType;
  /** False = the number is no known type; then only the schema of fine-tune tasks can object. */
  readonly isKnownType: boolean;
  readonly nonce: string;
  readonly modelIds: readonly string[];
  /** Null = the request lacks the field, which makes the real relay's handler panic. */
  readonly minVramGib: number | null;
  readonly requiredGpu: string | null;
  readonly requiredGpuVramGib: number | null;
  readonly size: number | null;
  readonly version: string;
  readonly feeWei: bigint;
  /** Fine-tune tasks only. */
  readonly timeoutSeconds: number;
  /** `checkpoint` files of a multipart body; null = the body was not multipart. */
  readonly checkpoints: readonly Uint8Array[] | null;
}

/** @throws Refusal */
export function createTask(context: RelayContext, task: NewTask): TaskRow {
  const args = normaliseArgs(context, task);
  const isFineTune = task.type === 'FineTuneLora' && task.isKnownType;
  if (isFineTune && task.timeoutSeconds === 0) throw refuseField('timeout', 'Timeout is required for fine-tune tasks');
  if (parseVersion(task.version) === null) throw refuseField('task_version', 'Invalid task version');
  const { minVramGib, requiredGpu, requiredGpuVramGib, size } = task;
  if (minVramGib === null || requiredGpu === null || requiredGpuVramGib === null || size === null) {
    throw panic('a number or the GPU name is missing');
  }
  if (context.store.tasks.has(task.commitment)) throw refuseField('task_id_commitment', 'Task already uploaded');
  if (isFineTune && task.checkpoints !== null && task.checkpoints.length !== 1) {
    throw refuseField('checkpoint', 'More than one checkpoint file uploaded');
  }
  if (balanceOf(context, task.creator) < task.feeWei) throw refuseField('task_fee', 'Insufficient relay account balance');
  if (!task.isKnownType) throw exception('unsupported task type');
  const demand = { minVramGib, requiredGpu: collapseWhitespace(requiredGpu), requiredGpuVramGib, size };
  const row = newRow(context, { task, demand, args });
  const [checkpoint] = task.checkpoints ?? [];
  if (checkpoint !== undefined) context.files.put(row.commitment, { kind: 'checkpoint', of: 'input' }, checkpoint);
  return context.store.transaction(() => {
    chargeFee(context, row);
    return context.store.tasks.put(row);
  });
}

interface Draft {
  readonly task: NewTask;
  readonly demand: Pick<TaskRow, 'minVramGib' | 'requiredGpu' | 'requiredGpuVramGib' | 'size'>;
  readonly args: unknown;
}

/** What is unknown about a task before it starts. */
export function unstartedFields() {
  return {
    abortReason: 'None',
    error: 'None',
    score: '',
    executionDtype: '',
    qosScore: null,
    selectedNode: null,
    nodeAtStart: null,
    group: [],
    startTimeMs: null,
    deliveredTimeMs: null,
    scoreReadyTimeMs: null,
    validatedTimeMs: null,
    resultUploadedTimeMs: null,
  } as const satisfies Partial<TaskRow>;
}

function newRow(context: RelayContext, { task, demand, args }: Draft): TaskRow {
  const { clock, store, samplingSeed } = context;
  const isFineTune = task.type === 'FineTuneLora';
  const seconds = executionEstimates(task, args);
  return {
    sequence: store.tasks.size + 1,
    commitment: task.commitment,
    creator: task.creator,
    taskId: '',
    samplingSeed: samplingSeed(task.creator),
    nonce: task.nonce,
    status: 'Queued',
    type: task.type,
    version: task.version,
    args: canonicalJson(args),
    modelIds: task.modelIds.map(normaliseModelIdRelay),
    ...demand,
    feeWei: task.feeWei,
    priority: taskPriority({ feeWei: task.feeWei, seconds: seconds.warm, vramWeight: vramWeight(demand) }),
    seconds,
    timeoutSeconds: isFineTune ? task.timeoutSeconds : 0,
    createTimeMs: clock.now(),
    ...unstartedFields(),
  };
}

/** The arguments with normalised model names. */
function normaliseArgs({ config }: RelayContext, { args, type }: NewTask): unknown {
  let value: unknown;
  try {
    value = parseGoJson(args, { truncated: 'unexpected end of JSON input' });
  } catch (error) {
    throw exception(error instanceof Error ? error.message : 'invalid JSON');
  }
  const problem = config.checkTaskArgs ? relayAcceptsArgs(type, value) : null;
  if (problem !== null) throw refuseField('task_args', problem);
  return normaliseModelNames(type, value);
}

function executionEstimates(task: NewTask, args: unknown): TaskRow['seconds'] {
  try {
    const workload = workloadOf(task, args);
    return {
      warm: estimatedSeconds(workload, { modelSwitch: false }),
      modelSwitch: estimatedSeconds(workload, { modelSwitch: true }),
    };
  } catch (error) {
    if (error instanceof CodedError) throw exception(error.message);
    throw error;
  }
}
