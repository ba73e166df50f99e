/** Money on its way out: held apart until the relay's wallet says what became of it. Source: RELAY_PROTOCOL 3.5, 3.8. */
import type { Hex } from '../../protocol/hex.ts';
import type { RelayContext } from './context.ts';
import { balanceOf, OUTSIDE, transfer, WITHDRAW_FEES, withdrawalOf } from './ledger.ts';
import { exception, refuseField } from './refusal.ts';
import type { WithdrawalRow } from './store/rows.ts';
import { chargedFee } from './withdrawal-fee.ts';

const DAY_MS = 86_400_000;

export interface WithdrawalRequest {
  readonly address: Hex;
  readonly benefitAddress: Hex;
  readonly network: string;
  /** What arrives; the fee comes on top. */
  readonly amountWei: bigint;
  /** The destination is the beneficial address that the chain names. */
  readonly isBenefit: boolean;
}

/** @throws Refusal */
export function requestWithdrawal(context: RelayContext, request: WithdrawalRequest): WithdrawalRow {
  const { store, config, clock } = context;
  const { isBenefit, ...wanted } = request;
  const { address, benefitAddress, network, amountWei } = wanted;
  if (!config.networks.includes(network)) throw refuseField('network', 'Unsupported withdraw network');
  if (amountWei < config.withdraw.minimumWei) throw refuseField('amount', 'Amount is too small');
  if (!isBenefit) throw refuseField('benefit_address', 'Benefit address mismatch');
  const feeWei = chargedFee(config.withdraw, amountWei);
  if (balanceOf(context, address) < amountWei + feeWei) throw refuseField('amount', 'Insufficient relay account balance');
  const today = Math.floor(clock.now() / DAY_MS);
  const count = store.withdrawals
    .values()
    .filter((row) => row.status !== 'Failed' && Math.floor(row.atMs / DAY_MS) === today)
    .filter((row) => row.address === address || row.benefitAddress === benefitAddress).length;
  if (count >= config.withdraw.perDay) throw refuseField('amount', 'Daily withdrawal limit exceeded');
  const id = store.withdrawals.size + 1;
  return store.transaction(() => {
    transfer(context, { type: 'Withdraw', reason: `6-${id}`, from: address, to: withdrawalOf(id), wei: amountWei + feeWei });
    return store.withdrawals.put({ id, ...wanted, feeWei, status: 'Pending', txHash: '', signedHash: '', atMs: clock.now() });
  });
}

export function fulfilWithdrawal(context: RelayContext, { id, txHash }: { readonly id: number; readonly txHash: string }): void {
  const row = pending(context, id);
  context.store.transaction(() => {
    transfer(context, { type: 'Withdraw', reason: `6-${id}-out`, from: withdrawalOf(id), to: OUTSIDE, wei: row.amountWei });
    transfer(context, {
      type: 'WithdrawFeeIncome',
      reason: `2-${id}`,
      from: withdrawalOf(id),
      to: WITHDRAW_FEES,
      wei: row.feeWei,
    });
    context.store.withdrawals.put({ ...row, status: 'Success', txHash });
  });
}

export function rejectWithdrawal(context: RelayContext, id: number): void {
  const row = pending(context, id);
  const wei = row.amountWei + row.feeWei;
  context.store.transaction(() => {
    transfer(context, { type: 'WithdrawRefund', reason: `7-${id}`, from: withdrawalOf(id), to: row.address, wei });
    context.store.withdrawals.put({ ...row, status: 'Failed' });
  });
}

function pending({ store }: RelayContext, id: number): WithdrawalRow {
  const row = store.withdrawals.get(String(id));
  if (row === undefined) throw exception('record not found');
  if (row.status !== 'Pending') throw exception('withdraw record is not pending');
  return row;
}
