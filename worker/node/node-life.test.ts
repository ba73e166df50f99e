/** A whole node joining and leaving, on a hand-ticked clock; the test controls the chain and the checks. */
import { describe, expect, it } from 'vitest';
import type { PreflightReport } from '../../contract/preflight.ts';
import type { ManualClock } from '../../protocol/ports.ts';
import type { Stake, StakingStatus } from '../chain/contracts/stake-plan.ts';
import { ChainError } from '../chain/errors.ts';
import { Clearance } from '../life/clearance.ts';
import { REJOIN_AFTER_MS } from '../life/decide-life.ts';
import type { StakeActKind } from '../life/stake-acts.ts';
import { NO_MONEY, type NodeRig, type NodeRigOptions, nodeRig } from '../testing/node-rig.ts';

const TARGET = 400n * 10n ** 18n;
const HASH = '0xabc' as const;

/** The staking contract as seen by a node. */
class FakeStake {
  status: StakingStatus = 'Unstaked';
  balanceWei = 0n;
  /** The outcome of the next transactions. */
  fate: 'final' | 'open' | 'unreachable' = 'final';
  open = false;
  /** How often the node requested a new reading. */
  doubts = 0;
  readonly acts: StakeActKind[] = [];
  readonly transaction = null;
  readonly reach = { kind: 'reachable', sinceMs: 0 } as const;

  get last() {
    return { stake: this.#stake(), readMs: 0 };
  }

  async read() {
    if (this.fate === 'unreachable') throw new ChainError('CHAIN_UNREACHABLE', 'no endpoint answers');
    return { stake: this.#stake(), open: this.open, targetWei: TARGET };
  }

  doubt(): void {
    this.doubts++;
  }

  onRead(): void {}

  async forceFromMs() {
    return 1_800_000;
  }

  async perform(kind: StakeActKind) {
    if (this.fate === 'unreachable') throw new ChainError('CHAIN_UNREACHABLE', 'no endpoint answers');
    if (!this.open) this.acts.push(kind);
    this.open = this.fate === 'open';
    if (this.open) return new ChainError('CHAIN_TRANSACTION_OPEN', 'not final yet', { lastError: 'fee above the cap' });
    this.status = kind === 'stake' ? 'Staked' : 'PendingUnstaked';
    if (kind === 'stake') this.balanceWei = TARGET;
    return HASH;
  }

  #stake(): Stake {
    return { status: this.status, balanceWei: this.balanceWei, creditsWei: 0n, unstakeTimestampSeconds: 0 };
  }
}

interface Checks {
  /** IDs of the failing checks. */
  failing: PreflightReport['results'][number]['id'][];
  made: number;
  clearance: Clearance;
}

function checks(clock: ManualClock): Checks {
  const state: Checks = {
    failing: [],
    made: 0,
    clearance: new Clearance({
      clock,
      confirmedAlone: false,
      check: async ({ confirmedAlone }) => {
        state.made++;
        const failing = state.failing.filter((id) => id !== 'doppelganger' || !confirmedAlone);
        const results = failing.map((id) => ({
          id,
          state: 'fail' as const,
          code: `BAD_${id}`,
          message: id,
          params: {},
          remedy: '',
        }));
        return { atMs: clock.now(), results, mayStart: failing.length === 0 };
      },
    }),
  };
  return state;
}

interface LifeRig extends NodeRig {
  readonly stake: FakeStake;
  readonly checks: Checks;
  readonly ledger: { opened: number };
}

async function lifeRig(options: NodeRigOptions & { stake?: FakeStake; failing?: Checks['failing'] } = {}): Promise<LifeRig> {
  const { stake = new FakeStake(), failing = [], clock = undefined, ...rest } = options;
  const ledger = { opened: 0 };
  let made: Checks | undefined;
  const rig = await nodeRig({
    ...rest,
    ...(clock === undefined ? {} : { clock }),
    more: (given) => {
      made = checks(given);
      made.failing = failing;
      const beforeMoney = async () => {
        ledger.opened++;
        expect(stake.acts).toEqual([]);
      };
      return { clearance: made.clearance, money: { ...NO_MONEY, stakeActs: stake, beforeMoney } };
    },
  });
  return { ...rig, stake, ledger, checks: made ?? expect.fail('no checks') };
}

const lifeOf = ({ node }: NodeRig) => node.view().life?.kind;

describe('joining', () => {
  it('checks, opens the ledger, stakes, claims and joins with the staked amount, each once', async () => {
    const rig = await lifeRig({ run: false });
    const claims: unknown[] = [];
    rig.network.beforeCall = (method) => {
      if (method === 'join') claims.push(rig.store.settings.get('joinedAfterEvent'), rig.stake.acts.length);
    };
    await rig.until(() => rig.node.view().state === 'running');
    expect(claims).toEqual([0, 1]);
    expect([rig.stake.acts, rig.ledger.opened]).toEqual([['stake'], 1]);
    expect(rig.network.joins).toMatchObject([{ stakeWei: TARGET }]);
    expect(lifeOf(rig)).toBe('member');
    expect(rig.node.view().stake).toMatchObject({ status: 'Staked', balanceWei: TARGET.toString() });
    expect(rig.store.history.latest(20).map(({ state }) => state)).toContain('staked');
  });

  it('waits for a transaction that is not final, reports what delays it, and sends no second one', async () => {
    const stake = new FakeStake();
    stake.fate = 'open';
    const rig = await lifeRig({ stake, run: false });
    await rig.until(() => lifeOf(rig) === 'staking');
    await rig.advance(60_000);
    expect(rig.node.view()).toMatchObject({ state: 'starting', error: { code: 'CHAIN_TRANSACTION_OPEN' } });
    expect([stake.acts, rig.network.joins.length]).toEqual([['stake'], 0]);
    stake.fate = 'final';
    await rig.until(() => rig.node.view().state === 'running');
    expect(stake.acts).toEqual(['stake']);
    expect(rig.node.view().error).toBeNull();
  });

  it('reports a chain that cannot be reached, and continues by itself when it is back', async () => {
    const stake = new FakeStake();
    stake.fate = 'unreachable';
    const rig = await lifeRig({ stake, run: false });
    await rig.until(() => rig.node.view().error?.code === 'CHAIN_UNREACHABLE');
    await rig.advance(300_000);
    stake.fate = 'final';
    await rig.until(() => rig.node.view().state === 'running');
    expect(rig.node.view().relay).toBe('reachable');
  });

  it('failed checks keep it from staking and joining, and are repeated', async () => {
    const rig = await lifeRig({ failing: ['disk'], run: false });
    await rig.until(() => lifeOf(rig) === 'notCleared');
    expect(rig.node.view().error).toMatchObject({ code: 'BAD_disk', data: { check: 'disk' } });
    await rig.advance(120_000);
    expect(rig.checks.made).toBeLessThanOrEqual(7);
    expect([rig.stake.acts, rig.network.joins]).toEqual([[], []]);
    rig.checks.failing = [];
    await rig.until(() => rig.node.view().state === 'running');
  });

  it('sends nothing under a key that may be in use elsewhere, until the host confirms that it is not', async () => {
    const rig = await lifeRig({ failing: ['doppelganger'], run: false });
    rig.network.status = 'Available';
    await rig.advance(120_000);
    expect(rig.node.view()).toMatchObject({ state: 'starting', error: { code: 'BAD_doppelganger' }, life: { kind: 'checking' } });
    expect(new Set(rig.network.calls.map(({ method }) => method))).toEqual(new Set(['now']));
    rig.checks.clearance.confirmAlone();
    await rig.until(() => rig.node.view().state === 'running');
  });

  it('stops without sending anything in that case, too', async () => {
    const rig = await lifeRig({ failing: ['doppelganger'], run: false });
    rig.network.status = 'Available';
    await rig.advance(5_000);
    await rig.node.stop({ quitNetwork: true });
    expect(new Set(rig.network.calls.map(({ method }) => method))).toEqual(new Set(['now']));
  });
});

describe('leaving', () => {
  it('leaves the stake in place when it stops', async () => {
    const rig = await lifeRig();
    const stopped = rig.node.stop({ quitNetwork: false });
    await rig.advance(3_000);
    await stopped;
    expect([rig.stake.acts, rig.network.status]).toEqual([['stake'], 'Paused']);
  });

  it('requests the stake back, quits, waits for it across a restart, and can come back', async () => {
    const rig = await lifeRig();
    rig.node.unstake();
    await rig.until(() => lifeOf(rig) === 'returning');
    expect(rig.node.view()).toMatchObject({ state: 'stopped', life: { forceFromMs: 1_800_000 } });
    expect([rig.stake.acts, rig.network.status]).toEqual([['stake', 'tryUnstake'], 'Quit']);
    await rig.end();
    const { dataDir, network, clock, stake } = rig;
    const again = await lifeRig({ dataDir, network, clock, stake: resting(stake), run: false });
    await again.until(() => lifeOf(again) === 'returning');
    again.stake.status = 'Unstaked';
    await again.until(() => lifeOf(again) === 'out');
    expect(again.stake.acts).toEqual([]);
    again.stake.balanceWei = 0n;
    again.node.resume();
    await again.until(() => again.node.view().state === 'running');
    expect(again.stake.acts).toEqual(['stake']);
  });

  it('if told to quit, a process requests the stake back and ends without waiting for it', async () => {
    const rig = await lifeRig();
    const stopped = rig.node.stop({ quitNetwork: true });
    await rig.advance(5_000);
    await stopped;
    expect([rig.stake.acts, rig.network.status]).toEqual([['stake', 'tryUnstake'], 'Quit']);
  });

  it('does not wait forever for a chain that is gone', async () => {
    const rig = await lifeRig();
    rig.stake.fate = 'unreachable';
    const stopped = rig.node.stop({ quitNetwork: true });
    await rig.advance(60_000);
    await stopped;
    expect(rig.node.view().state).toBe('stopped');
  });
});

describe('after a kick-out', () => {
  const kickOut = async (rig: NodeRig, type = 'NodeKickedOut') => {
    rig.network.status = 'Quit';
    rig.network.emit(type, null, '{}');
    await rig.until(() => lifeOf(rig) === 'barred');
  };

  it('rejoins automatically after a while if the host has allowed it', async () => {
    const rig = await lifeRig({ config: { rejoin: 'afterKickOut' } });
    await kickOut(rig);
    expect(rig.node.view().life).toMatchObject({ why: 'kickedOut', rejoinsMs: expect.any(Number) });
    await rig.advance(REJOIN_AFTER_MS - 60_000);
    expect(rig.network.joins).toHaveLength(1);
    await rig.advance(90_000);
    expect(rig.network.joins).toHaveLength(2);
    expect(rig.node.view()).toMatchObject({ state: 'running', error: null });
  });

  it('never rejoins after a slash', async () => {
    const rig = await lifeRig({ config: { rejoin: 'afterKickOut' } });
    await kickOut(rig, 'NodeSlashed');
    expect(rig.node.view().life).toEqual({ kind: 'barred', why: 'slashed', rejoinsMs: null });
    await rig.advance(REJOIN_AFTER_MS + 60_000);
    expect(rig.network.joins).toHaveLength(1);
  });
});

describe.each([
  ['NodeSlashed', 'slashed'],
  ['NodeKickedOut', 'kickedOut'],
] as const)('the stake after %s', (type, doubt) => {
  it('is in doubt at once, while the chain still has it, and no longer once the chain has followed', async () => {
    const rig = await lifeRig();
    expect(rig.node.view().stake).toMatchObject({ status: 'Staked', doubt: null });
    rig.network.status = 'Quit';
    rig.network.emit(type, null, '{}');
    await rig.until(() => rig.stake.doubts > 0);
    expect(rig.node.view().stake).toMatchObject({ status: 'Staked', doubt });
    expect(rig.views.at(-1)?.stake).toMatchObject({ doubt });
    expect(rig.stake.doubts).toBe(1);
    await rig.end();
    const { dataDir, network, clock, stake } = rig;
    const again = await lifeRig({ dataDir, network, clock, stake: resting(stake), run: false });
    await again.until(() => lifeOf(again) === 'barred');
    expect(again.node.view().stake).toMatchObject({ status: 'Staked', doubt });
    again.stake.status = 'Unstaked';
    again.stake.balanceWei = 0n;
    expect(again.node.view().stake).toMatchObject({ status: 'Unstaked', balanceWei: '0', doubt: null });
  });
});

/** The same contract as seen by a new process. */
function resting({ status, balanceWei }: FakeStake): FakeStake {
  return Object.assign(new FakeStake(), { status, balanceWei });
}
