/** Emissions of an account: locked, released, week by week. Source: RELAY_PROTOCOL 1.2, 3.5. */
import type { FastifyInstance } from 'fastify';
import type { RelayContext } from '../context.ts';
import { refuseField } from '../refusal.ts';
import { emissionWeeks, WEEK_MS } from '../statistics.ts';
import type { VestingRow } from '../store/rows.ts';
import { dueWei, lockedWei, vestingsOf } from '../vesting.ts';
import type { Access } from './access.ts';
import { requireToken } from './account-routes.ts';
import { bind } from './bind.ts';
import { unixSeconds } from './wire.ts';

const VESTING_STATUS = { active: 0, completed: 1 } as const;

export function emissionRoutes(app: FastifyInstance, context: RelayContext, access: Access): void {
  app.get('/v2/relay_account/:address/vesting/locked', async (request) => {
    const address = await access.requireOwner(request, 'Address mismatch');
    return { message: 'success', data: lockedWei(context, address).toString() };
  });

  app.get('/v2/relay_account/:address/vesting/list', async (request) => {
    const address = await access.requireOwner(request, 'Address mismatch');
    const input = bind(request, { shape: (k) => ({ page: k.int(1), page_size: k.int(20) }) });
    // Nothing is refused here: values out of range are clamped.
    const size = input.page_size <= 0 ? 20 : Math.min(input.page_size, 100);
    const start = (Math.max(1, input.page) - 1) * size;
    const rows = vestingsOf(context, address).toReversed();
    const now = context.clock.now();
    const records = rows.slice(start, start + size).map((row) => vestingWire(row, now));
    return { message: 'success', data: { total: rows.length, vesting_records: records } };
  });

  app.get('/v2/relay_account/:address/emission/chart', async (request) => {
    const address = await requireToken(access, request);
    const { weeks } = bind(request, { shape: (k) => ({ weeks: k.int(24) }) });
    if (weeks < 1 || weeks > 260) throw refuseField('weeks', 'weeks must be between 1 and 260');
    const starts = emissionWeeks(context.clock.now(), weeks);
    const rows = vestingsOf(context, address);
    const income = (type: VestingRow['type']) => starts.map((start) => sumOf(rows, { type, start }).toString());
    return {
      message: 'success',
      data: {
        timestamps: starts.map((start) => start / 1000),
        node_emission_income: income('node'),
        delegation_emission_income: income('delegation'),
      },
    };
  });
}

function sumOf(
  rows: readonly VestingRow[],
  { type, start }: { readonly type: VestingRow['type']; readonly start: number },
): bigint {
  const isWithin = (row: VestingRow) => row.type === type && row.atMs >= start && row.atMs < start + WEEK_MS;
  return rows.reduce((sum, row) => (isWithin(row) ? sum + row.totalWei : sum), 0n);
}

function vestingWire(row: VestingRow, nowMs: number) {
  const remainingWei = row.totalWei - row.releasedWei;
  return {
    id: row.id,
    created_at: unixSeconds(row.atMs),
    address: row.address,
    total_amount: row.totalWei.toString(),
    start_time: unixSeconds(row.atMs),
    duration_days: row.durationDays,
    type: row.type,
    released_amount: row.releasedWei.toString(),
    remaining_amount: remainingWei.toString(),
    locked_amount: (row.slashed ? 0n : row.totalWei - dueWei(row, nowMs)).toString(),
    status: remainingWei === 0n ? VESTING_STATUS.completed : VESTING_STATUS.active,
    slashed: row.slashed,
  };
}
