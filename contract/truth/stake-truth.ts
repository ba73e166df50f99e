/** Where a node's stake is. Amounts are wei, times epoch ms. */
import type { ChainStakeView } from '../life.ts';
import type { NodeView } from '../worker-channel.ts';
import { isStakeOld } from './reach.ts';

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
  readonly nowMs: number;
}

export function stakeTruth({ node, last, nowMs }: StakeFacts): StakeTruth {
  const stake = node?.stake ?? last;
  if (stake === null) return node?.chain.kind === 'none' ? { kind: 'none' } : { kind: 'unknown' };
  const read: Read = {
    wei: BigInt(stake.balanceWei) + BigInt(stake.creditsWei),
    readMs: stake.readMs,
    isOld: isStakeOld(stake.readMs, nowMs),
  };
  const barred = node?.life?.kind === 'barred' ? node.life.why : null;
  if (stake.doubt === 'slashed' || node?.state === 'slashed' || barred === 'slashed') return { kind: 'slashed', ...read };
  switch (stake.status) {
    case 'PendingUnstaked':
      return { kind: 'returning', forceFromMs: node?.life?.kind === 'returning' ? node.life.forceFromMs : null, ...read };
    case 'Unstaked':
      return { kind: 'notStaked', ...read, wei: 0n };
    case 'Staked':
      return stake.doubt === 'kickedOut' ? { kind: 'dueBack', ...read } : { kind: 'staked', ...read };
  }
}
