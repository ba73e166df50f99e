/** Where a node's stake is. Amounts are wei, times epoch ms. */
import type { ChainStakeView, LastWord } from '../life.ts';
import type { NodeView } from '../worker-channel.ts';
import { isOldAt } from './reach.ts';

interface StakeReading {
  readonly wei: bigint;
  readonly readMs: number;
  /** It is overdue. */
  readonly isOld: boolean;
}

export type StakeTruth =
  /** The network keeps no stake on a chain. */
  | { readonly kind: 'none' }
  /** It was never read. */
  | { readonly kind: 'unknown' }
  | ({ readonly kind: 'staked' } & StakeReading)
  /** Requested back. `forceFromMs`: from then on, the host can withdraw it without the relay; null = unknown. */
  | ({ readonly kind: 'returning'; readonly forceFromMs: number | null } & StakeReading)
  /** The node was removed; the chain still shows the stake, and the relay is to return it. */
  | ({ readonly kind: 'dueBack' } & StakeReading)
  | ({ readonly kind: 'notStaked' } & StakeReading)
  /** Taken by the network. `wei`: the amount on the chain before; 0 = unknown here. */
  | ({ readonly kind: 'slashed' } & StakeReading);

export interface StakeFacts {
  readonly node: NodeView | null;
  /** The previous reading, for a node that does not answer; null = none. */
  readonly last: ChainStakeView | null;
  /** Why the network has removed it, according to the node or its records. */
  readonly barred: LastWord['barred'];
  readonly nowMs: number;
}

export function stakeTruth({ node, last, barred, nowMs }: StakeFacts): StakeTruth {
  const stake = node?.stake ?? last;
  if (stake === null) return node?.chain.kind === 'none' ? { kind: 'none' } : { kind: 'unknown' };
  const read: StakeReading = {
    wei: BigInt(stake.balanceWei) + BigInt(stake.creditsWei),
    readMs: stake.readMs,
    isOld: isOldAt('stake', stake.readMs, nowMs),
  };
  if (stake.doubt === 'slashed' || barred === 'slashed') return { kind: 'slashed', ...read };
  switch (stake.status) {
    case 'PendingUnstaked':
      return { kind: 'returning', forceFromMs: node?.life?.kind === 'returning' ? node.life.forceFromMs : null, ...read };
    case 'Unstaked':
      return { kind: 'notStaked', ...read, wei: 0n };
    case 'Staked':
      return stake.doubt === 'kickedOut' || (node === null && barred === 'kickedOut')
        ? { kind: 'dueBack', ...read }
        : { kind: 'staked', ...read };
  }
}
