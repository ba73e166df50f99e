import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskStatus } from '../../../protocol/tasks/status.ts';
import type { TaskFeeRecord, VestingRecord, WithdrawalRecord } from '../../../protocol/wire/relay-account.ts';
import { commitmentOf, OTHER, SELF } from '../../testing/remote-task.ts';
import type { Posting, TaskFacts } from '../records/posting.ts';
import { openLedger } from '../testing/ledger.ts';
import { postDeposit, postTaskFee, postVesting, postWithdrawal } from './relay-entries.ts';

const TASK = commitmentOf(7);
const NOW = Date.UTC(2026, 0, 2);
const facts: TaskFacts = { status: 'EndSuccess', type: 'Llm', model: 'base:m', gpu: 'G' };
const books = (found: TaskFacts | null = facts) => ({ self: SELF, factsOf: () => found });

const fee: TaskFeeRecord = { id: 1, createdMs: NOW, address: SELF, wei: 5n, type: 'TaskIncome', reason: `0-${TASK}` };
const withdrawal: WithdrawalRecord = {
  id: 3,
  createdMs: NOW,
  address: SELF,
  benefitAddress: OTHER,
  wei: 100n,
  feeWei: 7n,
  network: 'devnet',
  status: 'pending',
  txHash: null,
};
const vesting: VestingRecord = {
  id: 4,
  createdMs: NOW,
  address: SELF,
  totalWei: 1_000n,
  durationDays: 180,
  type: 'node',
  releasedWei: 0n,
  remainingWei: 1_000n,
  status: 'active',
  slashed: false,
};

function entriesOf(posting: Posting) {
  if (posting.kind !== 'entries') throw new Error(posting.why);
  return posting.entries;
}

describe('task fees', () => {
  it.each<[TaskStatus, string]>([
    ['EndSuccess', 'taskPayment'],
    ['EndGroupSuccess', 'groupShare'],
    ['EndGroupRefund', 'refundShare'],
    // Nobody validated it in time: the node is paid all the same.
    ['EndAborted', 'taskPayment'],
  ])('income of a task that ended as %s is a %s', (status, kind) => {
    expect(entriesOf(postTaskFee(fee, books({ ...facts, status })))).toEqual([
      {
        source: `relay:0-${TASK}`,
        kind,
        from: 'network',
        to: 'relay',
        wei: 5n,
        atMs: NOW,
        task: TASK,
        tx: null,
        record: 'taskFee 1',
        labels: { taskType: 'Llm', model: 'base:m', gpu: 'G' },
      },
    ]);
  });

  it('waits for a task that has not ended, but not for an unknown one', () => {
    expect(postTaskFee(fee, books({ ...facts, status: 'Validated' })).kind).toBe('wait');
    expect(entriesOf(postTaskFee(fee, books(null)))).toMatchObject([{ kind: 'taskPayment', labels: { taskType: null } }]);
  });

  it('knows the other kinds, and leaves to other lists what they report', () => {
    const kindOf = (type: TaskFeeRecord['type']) => postTaskFee({ ...fee, type, reason: `x-${TASK}` }, books());
    expect(entriesOf(kindOf('UserDelegation'))).toMatchObject([{ kind: 'delegation', to: 'relay' }]);
    expect(entriesOf(kindOf('TaskPayment'))).toMatchObject([{ kind: 'taskCharge', from: 'relay' }]);
    expect(entriesOf(kindOf('TaskRefund'))).toMatchObject([{ kind: 'taskRefund', to: 'relay' }]);
    for (const type of ['Deposit', 'Withdraw', 'WithdrawRefund', 'VestingCreated', 'VestingRelease'] as const) {
      expect(entriesOf(kindOf(type))).toEqual([]);
    }
    expect(kindOf('DaoTaskShare').kind).toBe('unreadable');
  });

  it("names a record without a reason by its ID, and refuses another account's", () => {
    expect(entriesOf(postTaskFee({ ...fee, reason: '' }, books()))).toMatchObject([{ source: 'relay:taskFee:1', task: null }]);
    expect(postTaskFee({ ...fee, address: OTHER }, books()).kind).toBe('unreadable');
    expect(postDeposit({ id: 1, createdMs: 0, address: OTHER, wei: 1n, network: '', txHash: null }, books()).kind).toBe(
      'unreadable',
    );
    expect(postWithdrawal({ record: { ...withdrawal, address: OTHER }, before: null, observedMs: 0 }, books()).kind).toBe(
      'unreadable',
    );
    expect(postVesting({ record: { ...vesting, address: OTHER }, before: null, observedMs: 0 }, books()).kind).toBe('unreadable');
  });
});

describe('withdrawals', () => {
  const post = (record: Partial<WithdrawalRecord>, before: Partial<WithdrawalRecord> | null = null) =>
    postWithdrawal(
      {
        record: { ...withdrawal, ...record },
        before: before === null ? null : { ...withdrawal, ...before },
        observedMs: NOW + 9,
      },
      books(),
    );

  it("dates the request by the relay's time, and the end by when it was read", () => {
    const paid = entriesOf(post({ status: 'success', txHash: '0xaa' }));
    expect(paid.map(({ source, atMs }) => [source.replace('relay:withdrawal:3', ''), atMs])).toEqual([
      ['', NOW],
      [':fee', NOW],
      [':paid', NOW + 9],
      [':fee:paid', NOW + 9],
    ]);
  });

  it('pays into the wallet if the node has no other address', () => {
    expect(entriesOf(post({ status: 'success', benefitAddress: SELF }))[2]).toMatchObject({ to: 'wallet' });
  });

  it('cannot end twice', () => {
    expect(post({ status: 'failed' }, { status: 'success' }).kind).toBe('unreadable');
    expect(post({ status: 'pending' }, { status: 'failed' }).kind).toBe('unreadable');
    expect(post({ status: 'success' }, { status: 'success' }).kind).toBe('entries');
  });

  it('adds up to nothing if it failed, and to amount and fee if it was paid, however often it is reported', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('success' as const, 'failed' as const),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        (end, pending, ended) => {
          const ledger = openLedger();
          let before: WithdrawalRecord | null = null;
          for (const status of [...Array<'pending'>(pending).fill('pending'), ...Array<typeof end>(ended).fill(end)]) {
            const record: WithdrawalRecord = { ...withdrawal, status };
            ledger.record(entriesOf(postWithdrawal({ record, before, observedMs: NOW }, books())), NOW);
            before = record;
          }
          const isPaid = end === 'success';
          expect(ledger.balanceWei('relay')).toBe(isPaid ? -107n : 0n);
          expect(ledger.balanceWei('benefit')).toBe(isPaid ? 100n : 0n);
          expect(ledger.balanceWei('inTransit')).toBe(0n);
        },
      ),
    );
  });
});

describe('vestings', () => {
  it('move what is released from locked to the relay account, whichever steps were seen', () => {
    const sums = fc.uniqueArray(fc.bigInt({ min: 0n, max: 1_000n }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sums, fc.boolean(), (seen, slashed) => {
        const ledger = openLedger();
        let before: VestingRecord | null = null;
        const released = seen.toSorted((a, b) => Number(a - b));
        for (const [at, releasedWei] of released.entries()) {
          const record: VestingRecord = { ...vesting, releasedWei, slashed: slashed && at === released.length - 1 };
          for (let i = 0; i < 2; i++) {
            ledger.record(entriesOf(postVesting({ record, before, observedMs: NOW + at }, books())), NOW);
            before = record;
          }
        }
        const most = released.at(-1) ?? 0n;
        expect(ledger.balanceWei('relay')).toBe(most);
        expect(ledger.balanceWei('locked')).toBe(slashed ? 0n : 1_000n - most);
        expect(ledger.conflicts()).toEqual([]);
      }),
    );
  });

  it('come back when the relay restores a slashed one', () => {
    const ledger = openLedger();
    const slashed = { ...vesting, releasedWei: 300n, slashed: true };
    ledger.record(entriesOf(postVesting({ record: slashed, before: null, observedMs: NOW }, books())), NOW);
    expect([ledger.balanceWei('relay'), ledger.balanceWei('locked')]).toEqual([300n, 0n]);
    const restored = { ...slashed, slashed: false, releasedWei: 400n };
    ledger.record(entriesOf(postVesting({ record: restored, before: slashed, observedMs: NOW }, books())), NOW);
    expect([ledger.balanceWei('relay'), ledger.balanceWei('locked')]).toEqual([400n, 600n]);
  });

  it('are never reversed, nor released beyond the total', () => {
    const before = { ...vesting, releasedWei: 500n };
    expect(postVesting({ record: { ...vesting, releasedWei: 499n }, before, observedMs: 0 }, books()).kind).toBe('unreadable');
    expect(postVesting({ record: { ...vesting, releasedWei: 1_001n }, before, observedMs: 0 }, books()).kind).toBe('unreadable');
  });
});
