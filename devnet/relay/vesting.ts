/** Emissions: locked when created, released day by day, taken by a slash. Source: RELAY_PROTOCOL 3.5, 4.8, 4.12. */
import type { Hex } from '../../protocol/hex.ts';
import type { RelayContext } from './context.ts';
import { balanceOf, ISSUED, SLASHED, transfer, vestingOf } from './ledger.ts';
import type { VestingRow } from './store/rows.ts';

const DAY_MS = 86_400_000;

export interface NewVesting {
  readonly address: Hex;
  readonly wei: bigint;
  readonly durationDays: number;
  readonly type: VestingRow['type'];
}

export function createVesting(context: RelayContext, { address, wei, durationDays, type }: NewVesting): VestingRow {
  const { store, clock } = context;
  const id = store.vestings.size + 1;
  return store.transaction(() => {
    transfer(context, { type: 'VestingCreated', reason: `9-${id}`, from: ISSUED, to: vestingOf(id), wei });
    const common = { id, address, type, durationDays, slashed: false, atMs: clock.now() };
    return store.vestings.put({ ...common, totalWei: wei, releasedWei: 0n });
  });
}

/** Releases what has become due since the last call. */
export function releaseVestings(context: RelayContext): void {
  const { store, clock } = context;
  for (const row of store.vestings.values()) {
    const due = dueWei(row, clock.now());
    if (row.slashed || due <= row.releasedWei) continue;
    store.transaction(() => {
      const step = { reason: `10-${row.id}-${row.releasedWei}-${due}`, wei: due - row.releasedWei };
      transfer(context, { ...step, type: 'VestingRelease', from: vestingOf(row.id), to: row.address });
      store.vestings.put({ ...row, releasedWei: due });
    });
  }
}

/** What is still locked is slashed like the stake; what was released stays. */
export function slashVestings(context: RelayContext, address: string): void {
  const { store } = context;
  for (const row of vestingsOf(context, address)) {
    const wei = balanceOf(context, vestingOf(row.id));
    if (row.slashed || wei === 0n) continue;
    transfer(context, { type: 'Slash', reason: `slash-vesting-${row.id}`, from: vestingOf(row.id), to: SLASHED, wei });
    store.vestings.put({ ...row, slashed: true });
  }
}

export function vestingsOf({ store }: Pick<RelayContext, 'store'>, address: string): VestingRow[] {
  return store.vestings.values().filter((row) => row.address === address);
}

/** Wei that is neither due nor slashed. */
export function lockedWei({ store, clock }: Pick<RelayContext, 'store' | 'clock'>, address: string): bigint {
  return vestingsOf({ store }, address)
    .filter((row) => !row.slashed)
    .reduce((sum, row) => sum + row.totalWei - dueWei(row, clock.now()), 0n);
}

/**
 * What has been released so far: by UTC day, as on the real relay. A duration of less than a day, which no real
 * emission has, is released continuously, so that a devnet can show a release without waiting for midnight.
 */
export function dueWei({ totalWei, durationDays, atMs }: VestingRow, nowMs: number): bigint {
  if (durationDays < 1) {
    const durationMs = BigInt(Math.round(durationDays * DAY_MS));
    const passedMs = BigInt(Math.max(0, nowMs - atMs));
    return passedMs >= durationMs ? totalWei : (totalWei * passedMs) / durationMs;
  }
  const days = BigInt(Math.max(0, Math.floor(nowMs / DAY_MS) - Math.floor(atMs / DAY_MS)));
  const whole = BigInt(Math.floor(durationDays));
  return days >= whole ? totalWei : (totalWei * days) / whole;
}
