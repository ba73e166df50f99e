/**
 * The effect of a change of stake, relay balance or delegator share on the chance of getting tasks. Pure. Source:
 * RELAY_PROTOCOL 4.2. The relay reports only this node's own score; what depends on others is given as a range, and
 * what cannot be known is listed.
 */
import type { Unknown } from '../../../contract/money-acts.ts';
import { selectionWeight, stakingScore } from '../../../protocol/node/selection.ts';
import type { NodeInfo } from '../../../protocol/wire/node.ts';

/** The relay's current view of the node. */
export type SelectionBasis = Pick<
  NodeInfo,
  | 'operatorStakingWei'
  | 'delegatorStakingWei'
  | 'lockedEmissionWei'
  | 'relayBalanceWei'
  | 'delegatorShare'
  | 'stakingScore'
  | 'qosScore'
>;

/** The changed values; the others stay. Amounts in wei, the share in whole percent. */
export interface SelectionChange {
  /** Coins; staked credits do not count (RELAY_PROTOCOL 11, 20–21). */
  readonly operatorStakeWei?: bigint | undefined;
  readonly relayBalanceWei?: bigint | undefined;
  readonly delegatorShare?: number | undefined;
}

export interface Range<Value> {
  readonly low: Value;
  readonly high: Value;
}

export interface WeightForecast {
  /** Stake that counts: own, delegated, locked emissions and relay balance. */
  readonly before: { readonly scoreStakeWei: bigint; readonly stakingScore: number; readonly weight: number };
  readonly after: {
    readonly scoreStakeWei: Range<bigint>;
    /** 0–1. */
    readonly stakingScore: Range<number>;
    readonly weight: Range<number>;
  };
  readonly unknowns: readonly Unknown[];
}

export function forecastWeight(basis: SelectionBasis, change: SelectionChange): WeightForecast {
  const delegated = delegatedAfter(basis, change.delegatorShare ?? basis.delegatorShare);
  const fixedWei =
    (change.operatorStakeWei ?? basis.operatorStakingWei) +
    (change.relayBalanceWei ?? basis.relayBalanceWei) +
    basis.lockedEmissionWei;
  const beforeWei = basis.operatorStakingWei + basis.delegatorStakingWei + basis.lockedEmissionWei + basis.relayBalanceWei;
  const stake = { low: fixedWei + delegated.low, high: fixedWei + delegated.high };
  const standing = { beforeWei, score: basis.stakingScore };
  const scores = { low: scoreAfter(standing, stake.low).low, high: scoreAfter(standing, stake.high).high };
  const weigh = (staking: number) => selectionWeight({ staking, qos: basis.qosScore, inUseBaseModels: [], taskBaseModels: [] });
  return {
    before: { scoreStakeWei: beforeWei, stakingScore: basis.stakingScore, weight: weigh(basis.stakingScore) },
    after: { scoreStakeWei: stake, stakingScore: scores, weight: { low: weigh(scores.low), high: weigh(scores.high) } },
    unknowns: [
      'othersStakes',
      'qosStays',
      ...unknownsOf(standing, stake.low),
      ...(delegated.mayMove ? (['delegatorsMayMove'] as const) : []),
    ],
  };
}

interface Standing {
  readonly beforeWei: bigint;
  /** 0–1, as the relay reports it. */
  readonly score: number;
}

function isScored({ beforeWei, score }: Standing): boolean {
  return beforeWei > 0n && score > 0;
}

function scoreAfter(standing: Standing, wei: bigint): Range<number> {
  const { beforeWei, score } = standing;
  if (wei <= 0n) return { low: 0, high: 0 };
  if (!isScored(standing)) return { low: 0, high: 1 };
  if (score >= 1) {
    // The highest stake of the others is between zero and this node's current stake.
    return { low: Math.min(1, stakingScore(wei, beforeWei)), high: 1 };
  }
  const exact = Math.min(1, score * Math.sqrt(Number(wei) / Number(beforeWei)));
  return { low: exact, high: exact };
}

function unknownsOf(standing: Standing, lowWei: bigint): readonly Unknown[] {
  if (!isScored(standing)) return ['notScored'];
  return standing.score >= 1 && lowWei < standing.beforeWei ? ['ownStakeIsHighest'] : [];
}

/**
 * A smaller share may drive delegations away, and so may a share of zero; those that stay count, but earn nothing any
 * more.
 */
function delegatedAfter(
  { delegatorStakingWei: wei, delegatorShare: before }: SelectionBasis,
  share: number,
): Range<bigint> & { readonly mayMove: boolean } {
  if (share === before) return { low: wei, high: wei, mayMove: false };
  return { low: share < before ? 0n : wei, high: wei, mayMove: true };
}
