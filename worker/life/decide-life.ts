/**
 * Decides the next step towards the state that the host wants. A pure function of the node object and, if needed, the
 * stake, both read in this cycle. Source: RELAY_PROTOCOL 3.3.3, 4.10, 8.2, CHAIN_PROTOCOL 7.2.
 */
import type { RejoinPolicy } from '../../contract/node-config.ts';
import type { Stake } from '../chain/contracts/stake-plan.ts';
import { decideMembership, type Membership, type MembershipAct, type Wanted as Wish } from './membership.ts';
import type { NodeStateKind } from './node-state.ts';

/** `unstaked`: leave the network and take the stake back; the process keeps running. */
export type Wanted = Wish | 'unstaked';

/** After a kick-out, the host should find the cause first, and every rejoin costs gas. */
export const REJOIN_AFTER_MS = 10 * 60_000;

/** How long after a slash or a kick-out the relay may still take or return the stake. */
export const STAKE_GRACE_MS = 60_000;

export interface ChainFacts {
  readonly stake: Stake;
  /** A transaction about the stake that has been started and is not final. */
  readonly open: boolean;
  /** The stake to reach, in wei. */
  readonly targetWei: bigint;
}

export interface LifeFacts extends Omit<Membership, 'wanted'> {
  readonly wanted: Wanted;
  /** `unread`: not needed in this cycle; null: the network has no chain. */
  readonly chain: ChainFacts | 'unread' | null;
  /** The checks before a start: passed recently, due, or failed too recently to be repeated. */
  readonly checks: 'passed' | 'due' | 'failed';
  readonly rejoin: { readonly policy: RejoinPolicy; readonly barredForMs: number };
}

export type LifeAct =
  | MembershipAct
  /** Decide again, with the stake. */
  | 'readChain'
  | 'check'
  | 'stake'
  | 'tryUnstake'
  /** Lift the bar of a kick-out, because the host's settings allow it. */
  | 'forgive';

/** As in contract/life.ts. */
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
  /** The node's new state; null = unchanged. */
  readonly state: NodeStateKind | null;
  /** null = unchanged. */
  readonly phase: Phase | null;
  /** Network and chain are as the host wants them, as far as this node can achieve it. */
  readonly settled: boolean;
}

export function decideLife(facts: LifeFacts): LifeStep {
  const { wanted, barred, rejoin } = facts;
  if (wanted === 'left' || wanted === 'unstaked') return stepToLeave(facts, wanted);
  const isForgiven = rejoin.policy === 'afterKickOut' && rejoin.barredForMs >= REJOIN_AFTER_MS;
  if (wanted === 'running' && barred === 'kickedOut' && isForgiven) return createStep('forgive', null, 'barred');
  const step = decideMembership({ ...facts, wanted });
  if (step.act === 'join') return stepToJoin(facts);
  return { ...step, phase: phaseOf(facts) };
}

const createStep = (act: LifeAct, state: NodeStateKind | null, phase: Phase | null, settled = false): LifeStep => ({
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

function stepToJoin({ chain, checks, rejoin }: LifeFacts): LifeStep {
  if (chain === 'unread') return createStep('readChain', null, null);
  // Finish open transactions first: a second one would have its own nonce and be executed as well.
  if (chain?.open === true) return createStep('stake', 'starting', 'staking');
  const isLeaving = chain?.stake.status === 'Staked' && rejoin.barredForMs < STAKE_GRACE_MS;
  if (isLeaving || chain?.stake.status === 'PendingUnstaked') return createStep('none', 'starting', 'awaitingStake');
  if (checks === 'due') return createStep('check', 'starting', 'checking');
  if (checks === 'failed') return createStep('none', 'starting', 'notCleared');
  if (chain !== null && stakedWei(chain.stake) !== chain.targetWei) return createStep('stake', 'starting', 'staking');
  return createStep('join', 'starting', 'joining');
}

/**
 * The relay lets a node quit only after it has requested its stake back (RELAY_PROTOCOL 3.3), and returns the stake
 * only after it has quit.
 */
function stepToLeave(facts: LifeFacts, wanted: 'left' | 'unstaked'): LifeStep {
  const { chain, status } = facts;
  const state = stateOf(facts, wanted);
  if (chain === 'unread') return createStep('readChain', null, null);
  if (chain?.open === true || chain?.stake.status === 'Staked') return createStep('tryUnstake', state, 'leaving');
  const { act, settled } = decideMembership({ ...facts, wanted: 'left' });
  if (status !== 'Quit') return createStep(act, state, 'leaving', settled);
  if (chain?.stake.status === 'PendingUnstaked') return createStep('none', state, 'returning', wanted === 'left');
  return createStep('none', state, 'out', true);
}

function stateOf({ status }: LifeFacts, wanted: 'left' | 'unstaked'): NodeStateKind {
  if (wanted === 'left') return 'stopping';
  return status === 'Quit' ? 'stopped' : 'pausing';
}

function stakedWei({ status, balanceWei, creditsWei }: Stake): bigint {
  return status === 'Unstaked' ? 0n : balanceWei + creditsWei;
}
