/** The metrics of money, in CNX, and of how a node stands in its network. */
import type { StakeTruth } from '../../contract/truth/stake-truth.ts';
import { type MetricDefinition, ofNode, ofNodes } from './definition.ts';

const NODE = ['node'];

/** What is the host's in the staking contract; null = it is not known, or the network keeps none. */
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
    help: 'What the node has earned since its ledger began. A gauge, for a network can take back what it has granted.',
    labels: ['node', 'source'],
    read: ofNodes(({ metrics }) => [
      [{ source: 'tasks' }, wei(metrics?.earned.tasksWei)],
      [{ source: 'delegation' }, wei(metrics?.earned.delegationWei)],
      [{ source: 'emission' }, wei(metrics?.earned.emissionWei)],
    ]),
  },
  {
    name: 'crynux_payments_total',
    type: 'counter',
    help: 'Entries of the ledger of the node that were earned.',
    labels: NODE,
    read: ofNode(({ metrics }) => metrics?.earned.payments),
  },
  {
    name: 'crynux_spent_cnx',
    type: 'gauge',
    help: 'What it has cost since the ledger began: gas, fees of withdrawals, and what slashes took.',
    labels: ['node', 'on'],
    read: ofNodes(({ metrics }) => [
      [{ on: 'gas' }, wei(metrics?.earned.gasWei)],
      [{ on: 'withdrawals' }, wei(metrics?.earned.withdrawalFeesWei)],
      [{ on: 'slashes' }, wei(metrics?.earned.slashedWei)],
    ]),
  },
  {
    name: 'crynux_account_cnx',
    type: 'gauge',
    help: 'What the ledger of the node says that each account of its host holds.',
    labels: ['node', 'account'],
    read: ofNodes(({ metrics }) => (metrics?.accounts ?? []).map((one) => [{ account: one.account }, BigInt(one.wei)])),
  },
  {
    name: 'crynux_last_payment_timestamp_seconds',
    type: 'gauge',
    help: 'When the node was last paid.',
    labels: NODE,
    read: ofNode(({ metrics }) => (metrics?.lastPaymentMs == null ? null : metrics.lastPaymentMs / 1_000)),
  },
  {
    name: 'crynux_stake_cnx',
    type: 'gauge',
    help: 'What the node has in the staking contract, as its running process last read it.',
    labels: NODE,
    read: ofNode(({ truth }) => stakedWei(truth.stake)),
  },
  {
    name: 'crynux_stake_wanted_cnx',
    type: 'gauge',
    help: 'The stake that the profile of the node states.',
    labels: NODE,
    read: ofNode(({ view }) => BigInt(view.profile.stakeWei)),
  },
  {
    name: 'crynux_stake_minimum_cnx',
    type: 'gauge',
    help: 'The least stake that the network of the node takes, as its preset states it.',
    labels: NODE,
    read: ofNode(({ minimumStakeWei }) => minimumStakeWei),
  },
  {
    name: 'crynux_slashes_total',
    type: 'counter',
    help: 'How often the network has slashed the node. Counted from its records.',
    labels: NODE,
    read: ofNode(({ metrics }) => metrics?.slashes),
  },
  {
    name: 'crynux_kick_outs_total',
    type: 'counter',
    help: 'How often the network has kicked the node out. Counted from its records.',
    labels: NODE,
    read: ofNode(({ metrics }) => metrics?.kickOuts),
  },
  {
    name: 'crynux_qos_score',
    type: 'gauge',
    help: 'Quality of service as the network last told it, 0 to 1.',
    labels: NODE,
    read: ofNode(({ metrics }) => metrics?.standing?.qos),
  },
  {
    name: 'crynux_staking_score',
    type: 'gauge',
    help: 'Score of the stake as the network last told it, 0 to 1.',
    labels: NODE,
    read: ofNode(({ metrics }) => metrics?.standing?.stakingScore),
  },
  {
    name: 'crynux_selection_weight',
    type: 'gauge',
    help: 'Weight of the node when the network chooses one, as the network last told it.',
    labels: NODE,
    read: ofNode(({ metrics }) => metrics?.standing?.weight),
  },
];
