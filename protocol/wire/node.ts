/** Node objects and requests of the relay's HTTP API. Source: RELAY_PROTOCOL 3.3. */
import { z } from 'zod';
import { nodeStatusFromNumber } from '../node/status.ts';
import { addressField, goArray, uintField, weiField } from './fields.ts';

const nodeStatusField = z.number().transform((value, context) => {
  const name = nodeStatusFromNumber(value);
  if (name === undefined) {
    context.addIssue({ code: 'custom', message: `unknown node status ${value}` });
    return z.NEVER;
  }
  return name;
});

/**
 * GET /v2/node/:a (3.3.1): the fields that a node needs; the others are left out of the contract. VRAM in GiB, amounts in
 * wei.
 */
export const nodeInfoSchema = z
  .object({
    address: addressField,
    network: z.string().default(''),
    status: nodeStatusField,
    gpu_name: z.string(),
    gpu_vram: uintField,
    version: z.string(),
    in_use_model_ids: goArray(z.string()),
    model_ids: goArray(z.string()),
    staking_score: z.number(),
    qos_score: z.number(),
    prob_weight: z.number(),
    operator_staking: weiField,
    delegator_staking: weiField,
    relay_account_balance: weiField.default(0n),
    locked_emission: weiField.default(0n),
    delegator_share: uintField,
    delegators_num: uintField,
    total_operator_earnings: weiField,
    today_operator_earnings: weiField,
    total_delegator_earnings: weiField,
    today_delegator_earnings: weiField,
  })
  .transform((node) => ({
    address: node.address,
    network: node.network,
    status: node.status,
    gpuName: node.gpu_name,
    gpuVramGib: node.gpu_vram,
    version: node.version,
    inUseModelIds: node.in_use_model_ids,
    modelIds: node.model_ids,
    stakingScore: node.staking_score,
    qosScore: node.qos_score,
    probWeight: node.prob_weight,
    operatorStakingWei: node.operator_staking,
    delegatorStakingWei: node.delegator_staking,
    relayBalanceWei: node.relay_account_balance,
    lockedEmissionWei: node.locked_emission,
    delegatorShare: node.delegator_share,
    delegatorsNum: node.delegators_num,
    totalOperatorEarningsWei: node.total_operator_earnings,
    todayOperatorEarningsWei: node.today_operator_earnings,
    totalDelegatorEarningsWei: node.total_delegator_earnings,
    todayDelegatorEarningsWei: node.today_delegator_earnings,
  }));
export type NodeInfo = z.output<typeof nodeInfoSchema>;

/**
 * GET /v1/node/:a, which is public: the current state of a node. A node that the relay has never seen, or that has left,
 * has the status `Quit`. Its `qos_score` differs from the one in the signed request, and is not used.
 */
export const nodePresenceSchema = z
  .object({ address: z.string(), status: nodeStatusField, version: z.string() })
  .transform(({ address, status, version }) => ({ address, status, version: version === '' ? null : version }));
export type NodePresence = z.output<typeof nodePresenceSchema>;

/** POST /v2/node/:a/join, signed part (2.4). `staking` in wei. */
export interface JoinPayload {
  readonly address: string;
  readonly network: string;
  readonly gpu_name: string;
  readonly gpu_vram: number;
  readonly version: string;
  readonly model_ids: readonly string[];
  readonly staking: string;
}

/** POST /v2/node/:a/capabilities, signed part (2.4). */
export type CapabilitiesPayload = Omit<JoinPayload, 'network' | 'staking'>;

/** POST /v2/tasks/:c/node_error, signed part (2.4); `captured_at` is sent with it, unsigned. */
export interface NodeErrorPayload {
  readonly node_address: string;
  readonly task_id_commitment: string;
  readonly task_args: string;
  readonly error_type: string;
  readonly message: string;
  readonly stack_trace: string;
  readonly gpu_count: number;
  readonly gpu_model: string;
  readonly gpu_vram_mb: number;
  readonly executor_mode: string;
}
