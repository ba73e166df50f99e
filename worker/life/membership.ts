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

const createStep = (act: MembershipAct, state: NodeStateKind | null, settled = false): MembershipStep => ({
  act,
  state,
  settled,
});

export function decideMembership(membership: Membership): MembershipStep {
  switch (membership.wanted) {
    case 'running':
      return stepToRunning(membership);
    case 'paused':
      return stepToPaused(membership);
    case 'away':
      return stepToAway(membership.status);
    case 'left':
      return stepToLeft(membership.status);
  }
}

function stepToRunning({ status, barred, lost, announced }: Membership): MembershipStep {
  if (barred !== null) return createStep('none', barred, true);
  switch (status) {
    case 'Quit':
      return lost ? createStep('none', 'stopped', true) : createStep('join', 'starting');
    case 'Available':
    case 'Busy':
      return announced ? createStep('none', 'running', true) : createStep('announce', null);
    case 'PendingPause':
      return createStep('none', 'pausing');
    // An earlier stop is still in progress; the node joins again afterwards.
    case 'PendingQuit':
      return createStep('none', null);
    case 'Paused':
      return createStep('resume', null);
  }
}

function stepToPaused({ status, barred }: Membership): MembershipStep {
  if (barred !== null) return createStep('none', barred, true);
  switch (status) {
    case 'Available':
    case 'Busy':
      return createStep('pause', null);
    case 'PendingPause':
    case 'PendingQuit':
      return createStep('none', 'pausing');
    case 'Paused':
    case 'Quit':
      return createStep('none', 'paused', true);
  }
}

function stepToAway(status: NodeStatus): MembershipStep {
  switch (status) {
    case 'Available':
    case 'Busy':
      return createStep('pause', 'stopping');
    // There is a task, possibly one that this process does not know of yet.
    case 'PendingPause':
    case 'PendingQuit':
      return createStep('none', 'stopping');
    case 'Paused':
    case 'Quit':
      return createStep('none', 'stopping', true);
  }
}

function stepToLeft(status: NodeStatus): MembershipStep {
  switch (status) {
    case 'Quit':
      return createStep('none', 'stopping', true);
    // The network does not let a pausing node quit: its task must end first.
    case 'PendingPause':
    case 'PendingQuit':
      return createStep('none', 'stopping');
    default:
      return createStep('quit', 'stopping');
  }
}
