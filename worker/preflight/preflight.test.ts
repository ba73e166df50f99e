import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PREFLIGHT_CHECKS, type PreflightResult, preflightReportSchema } from '../../contract/preflight.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { ChainError } from '../chain/errors.ts';
import { WorkerError } from '../kit/errors.ts';
import { unreachable } from '../testing/fake-network.ts';
import { type Check, ok } from './check.ts';
import { type PreflightParts, preflightChecks } from './checks.ts';
import { DISK_NEEDS, type Funds, judgeClock, judgeDisk, judgeFunds, judgeModels } from './judgements.ts';
import { runPreflight } from './run-preflight.ts';
import { NOBODY_ELSE } from './testing/facts.ts';

const NOW = 1_700_000_000_000;
const CNX = 10n ** 18n;
const GAS = CNX / 200n;

const FUNDS: Funds = {
  walletWei: 410n * CNX,
  stake: { status: 'Unstaked', balanceWei: 0n, creditsWei: 0n, unstakeTimestampSeconds: 0 },
  freeCreditsWei: 0n,
  minimumWei: 400n * CNX,
  targetWei: 400n * CNX,
  gas: { perTransactionWei: GAS, reserveTransactions: 2 },
};

/** The other answers of the chain, in order. */
const SOUND = {
  contracts: async () => ({ isPaused: false, isSettled: false, relay: 'seen' as const }),
  legacyStake: async () => null,
};

function parts(changes: Partial<PreflightParts> = {}): PreflightParts {
  return {
    clock: new ManualClock(NOW),
    relayNow: async () => NOW / 1000,
    chain: { ...SOUND, expectedId: 31337, chainId: async () => 31337, funds: async () => FUNDS },
    engine: { kind: 'official', accepted: ['official'] },
    models: async () => ({ configured: ['base:a/b'], missing: [] }),
    disk: { path: '/', freeBytes: async () => 10 ** 12 },
    doppelganger: async () => NOBODY_ELSE,
    ...changes,
  };
}

async function report(changes: Partial<PreflightParts> = {}) {
  const { clock } = parts();
  const found = await runPreflight({ checks: preflightChecks(parts({ clock, ...changes })), clock });
  expect(preflightReportSchema.parse(found)).toEqual(found);
  return found;
}

const codeOf = (result: PreflightResult | undefined) => (result === undefined || result.state === 'ok' ? null : result.code);
const find = (results: readonly PreflightResult[], id: string) => results.find((result) => result.id === id);

describe('the contracts', () => {
  const judged = async (chain: Partial<NonNullable<PreflightParts['chain']>>) => {
    const { results, mayStart } = await report({
      chain: { ...SOUND, expectedId: 1, chainId: async () => 1, funds: async () => FUNDS, ...chain },
    });
    const of = (id: string) => [find(results, id)?.state, codeOf(find(results, id))];
    return { contracts: of('contracts'), legacyStake: of('legacyStake'), mayStart };
  };

  it.each(['CHAIN_NO_CONTRACT', 'CHAIN_GENERATION_MISMATCH', 'CHAIN_CONTRACTS_UNREAD', 'CHAIN_CONTRACTS_DISAGREE'] as const)(
    'that are not the network’s forbid a start: %s',
    async (code) => {
      const contracts = () => Promise.reject(new ChainError(code, 'not these'));
      expect(await judged({ contracts })).toMatchObject({ contracts: ['fail', code], mayStart: false });
    },
  );

  it('that are paused are a condition of the network: a node that needs no change may start', async () => {
    const paused = (isSettled: boolean) => judged({ contracts: async () => ({ isPaused: true, isSettled, relay: 'seen' }) });
    expect(await paused(false)).toMatchObject({ contracts: ['fail', 'CHAIN_PAUSED'], mayStart: false });
    expect(await paused(true)).toMatchObject({ contracts: ['warn', 'CHAIN_PAUSED'], mayStart: true });
  });

  it('that the network has abandoned are checked, but forbid no start', async () => {
    const legacyStake = async () => ({ ...FUNDS.stake, status: 'Staked' as const, balanceWei: 400n * CNX });
    expect(await judged({ legacyStake })).toMatchObject({ legacyStake: ['warn', 'PREFLIGHT_LEGACY_STAKE'], mayStart: true });
    expect(await judged({ legacyStake: async () => FUNDS.stake })).toMatchObject({ legacyStake: ['ok', null] });
  });
});

describe('all together', () => {
  it("a machine in order passes every check, in the contract's order", async () => {
    const { results, mayStart, atMs } = await report();
    expect(results.map((result) => [result.id, result.state])).toEqual(PREFLIGHT_CHECKS.map((id) => [id, 'ok']));
    expect([mayStart, atMs]).toEqual([true, NOW]);
  });

  it('every objection has a reason and a remedy', async () => {
    const { results, mayStart } = await report({
      relayNow: async () => NOW / 1000 - 3_600,
      chain: { ...SOUND, expectedId: 1, chainId: async () => 2, funds: async () => ({ ...FUNDS, walletWei: 0n }) },
      engine: { kind: 'embedded', accepted: ['official'] },
      models: async () => ({ configured: [], missing: [] }),
      disk: { path: '/', freeBytes: async () => 5 },
      doppelganger: async () => ({ ...NOBODY_ELSE, status: 'Available' }),
    });
    expect(results.map((result) => [result.id, result.state, codeOf(result)])).toEqual([
      ['clock', 'fail', 'CLOCK_SKEW'],
      ['relay', 'ok', null],
      ['rpc', 'ok', null],
      ['chainId', 'fail', 'PREFLIGHT_CHAIN_ID'],
      ['contracts', 'ok', null],
      ['legacyStake', 'ok', null],
      ['balance', 'fail', 'PREFLIGHT_STAKE_UNCOVERED'],
      ['engine', 'fail', 'ENGINE_NOT_ACCEPTED'],
      ['models', 'fail', 'PREFLIGHT_NO_MODELS'],
      ['disk', 'fail', 'PREFLIGHT_DISK_FULL'],
      ['doppelganger', 'fail', 'PREFLIGHT_FOREIGN_MEMBER'],
    ]);
    for (const result of results) if (result.state !== 'ok') expect(result.remedy.length, result.id).toBeGreaterThan(10);
    expect(mayStart).toBe(false);
  });

  it('attributes an outage to the side that is down', async () => {
    const relayDown = await report({ relayNow: () => Promise.reject(unreachable('/v1/now')) });
    expect(find(relayDown.results, 'relay')).toMatchObject({
      state: 'fail',
      code: 'RELAY_UNREACHABLE',
      params: { phase: 'reset' },
    });
    expect(find(relayDown.results, 'clock')).toMatchObject({ state: 'unknown', code: 'RELAY_UNREACHABLE' });
    expect(find(relayDown.results, 'rpc')?.state).toBe('ok');

    const down = () => Promise.reject(new ChainError('CHAIN_UNREACHABLE', 'no endpoint', { failures: ['rpc.example: dns'] }));
    const chainDown = await report({ chain: { ...SOUND, expectedId: 1, chainId: down, funds: down } });
    expect(chainDown.results.filter((result) => result.state !== 'ok').map((result) => [result.id, result.state])).toEqual([
      ['rpc', 'fail'],
      ['chainId', 'unknown'],
      ['balance', 'unknown'],
    ]);
    expect(find(chainDown.results, 'rpc')).toMatchObject({
      code: 'CHAIN_UNREACHABLE',
      params: { failures: ['rpc.example: dns'] },
    });
  });

  it('attributes it to this machine’s own connection if nothing can be reached, unless one service has certainly failed itself', async () => {
    const outage = (side: string) => ({
      relayNow: () => Promise.reject(new WorkerError('RELAY_UNREACHABLE', 'no answer', { phase: 'timeout', side })),
      chain: { ...SOUND, expectedId: 1, ...chainOut(side) },
    });
    const chainOut = (side: string) => {
      const down = () => Promise.reject(new ChainError('CHAIN_UNREACHABLE', 'no endpoint', { side }));
      return { chainId: down, funds: down };
    };
    const codes = async (changes: Partial<PreflightParts>) => {
      const { results } = await report(changes);
      return ['clock', 'relay', 'rpc', 'balance'].flatMap((id) => codeOf(find(results, id)) ?? []);
    };
    const own = 'PREFLIGHT_OWN_CONNECTION';
    expect(await codes(outage('unclear'))).toEqual([own, own, own, own]);
    expect(await codes({ ...outage('here'), chain: null })).toEqual([own, own]);
    expect(await codes({ ...outage('unclear'), chain: null })).toEqual(['RELAY_UNREACHABLE', 'RELAY_UNREACHABLE']);
    expect(await codes({ ...outage('here'), chain: parts().chain })).toEqual(['RELAY_UNREACHABLE', 'RELAY_UNREACHABLE']);
    expect(await codes({ ...outage('unclear'), chain: { ...SOUND, expectedId: 1, ...chainOut('there') } })).toEqual([
      'RELAY_UNREACHABLE',
      'RELAY_UNREACHABLE',
      'CHAIN_UNREACHABLE',
      'CHAIN_UNREACHABLE',
    ]);
  });

  it('a client that rejects the wrong chain itself has reached one', async () => {
    const wrong = () => Promise.reject(new ChainError('CHAIN_WRONG_ID', 'chain 2, not 1', {}));
    const { results } = await report({ chain: { ...SOUND, expectedId: 1, chainId: wrong, funds: wrong } });
    expect(['rpc', 'chainId', 'balance'].map((id) => [find(results, id)?.state, codeOf(find(results, id))])).toEqual([
      ['ok', null],
      ['fail', 'CHAIN_WRONG_ID'],
      ['unknown', 'CHAIN_WRONG_ID'],
    ]);
  });

  it('asks the relay and the chain once each', async () => {
    const asked: string[] = [];
    await report({
      relayNow: async () => {
        asked.push('now');
        return NOW / 1000;
      },
      chain: {
        ...SOUND,
        expectedId: 1,
        chainId: async () => {
          asked.push('chainId');
          return 1;
        },
        funds: async () => FUNDS,
      },
    });
    expect(asked.toSorted()).toEqual(['chainId', 'now']);
  });

  it('reports before joining which types of task the engine accepts: ours does not train', async () => {
    const types = async (kind: 'official' | 'embedded') => {
      const { results } = await report({ engine: { kind, accepted: [kind] } });
      return find(results, 'engine')?.params.taskTypes;
    };
    expect(await types('embedded')).toEqual(['StableDiffusion', 'Llm']);
    expect(await types('official')).toContain('FineTuneLora');
  });

  it('a network without a chain has no chain checks', async () => {
    const { results, mayStart } = await report({ chain: null });
    expect(results.map((result) => result.id)).toEqual(['clock', 'relay', 'engine', 'models', 'disk', 'doppelganger']);
    expect(mayStart).toBe(true);
  });
});

describe('running', () => {
  const hangs: Check = { id: 'disk', run: () => new Promise(() => {}) };
  const passes = (id: Check['id']): Check => ({ id, run: async () => ok() });

  it('a check that hangs does not delay others, and is unknown after its time limit', async () => {
    const clock = new ManualClock(NOW);
    const told: string[] = [];
    const running = runPreflight({
      checks: [hangs, passes('engine'), passes('clock')],
      clock,
      timeoutMs: 5_000,
      onResult: (result) => told.push(result.id),
    });
    await clock.tick(4_999);
    expect(told.toSorted()).toEqual(['clock', 'engine']);
    await clock.tick(1);
    const { results } = await running;
    expect(results.map((result) => result.id)).toEqual(['clock', 'engine', 'disk']);
    expect(results[2]).toMatchObject({ state: 'unknown', code: 'PREFLIGHT_TIMED_OUT', params: { timeoutMs: 5_000 } });
  });

  it('tells a check to give up, and leaves no timer behind', async () => {
    const clock = new ManualClock(NOW);
    let given: AbortSignal | null = null;
    const check: Check = {
      id: 'disk',
      run: (signal) => {
        given = signal;
        return new Promise(() => {});
      },
    };
    const running = runPreflight({ checks: [check, passes('engine')], clock, timeoutMs: 10 });
    await clock.tick(10);
    await running;
    expect(given).toMatchObject({ aborted: true });
    expect(clock.sleeping).toBe(0);
  });

  it('a thrown error is an answer too: a known code is kept, anything else is a bug', async () => {
    const clock = new ManualClock(NOW);
    const throws = (id: Check['id'], error: unknown): Check => ({ id, run: () => Promise.reject(error) });
    const { results } = await runPreflight({
      checks: [throws('relay', unreachable('/')), throws('models', new TypeError('x is not a function')), throws('disk', 'text')],
      clock,
    });
    expect(results.map((result) => [result.state, codeOf(result)])).toEqual([
      ['unknown', 'RELAY_UNREACHABLE'],
      ['unknown', 'PREFLIGHT_BROKEN'],
      ['unknown', 'PREFLIGHT_BROKEN'],
    ]);
    expect(results[1]).toMatchObject({ message: 'x is not a function' });
  });

  it('can be aborted as a whole', async () => {
    const clock = new ManualClock(NOW);
    const ending = new AbortController();
    const running = runPreflight({ checks: [hangs], clock, signal: ending.signal });
    ending.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(clock.sleeping).toBe(0);
  });

  it('only a failure, or a possible second machine, forbids the start', async () => {
    const clock = new ManualClock(NOW);
    const answers = (id: Check['id'], state: 'warn' | 'fail' | 'unknown'): Check => ({
      id,
      run: async () => ({ state, code: 'PREFLIGHT_BROKEN', params: {} }),
    });
    const may = async (...checks: Check[]) => (await runPreflight({ checks, clock })).mayStart;
    expect(await may(answers('disk', 'warn'), answers('rpc', 'unknown'))).toBe(true);
    expect(await may(answers('disk', 'fail'))).toBe(false);
    expect(await may(answers('doppelganger', 'unknown'))).toBe(false);
    expect(await may(answers('doppelganger', 'warn'))).toBe(true);
  });
});

describe('the clock', () => {
  const judge = (seconds: number, travelMs = 0) =>
    judgeClock({ networkSeconds: NOW / 1000 + seconds, sentMs: NOW + 500 - travelMs / 2, receivedMs: NOW + 500 + travelMs / 2 });
  const table: readonly [number, number, string][] = [
    [0, 0, 'ok'],
    [-29, 0, 'ok'],
    [31, 0, 'warn'],
    [-59, 0, 'warn'],
    [60, 0, 'unknown'],
    [61, 0, 'fail'],
    [-61, 0, 'fail'],
    [61, 4_000, 'unknown'],
    [90, 4_000, 'fail'],
    [0, 130_000, 'unknown'],
  ];
  it.each(table)('%d s apart, %d ms round trip: %s', (seconds, travelMs, state) => {
    expect(judge(seconds, travelMs).state).toBe(state);
  });
  it('reports the direction', () => {
    expect(judge(90).params).toMatchObject({ offsetSeconds: 90, maxSeconds: 60 });
    expect(judge(-90).params).toMatchObject({ offsetSeconds: -90 });
  });
});

describe('money for stake and gas', () => {
  const judge = (changes: Partial<Funds>) => {
    const verdict = judgeFunds({ ...FUNDS, ...changes });
    return [verdict.state, verdict.state === 'ok' ? null : verdict.code, verdict.params.missingWei];
  };
  const staked = { status: 'Staked', balanceWei: 400n * CNX, creditsWei: 0n, unstakeTimestampSeconds: 0 } as const;
  const stake = 400n * CNX;
  const table: readonly [string, Partial<Funds>, string, string | null, bigint][] = [
    ['exactly stake, its gas and the reserve', { walletWei: stake + 3n * GAS }, 'ok', null, 0n],
    ['one wei short of the reserve', { walletWei: stake + 3n * GAS - 1n }, 'warn', 'PREFLIGHT_GAS_LOW', 1n],
    ['stake and one transaction', { walletWei: stake + GAS }, 'warn', 'PREFLIGHT_GAS_LOW', 2n * GAS],
    ['stake, but one wei short of its gas', { walletWei: stake + GAS - 1n }, 'fail', 'PREFLIGHT_GAS_UNCOVERED', 1n],
    ['one wei short of the stake', { walletWei: stake - 1n }, 'fail', 'PREFLIGHT_STAKE_UNCOVERED', GAS + 1n],
    ['staked already, no gas at all', { stake: staked, walletWei: 0n }, 'warn', 'PREFLIGHT_GAS_LOW', 2n * GAS],
    ['staked already', { stake: staked, walletWei: 2n * GAS }, 'ok', null, 0n],
    [
      'raising a stake',
      { stake: staked, targetWei: 500n * CNX, walletWei: 99n * CNX },
      'fail',
      'PREFLIGHT_STAKE_UNCOVERED',
      CNX + GAS,
    ],
    [
      'credits would suffice, but no relay accepts them',
      { freeCreditsWei: stake, walletWei: CNX },
      'warn',
      'PREFLIGHT_STAKED_CREDITS',
      0n,
    ],
  ];
  it.each(table)('%s', (_, changes, state, code, missingWei) => {
    expect(judge(changes)).toEqual([state, code, missingWei.toString()]);
  });

  it('a stake that is being returned, or is too low, fails with the chain’s own reason', async () => {
    const leaving = { ...staked, status: 'PendingUnstaked' } as const;
    for (const [funds, code] of [
      [{ ...FUNDS, stake: leaving }, 'CHAIN_STAKE_LEAVING'],
      [{ ...FUNDS, targetWei: 1n }, 'CHAIN_STAKE_BELOW_MINIMUM'],
    ] as const) {
      const chain = { ...SOUND, expectedId: null, chainId: async () => 5, funds: async () => funds };
      const { results } = await report({ chain });
      expect(find(results, 'balance')).toMatchObject({ state: 'fail', code });
      expect(find(results, 'chainId')).toMatchObject({ state: 'ok', params: { expected: null, actual: 5 } });
    }
  });

  it('never passes if anything is missing, and the amount it reports as missing is enough', () => {
    const wei = fc.bigInt({ min: 0n, max: 1_000n });
    fc.assert(
      fc.property(wei, wei, wei, fc.nat(5), (walletWei, balanceWei, targetWei, reserveTransactions) => {
        const stakeNow = { ...staked, balanceWei };
        const gas = { perTransactionWei: 7n, reserveTransactions };
        const given = { ...FUNDS, walletWei, stake: stakeNow, minimumWei: 0n, targetWei, gas };
        const first = judgeFunds(given);
        const missingWei = BigInt(String(first.params.missingWei));
        expect(missingWei === 0n).toBe(first.state === 'ok');
        const then = judgeFunds({ ...given, walletWei: walletWei + missingWei });
        expect(then.state).not.toBe('fail');
        if (first.state !== 'fail') expect(then.state).toBe('ok');
      }),
    );
  });
});

describe('models and disk', () => {
  it.each([
    [['base:a/b', 'lora:c/d'], [], 'ok'],
    [['Base:A/B'], [], 'ok'],
    [['lora:c/d'], [], 'warn'],
    [['base:a/b'], ['base:a/b'], 'fail'],
    [[], [], 'fail'],
  ] as const)('%j, missing %j: %s', (configured, missing, state) => {
    expect(judgeModels({ configured, missing }).state).toBe(state);
  });
  it.each([
    [DISK_NEEDS.minimumBytes - 1, 'fail'],
    [DISK_NEEDS.minimumBytes, 'warn'],
    [DISK_NEEDS.comfortableBytes - 1, 'warn'],
    [DISK_NEEDS.comfortableBytes, 'ok'],
  ] as const)('%d bytes free: %s', (freeBytes, state) => {
    expect(judgeDisk({ freeBytes, needs: DISK_NEEDS }).state).toBe(state);
  });
});
