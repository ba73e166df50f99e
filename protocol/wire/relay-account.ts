/** A relay account's records, terms and estimates. Amounts in wei, times in epoch ms. Source: RELAY_PROTOCOL 1.2, 3.3.1, 3.5, 3.6. */
import { z } from 'zod';
import { parseRatio, type Ratio, ratioFromDouble, weiFromDecimal } from '../money/withdrawal-terms.ts';
import { addressField, goArray, timestampField, uintField, weiField } from './fields.ts';

/** The meaning of a row in an account's history (1.2). */
export const ACCOUNT_EVENT_TYPE = {
  TaskIncome: 0,
  DaoTaskShare: 1,
  WithdrawFeeIncome: 2,
  Deposit: 3,
  TaskPayment: 4,
  TaskRefund: 5,
  Withdraw: 6,
  WithdrawRefund: 7,
  UserDelegation: 8,
  VestingCreated: 9,
  VestingRelease: 10,
} as const;
export type AccountEventType = keyof typeof ACCOUNT_EVENT_TYPE;

const eventTypes = new Map(Object.entries(ACCOUNT_EVENT_TYPE).map(([name, number]) => [number, name as AccountEventType]));
const eventTypeField = z.number().transform((value, context) => {
  const name = eventTypes.get(value as (typeof ACCOUNT_EVENT_TYPE)[AccountEventType]);
  if (name !== undefined) return name;
  context.addIssue({ code: 'custom', message: `unknown relay account event type ${value}` });
  return z.NEVER;
});

/** Row of GET …/task_fee. `reason` is unique: `<type>-<commitment>[-<delegator>]` (4.9). */
export const taskFeeRecordSchema = z
  .object({
    id: uintField,
    created_at: timestampField,
    address: addressField,
    amount: weiField,
    type: eventTypeField,
    reason: z.string(),
  })
  .transform(({ created_at, amount, ...row }) => ({ ...row, createdMs: created_at, wei: amount }));
export type TaskFeeRecord = z.output<typeof taskFeeRecordSchema>;

/** Row of GET …/deposit/list. */
export const depositRecordSchema = z
  .object({
    id: uintField,
    created_at: timestampField,
    address: addressField,
    amount: weiField,
    network: z.string(),
    tx_hash: z.string(),
  })
  .transform((row) => ({
    id: row.id,
    createdMs: row.created_at,
    address: row.address,
    wei: row.amount,
    network: row.network,
    txHash: row.tx_hash === '' ? null : row.tx_hash,
  }));
export type DepositRecord = z.output<typeof depositRecordSchema>;

const WITHDRAW_STATUSES = ['pending', 'success', 'failed'] as const;

/** Row of GET …/withdraw/list. The fee was charged on top of the amount. */
export const withdrawalRecordSchema = z
  .object({
    id: uintField,
    created_at: timestampField,
    address: addressField,
    benefit_address: addressField,
    amount: weiField,
    network: z.string(),
    status: z.union([z.literal(0), z.literal(1), z.literal(2)]),
    tx_hash: z.string(),
    withdrawal_fee: weiField,
  })
  .transform((row) => ({
    id: row.id,
    createdMs: row.created_at,
    address: row.address,
    benefitAddress: row.benefit_address,
    wei: row.amount,
    feeWei: row.withdrawal_fee,
    network: row.network,
    status: WITHDRAW_STATUSES[row.status] ?? 'pending',
    txHash: row.tx_hash === '' ? null : row.tx_hash,
  }));
export type WithdrawalRecord = z.output<typeof withdrawalRecordSchema>;

/** `deprecated`: the network has withdrawn the part that was not released yet, so nothing is locked any more. */
export const VESTING_STATUSES = ['active', 'completed', 'deprecated'] as const;

/** Row of GET …/vesting/list: an emission that is released over days. `type`: node, delegation or other. */
export const vestingRecordSchema = z
  .object({
    id: uintField,
    created_at: timestampField,
    address: addressField,
    total_amount: weiField,
    duration_days: z.number(),
    type: z.string(),
    released_amount: weiField,
    remaining_amount: weiField,
    /** A relay without this field knows only the first two. */
    status: z.union([z.literal(0), z.literal(1), z.literal(2)]).nullish(),
    slashed: z.boolean(),
  })
  .transform((row) => ({
    id: row.id,
    createdMs: row.created_at,
    address: row.address,
    totalWei: row.total_amount,
    durationDays: row.duration_days,
    type: row.type,
    releasedWei: row.released_amount,
    remainingWei: row.remaining_amount,
    status: VESTING_STATUSES[row.status ?? (row.remaining_amount === 0n ? 1 : 0)] ?? 'active',
    slashed: row.slashed,
  }));
export type VestingRecord = z.output<typeof vestingRecordSchema>;

/** CNX in JSON: a number, or a decimal as text. */
const decimalText = z.union([z.number().nonnegative().transform(String), z.string()]);

/** As the relay stores it: its configuration and arithmetic use doubles only. */
function ratioFromText(text: string): Ratio {
  parseRatio(text);
  return ratioFromDouble(Number(text));
}

function decimalField<Value>(read: (text: string) => Value) {
  return decimalText.transform((text, context): Value => {
    try {
      return read(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a non-negative decimal' });
      return z.NEVER;
    }
  });
}

/** GET /v1/network/withdraw_config: one entry per network that the relay pays out on. */
export const withdrawConfigSchema = goArray(
  z
    .object({
      network: z.string(),
      withdrawal_fee: decimalField(weiFromDecimal),
      withdrawal_min: decimalField(weiFromDecimal),
      withdrawal_fee_tiers: goArray(
        z.object({ min_amount: decimalField(weiFromDecimal), fee_ratio: decimalField(ratioFromText) }),
      ),
      max_withdrawals_per_day: z.number().int().nullish(),
    })
    .transform((row) => ({
      network: row.network,
      terms: {
        fixedFeeWei: row.withdrawal_fee,
        minimumWei: row.withdrawal_min,
        tiers: row.withdrawal_fee_tiers.map(({ min_amount, fee_ratio }) => ({ minAmountWei: min_amount, ratio: fee_ratio })),
        perDay: row.max_withdrawals_per_day ?? null,
      },
    })),
);
export type WithdrawConfig = z.output<typeof withdrawConfigSchema>[number];

/**
 * The relevant part of GET /v1/delegator/:a: the total earnings of delegations. The relay does not list such payments
 * individually.
 */
export const delegationIncomeSchema = z
  .object({ total_delegation_earnings: weiField })
  .transform(({ total_delegation_earnings }) => total_delegation_earnings);

const estimateTimeField = z
  .number()
  .nullish()
  .transform((seconds) => (seconds ? seconds * 1000 : null));

/** The part of GET /v2/node/:a that estimates the current week's emission; null = the relay gives no estimate. */
export const emissionEstimateSchema = z
  .object({
    estimated_upcoming_operator_emission: weiField.nullish(),
    emission_week_start: estimateTimeField,
    emission_week_end: estimateTimeField,
    estimate_updated_at: estimateTimeField,
  })
  .transform((node) => {
    const { emission_week_start: fromMs, emission_week_end: toMs, estimate_updated_at: updatedMs } = node;
    if (fromMs === null || toMs === null) return null;
    return { wei: node.estimated_upcoming_operator_emission ?? 0n, fromMs, toMs, updatedMs };
  });
export type EmissionEstimate = NonNullable<z.output<typeof emissionEstimateSchema>>;
