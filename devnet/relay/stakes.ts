/**
 * Stakes in the relay's books. Without a chain, the books decide; with one, they repeat what the chain last said
 * (`chain/chain-bridge.ts` reads it), and what leaving nodes are owed is queued for it here.
 */
import type { Hex } from '../../protocol/hex.ts';
import type { RelayContext } from './context.ts';
import { balanceOf, ISSUED, OUTSIDE, SLASHED, stakeOf, type Transfer, transfer } from './ledger.ts';
import { refuseField } from './refusal.ts';
import type { ChainJobRow, ChainStakeRow } from './store/rows.ts';

export interface ChainStakeUpdate {
  readonly node: Hex;
  readonly status: ChainStakeRow['status'];
  /** Coin; staked credits are not counted (RELAY_PROTOCOL 11.1, quirk 20). */
  readonly balanceWei: bigint;
  /** Transaction, or anything else that makes the entry unique. */
  readonly reason: string;
  readonly slashed?: boolean;
}

/** Brings the books in line with the chain. */
export function setChainStake(context: RelayContext, update: ChainStakeUpdate): void {
  const { node, status, balanceWei, reason, slashed = false } = update;
  const account = stakeOf(node);
  const heldWei = balanceOf(context, account);
  context.store.chainStakes.put({ node, status });
  if (balanceWei === heldWei) return;
  const wei = balanceWei > heldWei ? balanceWei - heldWei : heldWei - balanceWei;
  const movement: Omit<Transfer, 'reason' | 'wei'> =
    balanceWei > heldWei
      ? { type: 'Stake', from: ISSUED, to: account }
      : slashed
        ? { type: 'Slash', from: account, to: SLASHED }
        : { type: 'Unstake', from: account, to: OUTSIDE };
  transfer(context, { ...movement, reason: `${movement.type.toLowerCase()}-${reason}`, wei });
}

function chainStatus({ store }: Pick<RelayContext, 'store'>, node: string): ChainStakeRow['status'] {
  return store.chainStakes.get(node)?.status ?? 'Unstaked';
}

/** Only an operator that has requested its stake may quit (RELAY_PROTOCOL 3.3). @throws Refusal */
export function assertMayQuit(context: RelayContext, node: string): void {
  const isStaked =
    context.stakes === 'chain'
      ? chainStatus(context, node) === 'Staked'
      : context.config.unstakeBeforeQuit && balanceOf(context, stakeOf(node)) > 0n;
  if (isStaked) throw refuseField('staking_status', 'Staking status is staked');
}

/** @throws Refusal while the stake of the last membership still has to be taken */
export function assertNoSlashJob({ store }: RelayContext, node: string): void {
  if (store.chainJobs.values().some((job) => job.open && job.kind === 'slash' && job.node === node)) {
    throw refuseField('address', 'Delegated slash job in progress');
  }
}

/**
 * Called after the node has left: its stake is returned or taken. Without a chain, a stake stays where it is until it
 * is slashed.
 * @returns the job's number, 0 if there is nothing to do on a chain
 */
export function settleStake(context: RelayContext, node: Hex, kind: ChainJobRow['kind']): number {
  const { store } = context;
  if (context.stakes !== 'chain' || chainStatus(context, node) === 'Unstaked') return 0;
  const id = store.chainJobs.size + 1;
  store.chainJobs.put({ id, kind, node, open: true, txHash: '' });
  return id;
}
