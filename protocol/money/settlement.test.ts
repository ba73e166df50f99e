import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankScores } from '../node/qos.ts';
import { actionsDue } from '../tasks/actions.ts';
import type { GroupTask, GroupTasks } from '../tasks/group-validation.ts';
import { validateGroup } from '../tasks/group-validation.ts';
import type { TaskStatus } from '../tasks/status.ts';
import {
  CONTRACT_POSITION_SCORES,
  contractGroupShares,
  distributeByScore,
  relayGroupOverpayWei,
  relayGroupShares,
  splitPayment,
} from './settlement.ts';

const wei = fc.bigInt({ min: 0n, max: 10n ** 24n });
const percent = fc.integer({ min: 0, max: 100 });
const scores = fc
  .array(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 5 })
  .filter((list) => list.some((score) => score > 0));
const membersOf = (list: readonly number[]) => list.map((qosScore, i) => ({ id: `t${i}`, qosScore }));
const total = (shares: Iterable<bigint>) => [...shares].reduce((sum, share) => sum + share, 0n);

describe('distribution by score', () => {
  it('mints nothing and loses nothing, and differs by less than a wei per member from the exact share', () => {
    fc.assert(
      fc.property(wei, scores, (amountWei, list) => {
        const shares = distributeByScore({ amountWei, members: membersOf(list) });
        expect(total(shares.values())).toBe(amountWei);
        const weight = BigInt(list.reduce((sum, score) => sum + score, 0));
        list.forEach((score, i) => {
          const off = (shares.get(`t${i}`) ?? -1n) * weight - amountWei * BigInt(score);
          expect(off > -weight && off < weight * BigInt(list.length)).toBe(true);
          if (score === 0) expect(shares.get(`t${i}`)).toBe(0n);
        });
      }),
    );
  });

  it('gives the remainder to the last member that has a score', () => {
    expect([...distributeByScore({ amountWei: 20n, members: membersOf([10, 5, 2]) }).values()]).toEqual([11n, 5n, 4n]);
    expect([...distributeByScore({ amountWei: 11n, members: membersOf([10, 5, 0]) }).values()]).toEqual([7n, 4n, 0n]);
  });

  it.each([[[0, 0]], [[]], [[1.5]], [[-1, 2]], [[Number.NaN]]])('refuses scores %j', (list) => {
    expect(() => distributeByScore({ amountWei: 1n, members: membersOf(list) })).toThrow(
      expect.objectContaining({ code: 'PROTOCOL_BAD_AMOUNT' }),
    );
  });
});

describe("the networks' own payouts", () => {
  it('relay: equal fees of three ranks mint 0, 16 or 32 wei, never less', () => {
    fc.assert(
      fc.property(wei, (feeWei) => {
        const members = membersOf([10, 5, 2]).map((member) => ({ ...member, feeWei }));
        const minted = total(relayGroupShares({ members }).values()) - feeWei;
        expect(relayGroupOverpayWei({ members })).toBe(minted);
        expect([0n, 16n, 32n]).toContain(minted);
      }),
    );
  });

  it('relay: remainders are added undivided to the last share', () => {
    const members = membersOf([10, 5, 2]).map((member) => ({ ...member, feeWei: 20n }));
    // 200 = 11·17 + 13, 100 = 5·17 + 15, 40 = 2·17 + 6
    expect([...relayGroupShares({ members }).values()]).toEqual([11n, 5n, 2n + 34n]);
  });

  it.each([
    [1n, [1n, 0n, 0n]],
    [2n, [2n, 0n, 0n]],
    [3n, null],
    [4n, [1n, 3n, 0n]],
    [5n, null],
    [7n, [2n, 2n, 3n]],
    [10n, [4n, 3n, 3n]],
    [26n, [10n, 9n, 7n]],
    [10n ** 18n + 1n, [4n * 10n ** 17n, 36n * 10n ** 16n, 24n * 10n ** 16n + 1n]],
  ])('contract: %d wei', (amountWei, expected) => {
    const shares = contractGroupShares({ amountWei, members: membersOf(CONTRACT_POSITION_SCORES) });
    expect(shares === null ? null : [...shares.values()]).toEqual(expected);
  });
});

describe('the split of a payment', () => {
  const delegations = fc.array(fc.record({ address: fc.constantFrom('0xa', '0xb', '0xc', '0xd'), stakeWei: wei }), {
    maxLength: 6,
  });

  it('adds up to the payment', () => {
    fc.assert(
      fc.property(wei, percent, percent, delegations, (amountWei, daoPercent, delegatorSharePercent, list) => {
        const split = splitPayment({ amountWei, daoPercent, delegatorSharePercent, delegations: list });
        expect(split.daoWei + split.operatorWei + total(split.delegators.values())).toBe(amountWei);
        for (const part of [split.daoWei, split.operatorWei, ...split.delegators.values()]) expect(part >= 0n).toBe(true);
      }),
    );
  });

  it('pays the DAO first, then the delegators by stake with the remainder to the first, and the rest to the operator', () => {
    const list = [
      { address: '0xa', stakeWei: 1n },
      { address: '0xb', stakeWei: 2n },
    ];
    const split = splitPayment({ amountWei: 1_009n, daoPercent: 10, delegatorSharePercent: 50, delegations: list });
    expect(split.daoWei).toBe(100n);
    expect([...split.delegators]).toEqual([
      ['0xa', 152n],
      ['0xb', 302n],
    ]);
    expect(split.operatorWei).toBe(455n);
  });

  it('leaves everything to the operator when nobody delegates or shares', () => {
    const alone = { daoWei: 0n, operatorWei: 7n, delegators: new Map() };
    const someone = [{ address: '0xa', stakeWei: 5n }];
    expect(splitPayment({ amountWei: 7n, daoPercent: 0, delegatorSharePercent: 50, delegations: [] })).toEqual(alone);
    expect(splitPayment({ amountWei: 7n, daoPercent: 0, delegatorSharePercent: 0, delegations: someone })).toEqual(alone);
    const unstaked = [{ address: '0xa', stakeWei: 0n }];
    expect(splitPayment({ amountWei: 7n, daoPercent: 0, delegatorSharePercent: 50, delegations: unstaked })).toEqual(alone);
  });

  it.each([101, -1, 0.5, Number.NaN])('refuses a share of %d percent', (share) => {
    const split = { amountWei: 1n, daoPercent: 0, delegatorSharePercent: 0, delegations: [] };
    const refusal = expect.objectContaining({ code: 'PROTOCOL_BAD_AMOUNT' });
    expect(() => splitPayment({ ...split, daoPercent: share })).toThrow(refusal);
    const staked = [{ address: '0xa', stakeWei: 1n }];
    expect(() => splitPayment({ ...split, delegations: staked, delegatorSharePercent: share })).toThrow(refusal);
    expect(() => splitPayment({ ...split, amountWei: -1n })).toThrow(refusal);
  });
});

describe('the money of a whole validation group', () => {
  const letter = fc.constantFrom('A', 'B', 'C', 'E', 'X');

  it('is conserved from the charge at creation to the last payout, through the actions of each state', () => {
    fc.assert(
      fc.property(fc.tuple(letter, letter, letter), fc.tuple(wei, wei, wei), percent, percent, (letters, fees, dao, share) => {
        const tasks = letters.map((name, i): GroupTask => {
          const status: TaskStatus = name === 'E' ? 'ErrorReported' : name === 'X' ? 'EndAborted' : 'ScoreReady';
          return { id: `t${i}`, status, score: status === 'ScoreReady' ? `0x${name.toLowerCase()}0` : null };
        }) as unknown as GroupTasks;
        const books = new Map<string, bigint>();
        const book = (account: string, amount: bigint) => books.set(account, (books.get(account) ?? 0n) + amount);
        const feeOf = (i: number) => fees[i] ?? 0n;
        const ranks = rankScores(tasks.map((task) => task.status === 'EndAborted'));

        tasks.forEach((_, i) => {
          book('application', -feeOf(i));
        });
        const perform = (i: number, from: TaskStatus, to: TaskStatus, payees: readonly number[]) => {
          for (const action of actionsDue({ from, to })) {
            if (action === 'refund') book('application', feeOf(i));
            if (action !== 'distribute') continue;
            const members = payees.map((payee) => ({ id: `node${payee}`, qosScore: ranks[payee] ?? 0 }));
            for (const [node, amountWei] of distributeByScore({ amountWei: feeOf(i), members })) {
              const split = splitPayment({
                amountWei,
                daoPercent: dao,
                delegatorSharePercent: share,
                delegations: [{ address: `${node}-delegator`, stakeWei: 3n }],
              });
              book('dao', split.daoWei);
              book(node, split.operatorWei);
              for (const [delegator, amount] of split.delegators) book(delegator, amount);
            }
          }
        };

        tasks.forEach((task, i) => {
          if (task.status === 'EndAborted') perform(i, 'Started', 'EndAborted', []);
        });
        const { next } = validateGroup({ taskType: 'Llm', distanceThreshold: 0, tasks });
        const payees = tasks.flatMap((task, i) =>
          ['GroupValidated', 'EndGroupRefund'].includes(next[task.id] ?? '') ? [i] : [],
        );
        tasks.forEach((task, i) => {
          const reached = next[task.id] ?? 'Queued';
          perform(i, task.status, reached, payees);
          if (reached === 'GroupValidated') perform(i, reached, 'EndGroupSuccess', payees);
        });

        expect(total(books.values())).toBe(0n);
        const winner = tasks.findIndex((task) => next[task.id] === 'GroupValidated');
        expect(-(books.get('application') ?? 0n)).toBe(winner < 0 ? 0n : feeOf(winner));
      }),
    );
  });
});
