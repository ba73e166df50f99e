/** How a fee is split. Nothing is minted or lost. Source: RELAY_PROTOCOL 4.9. */
import { ProtocolError } from '../errors.ts';

export interface ScoredMember {
  readonly id: string;
  /** Rank score: a non-negative integer. */
  readonly qosScore: number;
}

export interface PaidMember extends ScoredMember {
  /** The member's own task fee, in wei. */
  readonly feeWei: bigint;
}

/**
 * Splits an amount by QoS score. Shares are rounded down; the rounding remainder, always less than one wei
 * per member, goes to the last member that has a score, as the networks do. Shares add up to the amount.
 * @throws ProtocolError PROTOCOL_BAD_AMOUNT (negative amount, unusable score, all scores zero)
 */
export function distributeByScore(group: {
  readonly amountWei: bigint;
  readonly members: readonly ScoredMember[];
}): Map<string, bigint> {
  const { amountWei, members } = group;
  assertAmount(amountWei);
  const total = totalScore(members);
  const shares = new Map(members.map(({ id, qosScore }) => [id, (amountWei * BigInt(qosScore)) / total]));
  const last = members.findLast((member) => member.qosScore > 0);
  const remainder = amountWei - sum(shares.values());
  if (last !== undefined) shares.set(last.id, (shares.get(last.id) ?? 0n) + remainder);
  return shares;
}

/**
 * The relay's own group payout, members in task-id order: every share comes from the member's own fee, and
 * the remainders are added to the last share without being divided by the total score (deviation
 * `relayOverpaysGroupRemainders`).
 */
export function relayGroupShares({ members }: { readonly members: readonly PaidMember[] }): Map<string, bigint> {
  const total = totalScore(members);
  const shares = new Map<string, bigint>();
  let remainders = 0n;
  for (const { id, feeWei, qosScore } of members) {
    assertAmount(feeWei);
    const product = feeWei * BigInt(qosScore);
    shares.set(id, product / total);
    remainders += product % total;
  }
  const last = members.at(-1);
  if (last !== undefined) shares.set(last.id, (shares.get(last.id) ?? 0n) + remainders);
  return shares;
}

/** Wei that the relay mints by {@link relayGroupShares}: its payments beyond the score-weighted mean of the fees. */
export function relayGroupOverpayWei({ members }: { readonly members: readonly PaidMember[] }): bigint {
  const weighted = members.reduce((acc, { feeWei, qosScore }) => acc + feeWei * BigInt(qosScore), 0n);
  return sum(relayGroupShares({ members }).values()) - weighted / totalScore(members);
}

/** Scores by position in the call, whatever the ranking (CHAIN_PROTOCOL 2.9). */
export const CONTRACT_POSITION_SCORES = [10, 9, 6] as const;

/**
 * The contract's group payout of the winner's fee, members in argument order (deviation `contractSplitsTinyFees`).
 * Null when the contract panics, so that the group can never be validated.
 */
export function contractGroupShares(group: {
  readonly amountWei: bigint;
  readonly members: readonly ScoredMember[];
}): Map<string, bigint> | null {
  assertAmount(group.amountWei);
  const total = totalScore(group.members);
  const shares = new Map<string, bigint>();
  let remaining = group.amountWei;
  for (const { id, qosScore } of group.members) {
    const share = (group.amountWei * BigInt(qosScore)) / total;
    if (share > remaining) return null;
    shares.set(id, remaining - share < 3n ? remaining : share);
    remaining -= shares.get(id) ?? 0n;
  }
  return shares;
}

export interface PaymentSplit {
  readonly daoWei: bigint;
  readonly operatorWei: bigint;
  readonly delegators: Map<string, bigint>;
}

/**
 * Splits one node's payment: DAO first, then the delegators' percentage of the rest by stake (rounded down, remainder to
 * the first delegation), then the operator gets the rest. Percentages are whole, 0–100.
 * @throws ProtocolError PROTOCOL_BAD_AMOUNT
 */
export function splitPayment(payment: {
  readonly amountWei: bigint;
  readonly daoPercent: number;
  readonly delegatorSharePercent: number;
  readonly delegations: readonly { readonly address: string; readonly stakeWei: bigint }[];
}): PaymentSplit {
  const { amountWei, delegations } = payment;
  assertAmount(amountWei);
  for (const { stakeWei } of delegations) assertAmount(stakeWei);
  const daoWei = percentOf(amountWei, payment.daoPercent);
  const totalStake = sum(delegations.map((delegation) => delegation.stakeWei));
  const poolWei = totalStake === 0n ? 0n : percentOf(amountWei - daoWei, payment.delegatorSharePercent);
  const delegators = new Map<string, bigint>();
  if (poolWei > 0n) {
    for (const { address, stakeWei } of delegations) addShare(delegators, address, (poolWei * stakeWei) / totalStake);
    const first = delegations[0];
    if (first !== undefined) addShare(delegators, first.address, poolWei - sum(delegators.values()));
  }
  return { daoWei, operatorWei: amountWei - daoWei - poolWei, delegators };
}

function totalScore(members: readonly ScoredMember[]): bigint {
  for (const { id, qosScore } of members) {
    if (!Number.isSafeInteger(qosScore) || qosScore < 0) {
      throw new ProtocolError('PROTOCOL_BAD_AMOUNT', `the QoS score of ${id} is not a non-negative integer`, { id, qosScore });
    }
  }
  const total = sum(members.map((member) => BigInt(member.qosScore)));
  if (total === 0n) throw new ProtocolError('PROTOCOL_BAD_AMOUNT', 'no member of the group has a score to share by');
  return total;
}

function percentOf(amountWei: bigint, share: number): bigint {
  if (!Number.isInteger(share) || share < 0 || share > 100) {
    throw new ProtocolError('PROTOCOL_BAD_AMOUNT', `${share} is not a whole percentage`, { share });
  }
  return (amountWei * BigInt(share)) / 100n;
}

function addShare(shares: Map<string, bigint>, id: string, wei: bigint): void {
  shares.set(id, (shares.get(id) ?? 0n) + wei);
}

function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

function assertAmount(wei: bigint): void {
  if (wei < 0n) throw new ProtocolError('PROTOCOL_BAD_AMOUNT', `${wei} wei is negative`, { wei: wei.toString() });
}
