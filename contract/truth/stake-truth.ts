/** Where a node's stake is. Amounts are wei, times epoch ms. */
import type { ChainStakeView, LastWord } from '../life.ts';
import type { NodeView } from '../worker-channel.ts';
import { isOldAt } from './reach.ts';

interface Read {
  readonly wei: bigint;
  readonly readMs: number;
  /** Nobody has read it when it was due. */
  readonly isOld: boolean;
}

export type StakeTruth =
  /** The network keeps no stake on a chain. */
  | { readonly kind: 'none' }
  /** It was never read. */
  | { readonly kind: 'unknown' }
  | ({ readonly kind: 'staked' } & Read)
  /** Asked back. `forceFromMs`: from then on the host can take it without the relay; null = not told. */
  | ({ readonly kind: 'returning'; readonly forceFromMs: number | null } & Read)
  /** The node was removed; the chain still has it as staked, and the relay is to return it. */
  | ({ readonly kind: 'dueBack' } & Read)
  | ({ readonly kind: 'notStaked' } & Read)
  /** Taken by the network. `wei`: what the chain had before; 0 = it is not known here. */
  | ({ readonly kind: 'slashed' } & Read);

export interface StakeFacts {
  readonly node: NodeView | null;
  /** What was read before, for a node that does not speak; null = nothing. */
  readonly last: ChainStakeView | null;
  /** Why the network has put it out, by the node's own word or by its records. */
  readonly barred: LastWord['barred'];
  readonly nowMs: number;
}

export function stakeTruth({ node, last, barred, nowMs }: StakeFacts): StakeTruth {
  const stake = node?.stake ?? last;
  if (stake === null) return node?.chain.kind === 'none' ? { kind: 'none' } : { kind: 'unknown' };
  const read: Read = {
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
