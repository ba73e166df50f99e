/** Emissions of an account: what is locked, what was released, week by week. Source: RELAY_PROTOCOL 1.2, 3.5. */
import type { FastifyInstance } from 'fastify';
import type { RelayContext } from '../context.ts';
import { refuseField } from '../refusal.ts';
import type { VestingRow } from '../store/rows.ts';
import { lockedWei, vestingsOf } from '../vesting.ts';
import type { Access } from './access.ts';
import { page, paged, requireToken } from './account-routes.ts';
import { bind } from './bind.ts';
import { rfc3339 } from './wire.ts';

const VESTING_STATUS = { active: 0, completed: 1 } as const;
const WEEK_MS = 7 * 86_400_000;
/** The epoch began on a Thursday; weeks begin on Monday. */
const MONDAY_MS = 4 * 86_400_000;

export function emissionRoutes(app: FastifyInstance, context: RelayContext, access: Access): void {
  app.get('/v2/relay_account/:address/vesting/locked', async (request) => {
    const address = await access.requireOwner(request, 'Address mismatch');
    return { message: 'success', data: lockedWei(context, address).toString() };
  });

  app.get('/v2/relay_account/:address/vesting/list', async (request) => {
    const address = await access.requireOwner(request, 'Address mismatch');
    const input = bind(request, { shape: page(20) });
    if (input.page_size > 100) throw refuseField('page_size', 'max');
    const rows = vestingsOf(context, address);
    return { message: 'success', data: { total: rows.length, vesting_records: paged(rows, input).map(vestingWire) } };
  });

  app.get('/v2/relay_account/:address/emission/chart', async (request) => {
    const address = await requireToken(access, request);
    const { weeks } = bind(request, { shape: (k) => ({ weeks: k.int(24) }) });
    if (weeks < 1 || weeks > 260) throw refuseField('weeks', 'weeks must be between 1 and 260');
    const now = context.clock.now();
    const thisWeekMs = now - ((now - MONDAY_MS) % WEEK_MS);
    const starts = Array.from({ length: weeks }, (_, index) => thisWeekMs - (weeks - 1 - index) * WEEK_MS);
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

function vestingWire(row: VestingRow) {
  const remainingWei = row.totalWei - row.releasedWei;
  return {
    id: row.id,
    created_at: rfc3339(row.atMs),
    address: row.address,
    total_amount: row.totalWei.toString(),
    start_time: rfc3339(row.atMs),
    duration_days: row.durationDays,
    type: row.type,
    released_amount: row.releasedWei.toString(),
    remaining_amount: remainingWei.toString(),
    locked_amount: (row.slashed ? 0n : remainingWei).toString(),
    status: remainingWei === 0n ? VESTING_STATUS.completed : VESTING_STATUS.active,
    slashed: row.slashed,
  };
}
