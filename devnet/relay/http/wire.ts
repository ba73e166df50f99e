/** Rows as the relay's JSON. Source: RELAY_PROTOCOL 3.2.2, 3.3. */
import { isHex } from '../../../protocol/hex.ts';
import { formatCnxExact } from '../../../protocol/money/wei.ts';
import { longTermScore } from '../../../protocol/node/qos.ts';
import { NODE_STATUS } from '../../../protocol/node/status.ts';
import { checksumAddress } from '../../../protocol/signing/keys.ts';
import { ABORT_REASON, TASK_ERROR, TASK_STATUS, TASK_TYPE } from '../../../protocol/tasks/status.ts';
import type { InferenceTaskWire } from '../../../protocol/wire/task.ts';
import type { RelayContext } from '../context.ts';
import { delegatedWei, nodeDelegations } from '../delegations.ts';
import { nodeScores } from '../dispatcher.ts';
import { balanceOf } from '../ledger.ts';
import { DAY_MS, emissionWeek, HOUR_MS, type Income, incomes, isOperators, startOf, sumWei } from '../statistics.ts';
import type { NodeRow, TaskRow } from '../store/rows.ts';
import { lockedWei } from '../vesting.ts';

export function taskWire(task: TaskRow): InferenceTaskWire {
  return {
    sequence: task.sequence,
    task_args: task.args,
    task_id_commitment: task.commitment as InferenceTaskWire['task_id_commitment'],
    creator: task.creator,
    sampling_seed: task.samplingSeed,
    nonce: task.nonce,
    status: TASK_STATUS[task.status],
    task_type: TASK_TYPE[task.type],
    task_version: task.version,
    timeout: task.timeoutSeconds,
    min_vram: task.minVramGib,
    required_gpu: task.requiredGpu,
    required_gpu_vram: task.requiredGpuVramGib,
    task_fee: task.feeWei.toString(),
    task_size: task.size,
    model_ids: [...task.modelIds],
    abort_reason: ABORT_REASON[task.abortReason],
    task_error: TASK_ERROR[task.error],
    score: task.score,
    qos_score: task.qosScore ?? 0,
    selected_node: task.selectedNode ?? '',
    create_time: rfc3339(task.createTimeMs),
    ...(task.startTimeMs === null ? {} : { start_time: rfc3339(task.startTimeMs) }),
    ...(task.scoreReadyTimeMs === null ? {} : { score_ready_time: rfc3339(task.scoreReadyTimeMs) }),
    ...(task.validatedTimeMs === null ? {} : { validated_time: rfc3339(task.validatedTimeMs) }),
    ...(task.resultUploadedTimeMs === null ? {} : { result_uploaded_time: rfc3339(task.resultUploadedTimeMs) }),
  };
}

export function unixSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}

/** GET /v1/node/:a; an unknown node looks like one that has quit, with empty values. */
export function nodeWireV1(address: string, node: NodeRow | undefined) {
  return {
    address: node?.address ?? address,
    status: NODE_STATUS[node?.status ?? 'Quit'],
    gpu_name: node?.gpuName ?? '',
    gpu_vram: node?.gpuVramGib ?? 0,
    qos_score: node === undefined ? 0 : Math.trunc(longTermScore(node.qos)),
    version: node?.version ?? '',
    in_use_model_ids: node?.inUseModelIds ?? [],
    model_ids: node?.modelIds ?? [],
  };
}

/** Finds a node by address in any case, because the real relay's database is case-insensitive. */
export function knownNodeAt({ nodes }: Pick<RelayContext['store'], 'nodes'>, address: string): NodeRow | undefined {
  const exact = nodes.get(address);
  if (exact !== undefined || !isHex(address, 20)) return exact;
  return nodes.get(checksumAddress(address));
}

/** CNX as a float, the unit of statistics. */
export function inCnx(wei: bigint): number {
  return Number(formatCnxExact(wei));
}

/** The week that an estimate is about. The devnet has no future emissions, so every estimate is zero. */
export function emissionEstimate(nowMs: number) {
  const { startMs, endMs } = emissionWeek(nowMs);
  return {
    emission_week_start: unixSeconds(startMs),
    emission_week_end: unixSeconds(endMs),
    estimate_updated_at: unixSeconds(startOf(nowMs, HOUR_MS)),
  };
}

/** GET /v2/node/:a (3.3.1). */
export function nodeWireV2(context: RelayContext, address: string, node: NodeRow | undefined) {
  const scores = node === undefined ? { staking: 0, qos: 0, weight: 0 } : nodeScores(context, node);
  const { operator, delegator } = earnings(context, address);
  const { sharePercent, delegations } = nodeDelegations(context, address);
  return {
    address,
    network: node?.network ?? '',
    status: NODE_STATUS[node?.status ?? 'Quit'],
    gpu_name: node?.gpuName ?? '',
    gpu_vram: node?.gpuVramGib ?? 0,
    version: node?.version ?? '',
    in_use_model_ids: node?.inUseModelIds ?? [],
    model_ids: node?.modelIds ?? [],
    staking_score: scores.staking,
    qos_score: scores.qos,
    prob_weight: scores.weight,
    operator_staking: (node?.stakeWei ?? 0n).toString(),
    delegator_staking: delegatedWei(context, address).toString(),
    locked_emission: lockedWei(context, address).toString(),
    relay_account_balance: balanceOf(context, address).toString(),
    delegator_share: sharePercent,
    delegators_num: delegations.length,
    total_operator_earnings: operator.total.toString(),
    today_operator_earnings: operator.today.toString(),
    total_delegator_earnings: delegator.total.toString(),
    today_delegator_earnings: delegator.today.toString(),
    estimated_upcoming_operator_emission: '0',
    estimated_upcoming_delegator_emission: '0',
    ...emissionEstimate(context.clock.now()),
    delegation_apr_12m: 0,
    estimated_next_10k_delegation_apr: 0,
    estimated_next_100k_delegation_apr: 0,
    estimated_next_1m_delegation_apr: 0,
    apr_observation_days: 0,
    delegation_apr_updated_at: 0,
  };
}

interface Earnings {
  readonly total: bigint;
  /** Since UTC midnight. */
  readonly today: bigint;
}

function earnings({ store, clock }: RelayContext, node: string): { readonly operator: Earnings; readonly delegator: Earnings } {
  const midnight = startOf(clock.now(), DAY_MS);
  const own = incomes({ store }).filter((row) => row.node === node);
  const sum = (rows: readonly Income[]): Earnings => ({
    total: sumWei(rows),
    today: sumWei(rows.filter(({ atMs }) => atMs >= midnight)),
  });
  return { operator: sum(own.filter(isOperators)), delegator: sum(own.filter((row) => !isOperators(row))) };
}
