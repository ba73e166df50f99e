import { describe, expect, it } from 'vitest';
import { NODE_STATUS, type NodeStatus } from '../../protocol/node/status.ts';
import type { StakingStatus } from '../chain/contracts/stake-plan.ts';
import { type ChainFacts, decideLife, type LifeFacts, REJOIN_AFTER_MS, STAKE_GRACE_MS, type Wanted } from './decide-life.ts';
import { decideMembership } from './membership.ts';

const STATUSES = Object.keys(NODE_STATUS) as NodeStatus[];
const WISHES: readonly Wanted[] = ['running', 'paused', 'away', 'left', 'unstaked'];
const TARGET = 400n;

const facts = (changes: Partial<LifeFacts>): LifeFacts => ({
  wanted: 'running',
  barred: null,
  status: 'Quit',
  announced: true,
  lost: false,
  chain: null,
  checks: 'passed',
  rejoin: { policy: 'never', barredForMs: Number.MAX_SAFE_INTEGER },
  ...changes,
});
const chain = (status: StakingStatus, changes: Partial<ChainFacts> & { balanceWei?: bigint; creditsWei?: bigint } = {}) => {
  const { balanceWei = TARGET, creditsWei = 0n, ...rest } = changes;
  return { stake: { status, balanceWei, creditsWei, unstakeTimestampSeconds: 0 }, open: false, targetWei: TARGET, ...rest };
};
const brief = (changes: Partial<LifeFacts>) => {
  const { act, state, phase, settled } = decideLife(facts(changes));
  return `${act} ${state ?? '='} ${phase ?? '='}${settled ? ' settled' : ''}`;
};

describe('on the way in: checks first, then the stake, then the join', () => {
  const none = { balanceWei: 0n };
  it.each([
    [{ chain: 'unread' }, 'readChain = ='],
    [{ chain: chain('Unstaked', none), checks: 'due' }, 'check starting checking'],
    [{ chain: chain('Unstaked', none), checks: 'failed' }, 'none starting notCleared'],
    [{ chain: chain('Unstaked', none) }, 'stake starting staking'],
    // A record that the contract has deleted is not a stake, whatever its fields contain.
    [{ chain: chain('Unstaked') }, 'stake starting staking'],
    [{ chain: chain('Staked', { balanceWei: TARGET - 1n }) }, 'stake starting staking'],
    [{ chain: chain('Staked', { balanceWei: TARGET + 1n }) }, 'stake starting staking'],
    [{ chain: chain('Staked') }, 'join starting joining'],
    [{ chain: chain('Staked', { balanceWei: 100n, creditsWei: 300n }) }, 'join starting joining'],
    [{ chain: chain('PendingUnstaked') }, 'none starting awaitingStake'],
    // Finish open transactions before checking or starting anything.
    [{ chain: chain('Unstaked', { ...none, open: true }), checks: 'due' }, 'stake starting staking'],
    [{ chain: chain('Staked', { open: true }) }, 'stake starting staking'],
    // The relay is about to take the stake or return it.
    [{ chain: chain('Staked'), rejoin: { policy: 'never', barredForMs: STAKE_GRACE_MS - 1 } }, 'none starting awaitingStake'],
    [{ chain: chain('Staked'), rejoin: { policy: 'never', barredForMs: STAKE_GRACE_MS } }, 'join starting joining'],
    [{ chain: chain('Unstaked'), rejoin: { policy: 'never', barredForMs: 0 } }, 'stake starting staking'],
    [{ checks: 'due' }, 'check starting checking'],
    [{ checks: 'failed' }, 'none starting notCleared'],
    [{}, 'join starting joining'],
  ] as [Partial<LifeFacts>, string][])('%o → %s', (changes, expected) => {
    expect(brief(changes)).toBe(expected);
  });
});

/** Staking status × status in the network, for a node that wants its stake back. */
const OUT: Readonly<Record<StakingStatus, Readonly<Record<NodeStatus, string>>>> = {
  Staked: {
    Quit: 'tryUnstake stopped leaving',
    Available: 'tryUnstake pausing leaving',
    Busy: 'tryUnstake pausing leaving',
    PendingPause: 'tryUnstake pausing leaving',
    PendingQuit: 'tryUnstake pausing leaving',
    Paused: 'tryUnstake pausing leaving',
  },
  PendingUnstaked: {
    Quit: 'none stopped returning',
    Available: 'quit pausing leaving',
    Busy: 'quit pausing leaving',
    PendingPause: 'none pausing leaving',
    PendingQuit: 'none pausing leaving',
    Paused: 'quit pausing leaving',
  },
  Unstaked: {
    Quit: 'none stopped out settled',
    Available: 'quit pausing leaving',
    Busy: 'quit pausing leaving',
    PendingPause: 'none pausing leaving',
    PendingQuit: 'none pausing leaving',
    Paused: 'quit pausing leaving',
  },
};

describe('on the way out', () => {
  for (const [staked, row] of Object.entries(OUT) as [StakingStatus, Record<NodeStatus, string>][]) {
    for (const status of STATUSES) {
      it(`${staked} × ${status} → ${row[status]}`, () => {
        expect(brief({ wanted: 'unstaked', status, chain: chain(staked) })).toBe(row[status]);
        // The same when the process ends as well, except that it does not wait for the relay to return the stake.
        const same = row[status].replace(/pausing|stopped/, 'stopping').replace('returning', 'returning settled');
        expect(brief({ wanted: 'left', status, chain: chain(staked) })).toBe(same);
      });
    }
  }

  it('finishes an open transaction first', () => {
    for (const status of STATUSES) {
      expect(decideLife(facts({ wanted: 'unstaked', status, chain: chain('PendingUnstaked', { open: true }) })).act).toBe(
        'tryUnstake',
      );
    }
  });

  it('lets a slashed or kicked-out node request its stake back', () => {
    for (const barred of ['slashed', 'kickedOut'] as const) {
      expect(brief({ wanted: 'unstaked', barred, chain: chain('Staked') })).toBe('tryUnstake stopped leaving');
      expect(brief({ wanted: 'unstaked', barred, chain: chain('Unstaked') })).toBe('none stopped out settled');
    }
  });
});

it('reads the chain only on the way in and out, and only does to the stake what was requested', () => {
  for (const wanted of WISHES) {
    for (const status of STATUSES) {
      const { act } = decideLife(facts({ wanted, status, chain: 'unread' }));
      const mayAsk = wanted === 'left' || wanted === 'unstaked' || (wanted === 'running' && status === 'Quit');
      expect(act === 'readChain').toBe(mayAsk);
      for (const staked of ['Unstaked', 'Staked', 'PendingUnstaked'] as const) {
        const acted = decideLife(facts({ wanted, status, chain: chain(staked, { balanceWei: 1n }) })).act;
        if (acted === 'tryUnstake') expect(['left', 'unstaked']).toContain(wanted);
        if (acted === 'stake') expect([wanted, status]).toEqual(['running', 'Quit']);
        if (acted === 'quit') expect(['left', 'unstaked']).toContain(wanted);
      }
    }
  }
});

it('keeps a member running whatever the checks report', () => {
  for (const checks of ['due', 'failed', 'passed'] as const) {
    for (const wanted of ['running', 'paused', 'away'] as const) {
      for (const status of STATUSES.filter((known) => known !== 'Quit')) {
        const { act } = decideMembership({ ...facts({ status }), wanted });
        expect(decideLife(facts({ wanted, status, checks, chain: 'unread' })).act).toBe(act);
      }
    }
  }
});

describe('rejoining automatically', () => {
  const actOf = (changes: Partial<LifeFacts>, barredForMs = REJOIN_AFTER_MS) =>
    decideLife(facts({ ...changes, rejoin: { policy: 'afterKickOut', barredForMs } })).act;

  it('happens after a kick-out if the host has allowed it, but not immediately', () => {
    expect(actOf({ barred: 'kickedOut' })).toBe('forgive');
    expect(actOf({ barred: 'kickedOut' }, REJOIN_AFTER_MS - 1)).toBe('none');
    expect(decideLife(facts({ barred: 'kickedOut', rejoin: { policy: 'never', barredForMs: 1e12 } })).act).toBe('none');
  });

  it('never happens after a slash, against the host’s pause, or if the network dropped the node without a reason', () => {
    for (const status of STATUSES) expect(actOf({ barred: 'slashed', status })).toBe('none');
    expect(actOf({ barred: 'kickedOut', wanted: 'paused' })).toBe('none');
    expect(actOf({ barred: 'kickedOut', wanted: 'away' })).toBe('none');
    expect(actOf({ lost: true })).toBe('none');
  });
});
