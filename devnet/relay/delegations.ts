/** Delegated stake: who has put how much on a node, and their share of its earnings. Source: RELAY_PROTOCOL 4.9, 10.1. */
import type { Hex } from '../../protocol/hex.ts';
import type { RelayContext } from './context.ts';
import type { DelegationRow } from './store/rows.ts';

type Stored = Pick<RelayContext, 'store'>;

export function delegatedTo({ store }: Stored, node: string): DelegationRow {
  return store.delegations.get(node) ?? { node: node as Hex, sharePercent: 0, delegations: [] };
}

export function delegatedWei(context: Stored, node: string): bigint {
  return delegatedTo(context, node).delegations.reduce((total, { stakeWei }) => total + stakeWei, 0n);
}

/** A share of 0 closes the node for new delegations. Those that are there stay and count; they earn nothing. */
export function setDelegatorShare(context: Stored, node: Hex, sharePercent: number): void {
  context.store.delegations.put({ ...delegatedTo(context, node), sharePercent });
}

/** @param delegation New total; 0 = none any more. */
export function setDelegation(
  context: Stored,
  { node, delegator, stakeWei }: { readonly node: Hex; readonly delegator: Hex; readonly stakeWei: bigint },
): void {
  const before = delegatedTo(context, node);
  const isKnown = before.delegations.some((delegation) => delegation.delegator === delegator);
  const present = isKnown
    ? before.delegations.map((delegation) => (delegation.delegator === delegator ? { delegator, stakeWei } : delegation))
    : [...before.delegations, { delegator, stakeWei }];
  context.store.delegations.put({ ...before, delegations: present.filter((delegation) => delegation.stakeWei > 0n) });
}

/** All that the chain says of a node: what it does not name is gone. */
export function replaceDelegations(context: Stored, row: DelegationRow): void {
  context.store.delegations.put(row);
}
