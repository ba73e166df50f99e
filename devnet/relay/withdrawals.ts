/** Withdrawals: the money is held until the relay's wallet reports the outcome. Source: RELAY_PROTOCOL 3.5, 3.8. */
import type { Hex } from '../../protocol/hex.ts';
import type { RelayContext } from './context.ts';
import { balanceOf, OUTSIDE, transfer, WITHDRAW_FEES, withdrawalOf } from './ledger.ts';
import { refuseField } from './refusal.ts';
import type { WithdrawalRow } from './store/rows.ts';
import { chargedFee } from './withdrawal-fee.ts';

const DAY_MS = 86_400_000;

export interface WithdrawalRequest {
  readonly address: Hex;
  readonly benefitAddress: Hex;
  readonly network: string;
  /** What arrives; the fee is added. */
  readonly amountWei: bigint;
  /** The destination is the beneficial address on the chain. */
  readonly isBenefit: boolean;
  /** Of the signed request: the withdraw service gets both. */
  readonly timestamp: number;
  readonly signature: string;
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
  const day = Math.floor(clock.now() / DAY_MS);
  const today = store.withdrawals
    .values()
    .filter((row) => row.status !== 'Failed' && Math.floor(row.atMs / DAY_MS) === day)
    .filter((row) => row.network === network);
  const count = Math.max(
    today.filter((row) => row.address === address).length,
    today.filter((row) => row.benefitAddress === benefitAddress).length,
  );
  if (count >= config.withdraw.perDay) throw refuseField('amount', 'Daily withdrawal limit exceeded');
  if (balanceOf(context, address) < amountWei + feeWei) throw refuseField('amount', 'Insufficient relay account balance');
  const id = store.withdrawals.size + 1;
  return store.transaction(() => {
    transfer(context, { type: 'Withdraw', reason: `6-${id}`, from: address, to: withdrawalOf(id), wei: amountWei + feeWei });
    const open = { status: 'Pending', txHash: '', signedHash: '' } as const;
    return store.withdrawals.put({ id, ...wanted, feeWei, eventId: store.ledger.size, ...open, atMs: clock.now() });
  });
}

/** Repeating this for a fulfilled one changes nothing. @throws Refusal */
export function fulfilWithdrawal(context: RelayContext, { id, txHash }: { readonly id: number; readonly txHash: string }): void {
  const row = pending(context, { id, already: 'Success' });
  if (row === null) return;
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

/** Repeating this for a rejected one changes nothing. @throws Refusal */
export function rejectWithdrawal(context: RelayContext, id: number): void {
  const row = pending(context, { id, already: 'Failed' });
  if (row === null) return;
  const wei = row.amountWei + row.feeWei;
  context.store.transaction(() => {
    transfer(context, { type: 'WithdrawRefund', reason: `7-${id}`, from: withdrawalOf(id), to: row.address, wei });
    context.store.withdrawals.put({ ...row, status: 'Failed' });
  });
}

/** Null = it was already done before. */
function pending(
  { store }: RelayContext,
  { id, already }: { readonly id: number; readonly already: WithdrawalRow['status'] },
): WithdrawalRow | null {
  const row = store.withdrawals.get(String(id));
  if (row === undefined) throw refuseField('id', 'Withdraw request not found');
  if (row.status === already) return null;
  if (row.status !== 'Pending') throw refuseField('id', 'withdraw request is not pending');
  return row;
}
