/**
 * Delegated stake: who has delegated how much to a node, and their share of its earnings. Source: RELAY_PROTOCOL 4.9,
 * 10.1.
 */
import type { Hex } from '../../protocol/hex.ts';
import type { RelayContext } from './context.ts';
import type { DelegationRow } from './store/rows.ts';

type WithStore = Pick<RelayContext, 'store'>;

export function nodeDelegations({ store }: WithStore, node: string): DelegationRow {
  return store.delegations.get(node) ?? { node: node as Hex, sharePercent: 0, delegations: [] };
}

export function delegatedWei(context: WithStore, node: string): bigint {
  return nodeDelegations(context, node).delegations.reduce((total, { stakeWei }) => total + stakeWei, 0n);
}

/** A share of 0 closes the node to new delegations. Existing ones remain and count, but earn nothing. */
export function setDelegatorShare(context: WithStore, node: Hex, sharePercent: number): void {
  context.store.delegations.put({ ...nodeDelegations(context, node), sharePercent });
}

/** @param delegation new total; 0 = none */
export function setDelegation(
  context: WithStore,
  { node, delegator, stakeWei }: { readonly node: Hex; readonly delegator: Hex; readonly stakeWei: bigint },
): void {
  const before = nodeDelegations(context, node);
  const isKnown = before.delegations.some((delegation) => delegation.delegator === delegator);
  const present = isKnown
    ? before.delegations.map((delegation) => (delegation.delegator === delegator ? { delegator, stakeWei } : delegation))
    : [...before.delegations, { delegator, stakeWei }];
  context.store.delegations.put({ ...before, delegations: present.filter((delegation) => delegation.stakeWei > 0n) });
}

/** Sets everything the chain says about a node; delegations that it does not list are removed. */
export function replaceDelegations(context: WithStore, row: DelegationRow): void {
  context.store.delegations.put(row);
}
