/** A withdrawal before it is made: its cost, destination, effects on the node, and problems. Pure. */
import type { Hex } from '../../../protocol/hex.ts';
import { maxWithdrawable, type WithdrawalTerms, withdrawalFee } from '../../../protocol/money/withdrawal-terms.ts';
import type { ConfirmableAct } from '../confirmations.ts';
import { MoneyError } from '../errors.ts';
import { forecastWeight, type SelectionBasis, type WeightForecast } from '../stake/weight-forecast.ts';

export interface WithdrawalFacts {
  /** The amount that should arrive; the fee is added to it. */
  readonly amountWei: bigint;
  readonly network: string;
  /** Null: the relay does not pay out on this network. */
  readonly terms: WithdrawalTerms | null;
  readonly balanceWei: bigint;
  /** The beneficial address on the chain; null = not set, so the relay pays to the node's own address. */
  readonly benefitAddress: Hex | null;
  /** The node's own. */
  readonly ownAddress: Hex;
  /** Withdrawals of this UTC day that did not fail. Those of other nodes with the same beneficial address count too,
   * but only the relay knows them. */
  readonly doneToday: number;
  /** Null if the relay does not publish it. */
  readonly basis: SelectionBasis | null;
  /** One whose outcome is unknown. */
  readonly hasOpen: boolean;
}

export interface WithdrawalPreview {
  readonly amountWei: bigint;
  /** According to the published terms; the relay's record shows what was actually charged. */
  readonly feeWei: bigint;
  readonly chargedWei: bigint;
  readonly balanceWei: bigint;
  /** Negative if the balance is too small. */
  readonly remainingWei: bigint;
  readonly minimumWei: bigint;
  readonly mostWei: bigint;
  readonly destination: Hex;
  /** No beneficial address is set. */
  readonly toOwnKey: boolean;
  readonly network: string;
  /** Null = no known limit. */
  readonly leftToday: number | null;
  readonly weight: WeightForecast | null;
  /** Empty: it can be requested. */
  readonly problems: readonly MoneyError[];
}

const NO_TERMS: WithdrawalTerms = { fixedFeeWei: 0n, minimumWei: 0n, tiers: [], perDay: null };

export function previewWithdrawal(facts: WithdrawalFacts): WithdrawalPreview {
  const { amountWei, network, balanceWei, benefitAddress, ownAddress, doneToday, basis } = facts;
  const terms = facts.terms ?? NO_TERMS;
  const feeWei = withdrawalFee(terms, amountWei);
  const chargedWei = amountWei + feeWei;
  const remainingWei = balanceWei - chargedWei;
  const isLimited = terms.perDay !== null && terms.perDay > 0;
  const preview = {
    amountWei,
    feeWei,
    chargedWei,
    balanceWei,
    remainingWei,
    minimumWei: terms.minimumWei,
    mostWei: maxWithdrawable(terms, balanceWei),
    destination: benefitAddress ?? ownAddress,
    toOwnKey: benefitAddress === null,
    network,
    leftToday: isLimited ? Math.max(0, (terms.perDay ?? 0) - doneToday) : null,
    weight:
      basis === null
        ? null
        : forecastWeight({ ...basis, relayBalanceWei: balanceWei }, { relayBalanceWei: atLeastZero(remainingWei) }),
  };
  return { ...preview, problems: problemsOf(facts, preview) };
}

function problemsOf(facts: WithdrawalFacts, preview: Omit<WithdrawalPreview, 'problems'>): MoneyError[] {
  const { amountWei, minimumWei, mostWei, remainingWei, leftToday, network } = preview;
  const problems: MoneyError[] = [];
  if (facts.terms === null)
    problems.push(new MoneyError('MONEY_WITHDRAW_NETWORK', `the relay does not pay out on ${network}`, { network }));
  if (facts.hasOpen)
    problems.push(new MoneyError('MONEY_WITHDRAW_OPEN', 'the outcome of an earlier withdrawal is not known yet'));
  if (amountWei <= 0n || amountWei < minimumWei) {
    const text = `${amountWei} wei is less than the minimum of ${minimumWei} wei`;
    problems.push(new MoneyError('MONEY_WITHDRAW_TOO_SMALL', text, { minimumWei: String(minimumWei) }));
  }
  if (remainingWei < 0n) {
    const text = `${-remainingWei} wei are missing for the amount and its fee`;
    problems.push(
      new MoneyError('MONEY_WITHDRAW_INSUFFICIENT', text, { missingWei: String(-remainingWei), mostWei: String(mostWei) }),
    );
  }
  if (leftToday === 0) problems.push(new MoneyError('MONEY_WITHDRAW_DAILY_LIMIT', 'no withdrawal is left on this UTC day'));
  return problems;
}

/** What the host confirms; balance and weight change all the time and are not included. */
export function withdrawalAct({ amountWei, feeWei, destination, network }: WithdrawalPreview): ConfirmableAct {
  return { kind: 'withdraw', facts: { amountWei: String(amountWei), feeWei: String(feeWei), destination, network } };
}

function atLeastZero(wei: bigint): bigint {
  return wei < 0n ? 0n : wei;
}
