import { describe, expect, it } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import type { WithdrawalRecord } from '../../../protocol/wire/relay-account.ts';
import { WorkerError } from '../../kit/errors.ts';
import type { RelayAccount, WithdrawRequest } from '../../networks/relay/relay-account.ts';
import { BENEFIT, type RelayRig, relayRig, SELF } from '../testing/relay-rig.ts';
import { WithdrawalAttempts } from './attempts.ts';
import { Withdrawals, type WithdrawalsOptions } from './withdrawals.ts';

interface WithdrawRig extends RelayRig {
  readonly attempts: WithdrawalAttempts;
  /** What happens to the current request and its answer. */
  fate: 'arrives' | 'lostRequest' | 'lostAnswer' | 'serverError' | 'killed';
  /** A new process on the same store. */
  restart(changes?: Partial<WithdrawalsOptions>): Withdrawals;
}

async function withdrawRig(): Promise<WithdrawRig> {
  const rig = await relayRig({ config: { withdraw: { feeWei: 10n, minimumWei: 100n, perDay: 3 } } });
  rig.harness.relay.deposit({ address: SELF, wei: 10_000n, reason: 'd' });
  const attempts = new WithdrawalAttempts(rig.db);
  const account: RelayAccount = {
    ...rig.account,
    async requestWithdrawal(request: WithdrawRequest) {
      const { fate } = made;
      const unreachable = new WorkerError('RELAY_UNREACHABLE', 'reset', { phase: 'reset' });
      if (fate === 'lostRequest') throw unreachable;
      if (fate === 'serverError') throw new WorkerError('RELAY_REFUSED', 'panic', { httpStatus: 500, field: '', reason: '' });
      const id = await rig.account.requestWithdrawal(request);
      if (fate === 'lostAnswer') throw unreachable;
      // Nothing runs any more in a killed process.
      if (fate === 'killed') return new Promise(() => {});
      return id;
    },
  };
  const restart = (changes: Partial<WithdrawalsOptions> = {}) =>
    new Withdrawals({
      account,
      attempts: new WithdrawalAttempts(rig.db),
      readList: () => rig.sync.withdrawals(),
      network: 'devnet',
      benefitAddress: async () => BENEFIT,
      basis: async () => null,
      nowMs: () => rig.harness.clock.now(),
      ...changes,
    });
  const made: WithdrawRig = { ...rig, attempts, withdrawals: restart(), fate: 'arrives', restart };
  return made;
}

const records = async (rig: WithdrawRig) => (await rig.sync.withdrawals())?.length;

describe('on a real relay', () => {
  it('withdraws what was shown, and the relay charges what was shown', async () => {
    const rig = await withdrawRig();
    const preview = await rig.withdrawals.preview(1_000n);
    expect(preview).toMatchObject({ chargedWei: 1_010n, destination: BENEFIT, minimumWei: 100n, leftToday: 3, problems: [] });
    const record = await rig.withdrawals.request(preview);
    expect(rig.harness.relay.balanceWei(SELF)).toBe(preview.remainingWei);
    expect(rig.attempts.all()).toMatchObject([{ state: 'accepted', record, amountWei: 1_000n }]);
    expect((await rig.withdrawals.preview(1_000n)).leftToday).toBe(2);
  });

  it('counts the withdrawals of this day that did not fail', async () => {
    const rig = await withdrawRig();
    const now = rig.harness.clock.now();
    const record = { address: SELF, benefitAddress: BENEFIT, wei: 1n, network: 'devnet', feeWei: 1n, txHash: null };
    const readList = async (): Promise<WithdrawalRecord[]> => [
      { ...record, id: 1, status: 'failed', createdMs: now },
      { ...record, id: 2, status: 'success', createdMs: now - 86_400_000 },
      { ...record, id: 3, status: 'success', createdMs: now },
    ];
    expect((await rig.restart({ readList }).preview(1_000n)).leftToday).toBe(2);
  });

  it('refuses before sending if the preview has objections, and after sending if the relay does', async () => {
    const rig = await withdrawRig();
    const small = await rig.withdrawals.preview(99n);
    await expect(rig.withdrawals.request(small)).rejects.toMatchObject({ code: 'MONEY_WITHDRAW_TOO_SMALL' });
    expect(rig.attempts.all()).toEqual([]);
    const preview = await rig.withdrawals.preview(100n);
    const wrong = { ...preview, amountWei: 20_000n };
    await expect(rig.withdrawals.request(wrong)).rejects.toMatchObject({
      code: 'MONEY_WITHDRAW_REFUSED',
      data: { reason: 'Insufficient relay account balance', field: 'amount' },
    });
    expect(rig.attempts.open()).toBeNull();
  });
});

describe('an unknown outcome', () => {
  it('whose request arrived is found in the list and never repeated', async () => {
    const rig = await withdrawRig();
    const preview = await rig.withdrawals.preview(1_000n);
    await rig.withdrawals.request(preview);
    rig.fate = 'lostAnswer';
    await expect(rig.withdrawals.request(preview)).rejects.toMatchObject({ code: 'MONEY_WITHDRAW_UNCLEAR' });
    rig.fate = 'arrives';
    await expect(rig.withdrawals.request(preview)).rejects.toMatchObject({ code: 'MONEY_WITHDRAW_OPEN' });
    expect((await rig.withdrawals.preview(1_000n)).problems.map(({ code }) => code)).toEqual(['MONEY_WITHDRAW_OPEN']);
    expect(await rig.withdrawals.settle()).toBeNull();
    // The first one had the same amount and destination: each record belongs to one attempt.
    expect(rig.attempts.all().map(({ state, record }) => [state, record])).toEqual([
      ['accepted', 2],
      ['accepted', 1],
    ]);
    expect(await records(rig)).toBe(2);
  });

  it.each(['lostRequest', 'serverError'] as const)(
    'whose request never counted (%s) is given up only when the relay can no longer accept it',
    async (fate) => {
      const rig = await withdrawRig();
      const preview = await rig.withdrawals.preview(1_000n);
      rig.fate = fate;
      await expect(rig.withdrawals.request(preview)).rejects.toMatchObject({ code: 'MONEY_WITHDRAW_UNCLEAR' });
      rig.fate = 'arrives';
      await rig.harness.clock.tick(179_000);
      expect(await rig.withdrawals.settle()).toMatchObject({ amountWei: 1_000n });
      await expect(rig.withdrawals.request(preview)).rejects.toMatchObject({ code: 'MONEY_WITHDRAW_OPEN' });
      await rig.harness.clock.tick(2_000);
      expect(await rig.withdrawals.settle()).toBeNull();
      expect(rig.attempts.all()).toMatchObject([{ state: 'lost' }]);
      await rig.withdrawals.request(preview);
      expect(await records(rig)).toBe(1);
    },
  );

  it('of a process killed between request and answer is known to the next one, which does not send it again', async () => {
    const rig = await withdrawRig();
    const preview = await rig.withdrawals.preview(1_000n);
    rig.fate = 'killed';
    void rig.withdrawals.request(preview);
    await expect.poll(() => rig.harness.relay.balanceWei(SELF)).toBe(preview.remainingWei);
    rig.fate = 'arrives';
    const next = rig.restart();
    await expect(next.request(preview)).rejects.toMatchObject({ code: 'MONEY_WITHDRAW_OPEN' });
    expect(await next.settle()).toBeNull();
    expect(rig.attempts.all()).toMatchObject([{ state: 'accepted', amountWei: 1_000n }]);
    expect(await records(rig)).toBe(1);
  });

  it('stays unknown while the list cannot be read', async () => {
    const rig = await withdrawRig();
    const preview = await rig.withdrawals.preview(1_000n);
    rig.fate = 'lostRequest';
    await rig.withdrawals.request(preview).catch(() => {});
    await rig.harness.clock.tick(1_000_000);
    await rig.account.close();
    expect(await rig.withdrawals.settle()).not.toBeNull();
  });

  const attempt = { amountWei: 1_000n, benefitAddress: BENEFIT, network: 'devnet', signedSeconds: 1, newestRecord: 5 };
  const listed: WithdrawalRecord = {
    ...{ id: 6, address: SELF, benefitAddress: BENEFIT, wei: 1_000n, network: 'devnet', status: 'pending' },
    ...{ createdMs: 0, feeWei: 10n, txHash: null },
  };
  it.each<[string, Partial<WithdrawalRecord>]>([
    ['existed before', { id: 5 }],
    ['has another amount', { wei: 1_001n }],
    ['goes to another address', { benefitAddress: SELF }],
    ['is on another network', { network: 'other' }],
  ])('is not that of a record that %s', async (_what, difference) => {
    const rig = await withdrawRig();
    rig.attempts.begin({ ...attempt, signedSeconds: Math.floor(rig.harness.clock.now() / 1_000) });
    const settle = (record: WithdrawalRecord) => rig.restart({ readList: async () => [record] }).settle();
    expect(await settle({ ...listed, ...difference })).toMatchObject({ amountWei: 1_000n });
    expect(await settle({ ...listed, benefitAddress: BENEFIT.toLowerCase() as Hex })).toBeNull();
    expect(rig.attempts.all()).toMatchObject([{ state: 'accepted', record: 6 }]);
  });

  it('ends once: a later answer does not change it', async () => {
    const { attempts } = await withdrawRig();
    const begun = attempts.begin(attempt);
    attempts.end(begun, { state: 'accepted', record: 6 });
    attempts.end(begun, { state: 'lost', reason: 'never listed' });
    expect(attempts.all()).toMatchObject([{ state: 'accepted', record: 6, reason: '' }]);
  });

  it('is on disk: the schema itself allows no second one', async () => {
    const rig = await withdrawRig();
    const attempt = { amountWei: 1n, benefitAddress: BENEFIT, network: 'devnet', signedSeconds: 1, newestRecord: 0 };
    rig.attempts.begin(attempt);
    expect(() => rig.attempts.begin(attempt)).toThrow(expect.objectContaining({ code: 'MONEY_WITHDRAW_OPEN' }));
    const insert = `INSERT INTO withdrawal_attempts (amount_wei, benefit_address, network, signed_seconds, newest_record, state)
      VALUES ('1', '${BENEFIT}', 'devnet', 1, 0, 'open')`;
    expect(() => rig.db.exec(insert)).toThrow('UNIQUE');
  });
});
