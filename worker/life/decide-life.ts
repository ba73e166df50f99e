/**
 * What to do next so that the node is where its host wants it: a pure function of the node object and, where it takes
 * one to know, the stake, both read in this cycle. Source: RELAY_PROTOCOL 3.3.3, 4.10, 8.2, CHAIN_PROTOCOL 7.2.
 */
import type { RejoinPolicy } from '../../contract/node-config.ts';
import type { Stake } from '../chain/contracts/stake-plan.ts';
import { decideMembership, type Membership, type MembershipAct, type Wanted as Wish } from './membership.ts';
import type { NodeStateKind } from './node-state.ts';

/** `unstaked`: leaves the network and takes the stake back; the process goes on. */
export type Wanted = Wish | 'unstaked';

/** A node that was kicked out has to find the cause first, and every return costs gas. */
export const REJOIN_AFTER_MS = 10 * 60_000;

/** So long after a slash or a kick-out the relay may still be about to take or return the stake. */
export const STAKE_GRACE_MS = 60_000;

export interface ChainFacts {
  readonly stake: Stake;
  /** A transaction about the stake that was begun and is not final. */
  readonly open: boolean;
  /** What the stake is to be, wei. */
  readonly targetWei: bigint;
}

export interface LifeFacts extends Omit<Membership, 'wanted'> {
  readonly wanted: Wanted;
  /** `unread`: not asked for in this cycle; null: the network has no chain. */
  readonly chain: ChainFacts | 'unread' | null;
  /** The checks of a start: passed a moment ago, to be made, or failed so recently that they are not made again yet. */
  readonly checks: 'passed' | 'due' | 'failed';
  readonly rejoin: { readonly policy: RejoinPolicy; readonly barredForMs: number };
}

export type LifeAct =
  | MembershipAct
  /** Decide again with the stake. */
  | 'readChain'
  | 'check'
  | 'stake'
  | 'tryUnstake'
  /** A kick-out is forgotten, by the host's standing order. */
  | 'forgive';

/** Kinds of contract/life.ts. */
export type Phase =
  | 'checking'
  | 'notCleared'
  | 'staking'
  | 'awaitingStake'
  | 'joining'
  | 'member'
  | 'barred'
  | 'dropped'
  | 'leaving'
  | 'returning'
  | 'out';

export interface LifeStep {
  readonly act: LifeAct;
  /** What the node is now, null = as before. */
  readonly state: NodeStateKind | null;
  /** Null = as before. */
  readonly phase: Phase | null;
  /** Network and chain are as the host wants them, as far as that is up to this node. */
  readonly settled: boolean;
}

export function decideLife(facts: LifeFacts): LifeStep {
  const { wanted, barred, rejoin } = facts;
  if (wanted === 'left' || wanted === 'unstaked') return towardsOut(facts, wanted);
  const isForgiven = rejoin.policy === 'afterKickOut' && rejoin.barredForMs >= REJOIN_AFTER_MS;
  if (wanted === 'running' && barred === 'kickedOut' && isForgiven) return doing('forgive', null, 'barred');
  const step = decideMembership({ ...facts, wanted });
  if (step.act === 'join') return towardsJoin(facts);
  return { ...step, phase: phaseOf(facts) };
}

const doing = (act: LifeAct, state: NodeStateKind | null, phase: Phase | null, settled = false): LifeStep => ({
  act,
  state,
  phase,
  settled,
});

function phaseOf({ barred, status, lost, wanted }: LifeFacts): Phase {
  if (barred !== null) return 'barred';
  if (status !== 'Quit') return 'member';
  return lost && wanted === 'running' ? 'dropped' : 'out';
}

function towardsJoin({ chain, checks, rejoin }: LifeFacts): LifeStep {
  if (chain === 'unread') return doing('readChain', null, null);
  // What was begun is finished first: a second transaction would have another nonce, and be another one.
  if (chain?.open === true) return doing('stake', 'starting', 'staking');
  const isLeaving = chain?.stake.status === 'Staked' && rejoin.barredForMs < STAKE_GRACE_MS;
  if (isLeaving || chain?.stake.status === 'PendingUnstaked') return doing('none', 'starting', 'awaitingStake');
  if (checks === 'due') return doing('check', 'starting', 'checking');
  if (checks === 'failed') return doing('none', 'starting', 'notCleared');
  if (chain !== null && stakedWei(chain.stake) !== chain.targetWei) return doing('stake', 'starting', 'staking');
  return doing('join', 'starting', 'joining');
}

/** The relay lets nobody quit whose stake is not asked back (RELAY_PROTOCOL 3.3), and returns it to nobody who has not. */
function towardsOut(facts: LifeFacts, wanted: 'left' | 'unstaked'): LifeStep {
  const { chain, status } = facts;
  const state = stateOf(facts, wanted);
  if (chain === 'unread') return doing('readChain', null, null);
  if (chain?.open === true || chain?.stake.status === 'Staked') return doing('tryUnstake', state, 'leaving');
  const { act, settled } = decideMembership({ ...facts, wanted: 'left' });
  if (status !== 'Quit') return doing(act, state, 'leaving', settled);
  if (chain?.stake.status === 'PendingUnstaked') return doing('none', state, 'returning', wanted === 'left');
  return doing('none', state, 'out', true);
}

function stateOf({ status }: LifeFacts, wanted: 'left' | 'unstaked'): NodeStateKind {
  if (wanted === 'left') return 'stopping';
  return status === 'Quit' ? 'stopped' : 'pausing';
}

function stakedWei({ status, balanceWei, creditsWei }: Stake): bigint {
  return status === 'Unstaked' ? 0n : balanceWei + creditsWei;
}
