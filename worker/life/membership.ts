/**
 * Decides what to request from the network: a pure function of the node object read in this cycle and what the host
 * wants. Source: RELAY_PROTOCOL 4.10 (which status allows what), 8.2 (reference behaviour).
 */
import type { NodeStatus } from '../../protocol/node/status.ts';
import type { NodeStateKind } from './node-state.ts';

/** `away`: the process ends, and the node stays a member but gets no tasks. `left`: it quits the network. */
export type Wanted = 'running' | 'paused' | 'away' | 'left';

type Barred = 'slashed' | 'kickedOut' | null;

export interface Membership {
  readonly wanted: Wanted;
  /** Set by the network's events; only the host's `resume` lifts it. */
  readonly barred: Barred;
  /** Status in the network, read in this cycle. */
  readonly status: NodeStatus;
  /** The network knows this process's card, engine version and models. */
  readonly announced: boolean;
  /** This process was a member and no longer is, without having quit: it never rejoins by itself. */
  readonly lost: boolean;
}

export type MembershipAct = 'join' | 'announce' | 'pause' | 'resume' | 'quit' | 'none';

export interface MembershipStep {
  readonly act: MembershipAct;
  /** The node's new state; null = unchanged. */
  readonly state: NodeStateKind | null;
  /** The network is as the host wants it. */
  readonly settled: boolean;
}

const step = (act: MembershipAct, state: NodeStateKind | null, settled = false): MembershipStep => ({ act, state, settled });

export function decideMembership(membership: Membership): MembershipStep {
  switch (membership.wanted) {
    case 'running':
      return towardsRunning(membership);
    case 'paused':
      return towardsPaused(membership);
    case 'away':
      return towardsAway(membership.status);
    case 'left':
      return towardsLeft(membership.status);
  }
}

function towardsRunning({ status, barred, lost, announced }: Membership): MembershipStep {
  if (barred !== null) return step('none', barred, true);
  switch (status) {
    case 'Quit':
      return lost ? step('none', 'stopped', true) : step('join', 'starting');
    case 'Available':
    case 'Busy':
      return announced ? step('none', 'running', true) : step('announce', null);
    case 'PendingPause':
      return step('none', 'pausing');
    // An earlier stop is still in progress; the node joins again afterwards.
    case 'PendingQuit':
      return step('none', null);
    case 'Paused':
      return step('resume', null);
  }
}

function towardsPaused({ status, barred }: Membership): MembershipStep {
  if (barred !== null) return step('none', barred, true);
  switch (status) {
    case 'Available':
    case 'Busy':
      return step('pause', null);
    case 'PendingPause':
    case 'PendingQuit':
      return step('none', 'pausing');
    case 'Paused':
    case 'Quit':
      return step('none', 'paused', true);
  }
}

function towardsAway(status: NodeStatus): MembershipStep {
  switch (status) {
    case 'Available':
    case 'Busy':
      return step('pause', 'stopping');
    // There is a task, possibly one that this process does not know of yet.
    case 'PendingPause':
    case 'PendingQuit':
      return step('none', 'stopping');
    case 'Paused':
    case 'Quit':
      return step('none', 'stopping', true);
  }
}

function towardsLeft(status: NodeStatus): MembershipStep {
  switch (status) {
    case 'Quit':
      return step('none', 'stopping', true);
    // The network does not let a pausing node quit: its task must end first.
    case 'PendingPause':
    case 'PendingQuit':
      return step('none', 'stopping');
    default:
      return step('quit', 'stopping');
  }
}
