/** A task as the task contract reports it. Source: CHAIN_PROTOCOL 2.2. */
import type { Result } from 'ethers';
import type { Hex } from '../../protocol/hex.ts';
import {
  type AbortReason,
  abortReasonFromNumber,
  type TaskStatus,
  type TaskType,
  taskStatusFromNumber,
  taskTypeFromNumber,
} from '../../protocol/tasks/status.ts';
import { DevnetError } from '../errors.ts';
import type { TaskChain } from './task-chain.ts';

/** Amounts in wei; durations and times in seconds of block time, 0 = not yet. */
export interface ChainTask {
  readonly type: TaskType;
  readonly creator: Hex;
  readonly commitment: Hex;
  readonly samplingSeed: Hex;
  readonly nonce: Hex;
  readonly sequence: number;
  readonly status: TaskStatus;
  /** Null = it was never started. */
  readonly selectedNode: Hex | null;
  readonly timeoutSeconds: number;
  /** 0x = none. */
  readonly score: Hex;
  readonly feeWei: bigint;
  readonly size: bigint;
  readonly modelIds: readonly string[];
  readonly minVramGib: number;
  readonly requiredGpu: string;
  readonly requiredGpuVramGib: number;
  readonly version: string;
  readonly abortReason: AbortReason;
  readonly error: number;
  readonly payments: readonly { readonly node: Hex; readonly wei: bigint }[];
  readonly createSeconds: number;
  readonly startSeconds: number;
  readonly scoreReadySeconds: number;
}

/** Null = the contract knows no such task. Reads the latest state if no block is given. */
export async function readChainTask(
  chain: Pick<TaskChain, 'contract'>,
  commitment: Hex,
  block?: number,
): Promise<ChainTask | null> {
  const contract = chain.contract('VSSTask');
  const [task] = await (block === undefined
    ? contract.read('getTask', commitment)
    : contract.readAt(block, 'getTask', commitment));
  const commitmentAt = 2;
  return task[commitmentAt].toLowerCase() === commitment.toLowerCase() ? parseChainTask(task) : null;
}

/** Like {@link readChainTask}. @throws DevnetError DEVNET_NO_TASK */
export async function chainTask(chain: Pick<TaskChain, 'contract'>, commitment: Hex): Promise<ChainTask> {
  const task = await readChainTask(chain, commitment);
  if (task !== null) return task;
  throw new DevnetError('DEVNET_NO_TASK', `the chain knows no task ${commitment}`, { commitment });
}

const ZERO_ADDRESS = /^0x0{40}$/;

/** Fields are identified by their position in the tuple; the wire has no names. */
function parseChainTask(fields: Result): ChainTask {
  const [type, creator, commitment, samplingSeed, nonce, sequence, status, selectedNode, timeout, score, fee, size] = fields;
  const [models, minVram, gpu, gpuVram, version, reason, error, payees, payments, created, started, ready] = fields.slice(12);
  return {
    type: taskTypeFromNumber(Number(type)) ?? 'StableDiffusion',
    creator,
    commitment,
    samplingSeed,
    nonce,
    sequence: Number(sequence),
    status: taskStatusFromNumber(Number(status)) ?? 'Queued',
    selectedNode: ZERO_ADDRESS.test(selectedNode) ? null : selectedNode,
    timeoutSeconds: Number(timeout),
    score,
    feeWei: fee,
    size,
    modelIds: [...models],
    minVramGib: Number(minVram),
    requiredGpu: gpu,
    requiredGpuVramGib: Number(gpuVram),
    version: [...version].join('.'),
    abortReason: abortReasonFromNumber(Number(reason)) ?? 'None',
    error: Number(error),
    payments: [...payees].map((node: Hex, index) => ({ node, wei: payments[index] })),
    createSeconds: Number(created),
    startSeconds: Number(started),
    scoreReadySeconds: Number(ready),
  };
}
