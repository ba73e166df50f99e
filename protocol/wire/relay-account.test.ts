import { describe, expect, it } from 'vitest';
import { ratioFromDouble } from '../money/withdrawal-terms.ts';
import {
  depositRecordSchema,
  emissionEstimateSchema,
  taskFeeRecordSchema,
  vestingRecordSchema,
  withdrawalRecordSchema,
  withdrawConfigSchema,
} from './relay-account.ts';

const ADDRESS = '0xd075aB490857256e6fc85d75d8315e7c9914e008';
const CREATED = { id: 7, created_at: '2026-03-01T12:00:00.123456789Z', address: ADDRESS };
const CREATED_MS = Date.UTC(2026, 2, 1, 12, 0, 0, 123);

describe('records', () => {
  it('reads a task fee row, beyond 64 bits, with the nanoseconds that Go writes', () => {
    const row = { ...CREATED, amount: '123456789012345678901234', type: 8, reason: '8-0xaa-0xbb', future: true };
    expect(taskFeeRecordSchema.parse(row)).toEqual({
      id: 7,
      address: ADDRESS,
      createdMs: CREATED_MS,
      wei: 123_456_789_012_345_678_901_234n,
      type: 'UserDelegation',
      reason: '8-0xaa-0xbb',
    });
    expect(taskFeeRecordSchema.safeParse({ ...row, type: 11 }).success).toBe(false);
    expect(taskFeeRecordSchema.safeParse({ ...row, amount: '-1' }).success).toBe(false);
    expect(taskFeeRecordSchema.safeParse({ ...row, amount: '1.5' }).success).toBe(false);
  });

  it('reads withdrawals and deposits; an empty hash means none', () => {
    const row = { ...CREATED, benefit_address: ADDRESS, amount: '5', network: 'n', status: 2, tx_hash: '', withdrawal_fee: '1' };
    expect(withdrawalRecordSchema.parse(row)).toMatchObject({ status: 'failed', txHash: null, wei: 5n, feeWei: 1n });
    expect(withdrawalRecordSchema.safeParse({ ...row, status: 3 }).success).toBe(false);
    const deposit = { ...CREATED, amount: 5, network: 'n', tx_hash: '0xab' };
    expect(depositRecordSchema.parse(deposit)).toMatchObject({ wei: 5n, txHash: '0xab' });
  });

  it('reads vestings', () => {
    const row = { ...CREATED, total_amount: '10', duration_days: 180, type: 'node', released_amount: '4', remaining_amount: '6' };
    expect(vestingRecordSchema.parse({ ...row, slashed: false })).toMatchObject({
      totalWei: 10n,
      releasedWei: 4n,
      slashed: false,
    });
  });
});

describe('terms and estimates', () => {
  it('reads terms in CNX to the wei, from numbers and from text', () => {
    const row = {
      network: 'devnet',
      token_type: 'native',
      withdrawal_fee: 1e-17,
      withdrawal_min: '400',
      withdrawal_fee_tiers: [{ min_amount: 1000, fee_ratio: 0.003 }],
      max_withdrawals_per_day: 3,
    };
    expect(withdrawConfigSchema.parse([row])).toEqual([
      {
        network: 'devnet',
        terms: {
          fixedFeeWei: 10n,
          minimumWei: 400n * 10n ** 18n,
          tiers: [{ minAmountWei: 1000n * 10n ** 18n, ratio: ratioFromDouble(0.003) }],
          perDay: 3,
        },
      },
    ]);
    expect(withdrawConfigSchema.parse([{ ...row, withdrawal_fee_tiers: null }])[0]?.terms.tiers).toEqual([]);
    expect(withdrawConfigSchema.safeParse([{ ...row, withdrawal_fee: 'much' }]).success).toBe(false);
  });

  it('gives no estimate if the relay has no emission week', () => {
    const zero = { estimated_upcoming_operator_emission: '0', emission_week_start: 0, emission_week_end: 0 };
    expect(emissionEstimateSchema.parse(zero)).toBeNull();
    expect(emissionEstimateSchema.parse({})).toBeNull();
    const week = { emission_week_start: 1_000, emission_week_end: 2_000, estimate_updated_at: 1_500 };
    expect(emissionEstimateSchema.parse({ ...week, estimated_upcoming_operator_emission: '9' })).toEqual({
      wei: 9n,
      fromMs: 1_000_000,
      toMs: 2_000_000,
      updatedMs: 1_500_000,
    });
  });
});
