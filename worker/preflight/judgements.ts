/** The checks' decisions. Pure. Amounts in wei, sizes in bytes. */
import type { EngineKind } from '../../contract/node-config.ts';
import { isBaseModelId } from '../../protocol/models/model-id.ts';
import { MAX_CLOCK_DISTANCE_SECONDS } from '../../protocol/signing/request-signature.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import { planStake, type Stake } from '../chain/contracts/stake-plan.ts';
import type { ClockReading } from '../networks/network-clock.ts';
import { objection, ok, type Verdict } from './check.ts';

const MAX_MS = MAX_CLOCK_DISTANCE_SECONDS * 1000;
/** Half the distance at which signatures are refused. */
const DRIFT_MS = MAX_MS / 2;

/** Source: RELAY_PROTOCOL 2.1 step 7. `offsetSeconds` > 0: this clock is behind. */
export function judgeClock({ networkSeconds, sentMs, receivedMs }: ClockReading): Verdict {
  // The relay's second started up to one second ago, and its answer took part of the round trip.
  const errorMs = 500 + (receivedMs - sentMs) / 2;
  const offsetMs = networkSeconds * 1000 + 500 - (sentMs + receivedMs) / 2;
  const params = { offsetSeconds: offsetMs / 1000, errorSeconds: errorMs / 1000, maxSeconds: MAX_CLOCK_DISTANCE_SECONDS };
  const distance = Math.abs(offsetMs);
  if (distance - errorMs > MAX_MS) return objection('fail', 'CLOCK_SKEW', params);
  if (distance + errorMs > MAX_MS) return objection('unknown', 'PREFLIGHT_CLOCK_UNCERTAIN', params);
  return distance - errorMs > DRIFT_MS ? objection('warn', 'PREFLIGHT_CLOCK_DRIFTS', params) : ok(params);
}

/** Our own engine does not train. A node cannot tell its network, only its host. */
const TASK_TYPES_OF: Readonly<Record<EngineKind, readonly TaskType[]>> = {
  embedded: ['StableDiffusion', 'Llm'],
  official: ['StableDiffusion', 'Llm', 'FineTuneLora'],
  program: ['StableDiffusion', 'Llm', 'FineTuneLora'],
};

/** Law 7; also tells, before the node joins, which tasks its engine accepts. */
export function judgeEngine({ kind, accepted }: { kind: EngineKind; accepted: readonly EngineKind[] }): Verdict {
  const params = { engine: kind, accepted: [...accepted], taskTypes: [...TASK_TYPES_OF[kind]] };
  return accepted.includes(kind) ? ok(params) : objection('fail', 'ENGINE_NOT_ACCEPTED', params);
}

/** `expected` null: the network does not publish it, so the first endpoint's answer is pinned. */
export function judgeChainId({ expected, actual }: { expected: number | null; actual: number }): Verdict {
  const params = { expected, actual };
  return expected === null || expected === actual ? ok(params) : objection('fail', 'PREFLIGHT_CHAIN_ID', params);
}

export interface Funds {
  /** Coins of the node's account. */
  readonly walletWei: bigint;
  readonly stake: Stake;
  readonly freeCreditsWei: bigint;
  readonly minimumWei: bigint;
  readonly targetWei: bigint;
  /** The cost of one transaction at the chain's current price, and how many more must remain affordable after staking. */
  readonly gas: { readonly perTransactionWei: bigint; readonly reserveTransactions: number };
}

/** @throws ChainError CHAIN_STAKE_BELOW_MINIMUM, CHAIN_STAKE_LEAVING */
export function judgeFunds({ walletWei, stake, freeCreditsWei, minimumWei, targetWei, gas }: Funds): Verdict {
  const plan = planStake({ stake, freeCreditsWei, minimumWei, targetWei });
  const stakeWei = plan.kind === 'raise' ? plan.valueWei : 0n;
  const gasWei = plan.kind === 'unchanged' ? 0n : gas.perTransactionWei;
  const reserveWei = gas.perTransactionWei * BigInt(gas.reserveTransactions);
  const creditsWei = stake.creditsWei + (plan.kind === 'raise' ? plan.fromCreditsWei : 0n);
  const missing = (neededWei: bigint) => (neededWei > walletWei ? neededWei - walletWei : 0n);
  const describe = (neededWei: bigint) => ({
    walletWei: walletWei.toString(),
    stakeWei: stakeWei.toString(),
    gasWei: gasWei.toString(),
    reserveWei: reserveWei.toString(),
    creditsWei: creditsWei.toString(),
    minimumWei: minimumWei.toString(),
    missingWei: missing(neededWei).toString(),
  });
  if (missing(stakeWei) > 0n) return objection('fail', 'PREFLIGHT_STAKE_UNCOVERED', describe(stakeWei + gasWei));
  if (missing(stakeWei + gasWei) > 0n) return objection('fail', 'PREFLIGHT_GAS_UNCOVERED', describe(stakeWei + gasWei));
  const all = describe(stakeWei + gasWei + reserveWei);
  if (creditsWei > 0n) return objection('warn', 'PREFLIGHT_STAKED_CREDITS', all);
  return missing(stakeWei + gasWei + reserveWei) > 0n ? objection('warn', 'PREFLIGHT_GAS_LOW', all) : ok(all);
}

export interface ContractFacts {
  /** The network currently allows no change of stake. */
  readonly isPaused: boolean;
  /** The stake already has the wanted amount: nothing has to change. */
  readonly isSettled: boolean;
  /** Whether the relay was found to use these contracts. */
  readonly relay: 'seen' | 'unknown';
}

export function judgeContracts({ isPaused, isSettled, relay }: ContractFacts): Verdict {
  if (isPaused) return objection(isSettled ? 'warn' : 'fail', 'CHAIN_PAUSED', { relay });
  return ok({ relay });
}

/** Prevents no start: the network no longer uses this stake. */
export function judgeLegacyStake(stake: Stake | null): Verdict {
  if (stake === null || stake.status === 'Unstaked') return ok();
  const { status, balanceWei, creditsWei } = stake;
  return objection('warn', 'PREFLIGHT_LEGACY_STAKE', { status, balanceWei: String(balanceWei), creditsWei: String(creditsWei) });
}

/** `missing`: configured models that are not on disk. */
export function judgeModels({ configured, missing }: { configured: readonly string[]; missing: readonly string[] }): Verdict {
  if (configured.length === 0) return objection('fail', 'PREFLIGHT_NO_MODELS');
  if (missing.length > 0) return objection('fail', 'PREFLIGHT_MODELS_MISSING', { missing: [...missing] });
  const params = { models: [...configured] };
  return configured.some(isBaseModelId) ? ok(params) : objection('warn', 'PREFLIGHT_NO_BASE_MODEL', params);
}

export interface DiskNeeds {
  readonly minimumBytes: number;
  readonly comfortableBytes: number;
}

/** A result, its copy and the database; a few models. */
export const DISK_NEEDS: DiskNeeds = { minimumBytes: 2 * 1024 ** 3, comfortableBytes: 30 * 1024 ** 3 };

export function judgeDisk({ freeBytes, needs }: { freeBytes: number; needs: DiskNeeds }): Verdict {
  const params = { freeBytes, ...needs };
  if (freeBytes < needs.minimumBytes) return objection('fail', 'PREFLIGHT_DISK_FULL', params);
  return freeBytes < needs.comfortableBytes ? objection('warn', 'PREFLIGHT_DISK_LOW', params) : ok(params);
}
