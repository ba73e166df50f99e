/**
 * Money as double-entry bookkeeping: every movement takes from one account what it gives to another, and its reason is
 * unique, so nothing is minted, lost or doubled. Source: RELAY_PROTOCOL 4.9 (reasons); issue: "conserved in every
 * settlement".
 */
import { DevnetError } from '../errors.ts';
import type { RelayContext } from './context.ts';
import type { LedgerType } from './store/rows.ts';

/** Accounts that are not addresses. */
export const DAO = 'dao';
/** Counts what came in through genesis and deposits; the sum of everything else equals it. */
export const ISSUED = 'issued';
export const WITHDRAW_FEES = 'withdraw-fees';
/** Stakes taken from slashed nodes. */
export const SLASHED = 'slashed';
/** What went out through withdrawals and returned stakes. */
export const OUTSIDE = 'outside';
export const escrowOf = (commitment: string): string => `escrow:${commitment}`;
export const stakeOf = (address: string): string => `stake:${address}`;
export const vestingOf = (id: number): string => `vesting:${id}`;
export const withdrawalOf = (id: number): string => `withdrawal:${id}`;

export interface Transfer {
  readonly type: LedgerType;
  /** Unique; the relay's form is `<type number>-<commitment>`. */
  readonly reason: string;
  readonly from: string;
  readonly to: string;
  readonly wei: bigint;
}

export function balanceOf({ store }: Pick<RelayContext, 'store'>, account: string): bigint {
  return store.accounts.get(account)?.wei ?? 0n;
}

/** @throws DevnetError DEVNET_DOUBLE_ENTRY, DEVNET_INSUFFICIENT_BALANCE */
export function transfer(context: Pick<RelayContext, 'store' | 'clock'>, { type, reason, from, to, wei }: Transfer): void {
  const { store, clock } = context;
  if (store.ledger.has(reason)) throw new DevnetError('DEVNET_DOUBLE_ENTRY', `the ledger already has ${reason}`, { reason });
  if (wei < 0n) throw new DevnetError('DEVNET_INSUFFICIENT_BALANCE', `${wei} wei cannot be moved`, { reason });
  store.ledger.put({ id: store.ledger.size + 1, reason, type, from, to, wei, atMs: clock.now() });
  if (from === ISSUED) {
    store.accounts.put({ name: ISSUED, wei: balanceOf(context, ISSUED) + wei });
  } else {
    const held = balanceOf(context, from);
    if (held < wei) {
      throw new DevnetError('DEVNET_INSUFFICIENT_BALANCE', `${from} has ${held} wei, but ${wei} were to be moved`, {
        account: from,
      });
    }
    store.accounts.put({ name: from, wei: held - wei });
  }
  store.accounts.put({ name: to, wei: balanceOf(context, to) + wei });
}

export interface Totals {
  /** Relay accounts of addresses, the DAO and collected fees. */
  readonly balancesWei: bigint;
  /** Fees of open tasks and amounts of open withdrawals. */
  readonly escrowWei: bigint;
  /** Emissions that are not yet released. */
  readonly lockedWei: bigint;
  readonly stakesWei: bigint;
  readonly slashedWei: bigint;
  readonly outsideWei: bigint;
  /** Sum of all the above: equals `issuedWei` at any moment. */
  readonly totalWei: bigint;
  readonly issuedWei: bigint;
}

export function totals({ store }: Pick<RelayContext, 'store'>): Totals {
  const sum = (pick: (name: string) => boolean) =>
    store.accounts.values().reduce((total, account) => (pick(account.name) ? total + account.wei : total), 0n);
  const isEscrow = (name: string) => name.startsWith('escrow:') || name.startsWith('withdrawal:');
  const isBalance = (name: string) => name.startsWith('0x') || name === DAO || name === WITHDRAW_FEES;
  return {
    balancesWei: sum(isBalance),
    escrowWei: sum(isEscrow),
    lockedWei: sum((name) => name.startsWith('vesting:')),
    stakesWei: sum((name) => name.startsWith('stake:')),
    slashedWei: sum((name) => name === SLASHED),
    outsideWei: sum((name) => name === OUTSIDE),
    totalWei: sum((name) => name !== ISSUED),
    issuedWei: sum((name) => name === ISSUED),
  };
}
