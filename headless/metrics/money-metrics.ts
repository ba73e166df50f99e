/** Metrics of money, in CNX, and of a node's standing in its network. */
import type { StakeTruth } from '../../contract/truth/stake-truth.ts';
import { type MetricDefinition, perNode, perNodeLabelled } from './definition.ts';

const NODE = ['node'];

/** The operator's own stake in the staking contract; null = unknown, or the network has none. */
function stakedWei(stake: StakeTruth): bigint | null {
  switch (stake.kind) {
    case 'none':
    case 'unknown':
      return null;
    case 'slashed':
    case 'notStaked':
      return 0n;
    default:
      return stake.wei;
  }
}

const wei = (text: string | undefined) => (text === undefined ? null : BigInt(text));

export const MONEY_METRICS: readonly MetricDefinition[] = [
  {
    name: 'crynux_earned_cnx',
    type: 'gauge',
    help: 'What the node has earned since its ledger began. A gauge, because a network can take back what it granted.',
    labels: ['node', 'source'],
    read: perNodeLabelled(({ metrics }) => [
      [{ source: 'tasks' }, wei(metrics?.earned.tasksWei)],
      [{ source: 'delegation' }, wei(metrics?.earned.delegationWei)],
      [{ source: 'emission' }, wei(metrics?.earned.emissionWei)],
    ]),
  },
  {
    name: 'crynux_payments_total',
    type: 'counter',
    help: "Number of earnings entries in the node's ledger.",
    labels: NODE,
    read: perNode(({ metrics }) => metrics?.earned.payments),
  },
  {
    name: 'crynux_spent_cnx',
    type: 'gauge',
    help: 'What the node has cost since its ledger began: gas, withdrawal fees and slashes.',
    labels: ['node', 'on'],
    read: perNodeLabelled(({ metrics }) => [
      [{ on: 'gas' }, wei(metrics?.earned.gasWei)],
      [{ on: 'withdrawals' }, wei(metrics?.earned.withdrawalFeesWei)],
      [{ on: 'slashes' }, wei(metrics?.earned.slashedWei)],
    ]),
  },
  {
    name: 'crynux_account_cnx',
    type: 'gauge',
    help: "What each of the host's accounts holds, according to the node's ledger.",
    labels: ['node', 'account'],
    read: perNodeLabelled(({ metrics }) => (metrics?.accounts ?? []).map((one) => [{ account: one.account }, BigInt(one.wei)])),
  },
  {
    name: 'crynux_last_payment_timestamp_seconds',
    type: 'gauge',
    help: 'When the node was last paid.',
    labels: NODE,
    read: perNode(({ metrics }) => (metrics?.lastPaymentMs == null ? null : metrics.lastPaymentMs / 1_000)),
  },
  {
    name: 'crynux_stake_cnx',
    type: 'gauge',
    help: "The node's balance in the staking contract, as last read by its running process.",
    labels: NODE,
    read: perNode(({ truth }) => stakedWei(truth.stake)),
  },
  {
    name: 'crynux_stake_wanted_cnx',
    type: 'gauge',
    help: "The stake set in the node's profile.",
    labels: NODE,
    read: perNode(({ view }) => BigInt(view.profile.stakeWei)),
  },
  {
    name: 'crynux_stake_minimum_cnx',
    type: 'gauge',
    help: "The minimum stake of the node's network, from its preset.",
    labels: NODE,
    read: perNode(({ minimumStakeWei }) => minimumStakeWei),
  },
  {
    name: 'crynux_slashes_total',
    type: 'counter',
    help: 'How often the network has slashed the node, counted from its records.',
    labels: NODE,
    read: perNode(({ metrics }) => metrics?.slashes),
  },
  {
    name: 'crynux_kick_outs_total',
    type: 'counter',
    help: 'How often the network has kicked the node out, counted from its records.',
    labels: NODE,
    read: perNode(({ metrics }) => metrics?.kickOuts),
  },
  {
    name: 'crynux_qos_score',
    type: 'gauge',
    help: 'Quality of service as last reported by the network, 0 to 1.',
    labels: NODE,
    read: perNode(({ metrics }) => metrics?.standing?.qos),
  },
  {
    name: 'crynux_staking_score',
    type: 'gauge',
    help: 'Stake score as last reported by the network, 0 to 1.',
    labels: NODE,
    read: perNode(({ metrics }) => metrics?.standing?.stakingScore),
  },
  {
    name: 'crynux_selection_weight',
    type: 'gauge',
    help: "The node's weight when the network selects nodes, as last reported by the network.",
    labels: NODE,
    read: perNode(({ metrics }) => metrics?.standing?.weight),
  },
];
