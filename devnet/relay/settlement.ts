/**
 * A task's fee is in escrow from its creation until one of these functions moves it, once. Source: RELAY_PROTOCOL 4.9.
 */
import { distributeByScore, splitPayment } from '../../protocol/money/settlement.ts';
import type { RelayContext } from './context.ts';
import { nodeDelegations } from './delegations.ts';
import { balanceOf, DAO, escrowOf, transfer } from './ledger.ts';
import type { TaskRow } from './store/rows.ts';

/** @throws DevnetError DEVNET_INSUFFICIENT_BALANCE, DEVNET_DOUBLE_ENTRY */
export function chargeFee(context: RelayContext, { creator, commitment, feeWei }: TaskRow): void {
  transfer(context, { type: 'TaskPayment', reason: `4-${commitment}`, from: creator, to: escrowOf(commitment), wei: feeWei });
}

export function refundFee(context: RelayContext, { creator, commitment, feeWei }: TaskRow): void {
  transfer(context, { type: 'TaskRefund', reason: `5-${commitment}`, from: escrowOf(commitment), to: creator, wei: feeWei });
}

export function payFee(context: RelayContext, task: TaskRow): void {
  const { commitment, selectedNode, feeWei } = task;
  if (selectedNode === null) throw new Error(`task ${commitment} has no node to pay`);
  payNode(context, { escrow: escrowOf(commitment), commitment, node: selectedNode, amountWei: feeWei });
}

/** Distributes the winner's fee by rank score; the others' fees were returned to the application at the validation. */
export function distributeFee(context: RelayContext, task: TaskRow): void {
  const members = task.group.map(({ commitment, qosScore }) => ({ id: commitment, qosScore }));
  const shares = distributeByScore({ amountWei: balanceOf(context, escrowOf(task.commitment)), members });
  for (const { commitment, node } of task.group) {
    payNode(context, { escrow: escrowOf(task.commitment), commitment, node, amountWei: shares.get(commitment) ?? 0n });
  }
}

interface Payment {
  readonly escrow: string;
  /** Of the node's own task: names the ledger rows. */
  readonly commitment: string;
  readonly node: string;
  readonly amountWei: bigint;
}

function payNode(context: RelayContext, { escrow, commitment, node, amountWei }: Payment): void {
  const { sharePercent, delegations } = nodeDelegations(context, node);
  const { daoWei, operatorWei, delegators } = splitPayment({
    amountWei,
    daoPercent: context.config.daoPercent,
    delegatorSharePercent: sharePercent,
    delegations: delegations.map(({ delegator, stakeWei }) => ({ address: delegator, stakeWei })),
  });
  if (daoWei > 0n) {
    transfer(context, { type: 'DaoTaskShare', reason: `1-${commitment}`, from: escrow, to: DAO, wei: daoWei });
  }
  for (const [delegator, wei] of delegators) {
    transfer(context, { type: 'UserDelegation', reason: `8-${commitment}-${delegator}`, from: escrow, to: delegator, wei });
  }
  transfer(context, { type: 'TaskIncome', reason: `0-${commitment}`, from: escrow, to: node, wei: operatorWei });
}
