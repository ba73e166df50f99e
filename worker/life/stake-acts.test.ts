import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import type { Stake } from '../chain/contracts/stake-plan.ts';
import { ChainError } from '../chain/errors.ts';
import { QUIET_LOG } from '../testing/loop-rig.ts';
import { StakeActs, type StakeActsOptions } from './stake-acts.ts';

const STAKED: Stake = { status: 'Staked', balanceWei: 400n, creditsWei: 0n, unstakeTimestampSeconds: 0 };

describe('a stake in doubt', () => {
  it('is read at once, then often until the chain no longer has it as staked, and reports each reading', async () => {
    const clock = new ManualClock(0);
    const contract = { stake: STAKED, reads: 0 };
    const read = async () => {
      contract.reads++;
      return contract.stake;
    };
    const client = { staking: { stake: read } } as unknown as StakeActsOptions['client'];
    const settings = { get: () => null } as unknown as StakeActsOptions['settings'];
    const random = { bytes: (length: number) => new Uint8Array(length) } as StakeActsOptions['random'];
    const acts = new StakeActs({ client, settings, targetWei: 400n, random, clock, killPoint: async () => {}, log: QUIET_LOG });
    let told = 0;
    acts.onRead(() => {
      told++;
    });
    const ending = new AbortController();
    const running = acts.run(ending.signal);
    const readsAfter = async (ms: number) => {
      await clock.tick(ms);
      return contract.reads;
    };
    expect(await readsAfter(0)).toBe(1);
    expect(await readsAfter(5_000)).toBe(1);
    acts.doubt();
    expect(await readsAfter(0)).toBe(2);
    expect(await readsAfter(5_000)).toBe(3);
    contract.stake = { ...STAKED, status: 'Unstaked', balanceWei: 0n };
    expect(await readsAfter(5_000)).toBe(4);
    expect(acts.last?.stake.status).toBe('Unstaked');
    expect(await readsAfter(5_000)).toBe(4);
    expect(await readsAfter(25_000)).toBe(5);
    expect(told).toBe(5);
    ending.abort();
    await running;
  });
});

describe('a chain that does not answer', () => {
  it('is reported as such, with the time since when, until it answers again', async () => {
    const clock = new ManualClock(0);
    let away = false;
    const stake = async () => {
      if (away) throw new ChainError('CHAIN_UNREACHABLE', 'no endpoint answers');
      return STAKED;
    };
    const client = { staking: { stake } } as unknown as StakeActsOptions['client'];
    const settings = { get: () => null } as unknown as StakeActsOptions['settings'];
    const random = { bytes: (length: number) => new Uint8Array(length) } as StakeActsOptions['random'];
    const acts = new StakeActs({ client, settings, targetWei: 400n, random, clock, killPoint: async () => {}, log: QUIET_LOG });
    const told: unknown[] = [];
    acts.onRead(() => told.push(acts.reach));
    const ending = new AbortController();
    const running = acts.run(ending.signal);
    await clock.tick(0);
    away = true;
    await clock.tick(30_000);
    await clock.tick(30_000);
    away = false;
    await clock.tick(30_000);
    expect(told).toEqual([
      { kind: 'reachable', sinceMs: 0 },
      { kind: 'unreachable', sinceMs: 30_000 },
      { kind: 'unreachable', sinceMs: 30_000 },
      { kind: 'reachable', sinceMs: 90_000 },
    ]);
    expect(acts.last?.readMs).toBe(90_000);
    ending.abort();
    await running;
  });
});
