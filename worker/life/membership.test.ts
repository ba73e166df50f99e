import { describe, expect, it } from 'vitest';
import { NODE_STATUS, type NodeStatus } from '../../protocol/node/status.ts';
import { decideMembership, type Membership, type Wanted } from './membership.ts';

const STATUSES = Object.keys(NODE_STATUS) as NodeStatus[];
const member = (changes: Partial<Membership>): Membership => ({
  wanted: 'running',
  barred: null,
  status: 'Available',
  announced: true,
  lost: false,
  ...changes,
});
const brief = (membership: Membership) => {
  const { act, state, settled } = decideMembership(membership);
  return `${act} ${state ?? '='}${settled ? ' settled' : ''}`;
};

/** Every wish × every status in the network. */
const TABLE: Readonly<Record<Wanted, Readonly<Record<NodeStatus, string>>>> = {
  running: {
    Quit: 'join starting',
    Available: 'none running settled',
    Busy: 'none running settled',
    PendingPause: 'none pausing',
    PendingQuit: 'none =',
    Paused: 'resume =',
  },
  paused: {
    Quit: 'none paused settled',
    Available: 'pause =',
    Busy: 'pause =',
    PendingPause: 'none pausing',
    PendingQuit: 'none pausing',
    Paused: 'none paused settled',
  },
  away: {
    Quit: 'none stopping settled',
    Available: 'pause stopping',
    Busy: 'pause stopping',
    PendingPause: 'none stopping',
    PendingQuit: 'none stopping',
    Paused: 'none stopping settled',
  },
  left: {
    Quit: 'none stopping settled',
    Available: 'quit stopping',
    Busy: 'quit stopping',
    PendingPause: 'none stopping',
    PendingQuit: 'none stopping',
    Paused: 'quit stopping',
  },
};

describe('membership: every wish × every status', () => {
  for (const wanted of Object.keys(TABLE) as Wanted[]) {
    for (const status of STATUSES) {
      it(`${wanted} × ${status} → ${TABLE[wanted][status]}`, () => {
        expect(brief(member({ wanted, status }))).toBe(TABLE[wanted][status]);
      });
    }
  }
});

it('after a slash or a kick-out, does nothing in any status until the host lifts it', () => {
  for (const status of STATUSES) {
    for (const barred of ['slashed', 'kickedOut'] as const) {
      expect(brief(member({ barred, status }))).toBe(`none ${barred} settled`);
      expect(brief(member({ barred, status, wanted: 'paused' }))).toBe(`none ${barred} settled`);
    }
  }
});

it('does not rejoin by itself after the network dropped the node', () => {
  expect(brief(member({ status: 'Quit', lost: true }))).toBe('none stopped settled');
});

it('a running member announces itself first', () => {
  expect(brief(member({ announced: false }))).toBe('announce =');
  expect(brief(member({ announced: false, status: 'Busy' }))).toBe('announce =');
});

it('a process that ends never quits the network unless asked to', () => {
  for (const wanted of ['running', 'paused', 'away'] as const) {
    for (const status of STATUSES) expect(decideMembership(member({ wanted, status })).act).not.toBe('quit');
  }
});
