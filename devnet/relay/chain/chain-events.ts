/** Applies an event of the chain to the relay's books. Source: RELAY_PROTOCOL 3.3.3, 4.10. */
import { nodeStatusAfter } from '../../../protocol/node/status.ts';
import type { ChainEvent } from '../../chain/relay-chain.ts';
import type { RelayContext } from '../context.ts';
import { nodeDelegations, setDelegation, setDelegatorShare } from '../delegations.ts';
import { emit } from '../events.ts';
import { balanceOf, ISSUED, stakeOf, transfer } from '../ledger.ts';
import { removeNode } from '../node-departure.ts';
import { setChainStake } from '../stakes.ts';

/** Runs inside a transaction. */
export function applyChainEvent(context: RelayContext, event: ChainEvent): void {
  switch (event.kind) {
    case 'nodeStaked':
      onStaked(context, event);
      break;
    case 'nodeTryUnstaked':
      onTryUnstaked(context, event);
      break;
    case 'nodeUnstaked':
    case 'nodeSlashed': {
      const slashed = event.kind === 'nodeSlashed';
      setChainStake(context, { node: event.node, status: 'Unstaked', balanceWei: 0n, reason: event.hash, slashed });
      break;
    }
    case 'delegation':
      onDelegation(context, event);
      break;
    case 'delegatorShare':
      onDelegatorShare(context, event);
      break;
    case 'deposit': {
      const reason = `3-${event.hash}`;
      transfer(context, { type: 'Deposit', reason, from: ISSUED, to: event.from, wei: event.wei });
    }
  }
}

type EventOf<Kind extends ChainEvent['kind']> = Extract<ChainEvent, { readonly kind: Kind }>;

function onStaked(context: RelayContext, { node: address, balanceWei, hash }: EventOf<'nodeStaked'>): void {
  setChainStake(context, { node: address, status: 'Staked', balanceWei, reason: hash });
  const node = context.store.nodes.get(address);
  if (node === undefined || node.status === 'Quit') return;
  context.store.nodes.put({ ...node, stakeWei: balanceWei });
  const args = { node_address: address, staking_amount: balanceWei.toString(), network: node.network };
  emit(context, { type: 'NodeStaking', nodeAddress: address, args });
}

/** No event is emitted for a node that the relay does not know. */
function onDelegation(context: RelayContext, { node, delegator, stakeWei, slashed = false }: EventOf<'delegation'>): void {
  const before =
    nodeDelegations(context, node).delegations.find((delegation) => delegation.delegator === delegator)?.stakeWei ?? 0n;
  setDelegation(context, { node, delegator, stakeWei });
  const network = context.store.nodes.get(node)?.network;
  if (network === undefined || (stakeWei === 0n && before === 0n)) return;
  const type = slashed ? 'DelegatedStakingSlashed' : stakeWei === 0n ? 'DelegatorUnstaking' : 'DelegatorStaking';
  // For a removed delegation, the event reports its previous amount.
  const amount = (stakeWei === 0n ? before : stakeWei).toString();
  emit(context, { type, nodeAddress: node, args: { delegator_address: delegator, node_address: node, amount, network } });
}

function onDelegatorShare(context: RelayContext, { node: address, share }: EventOf<'delegatorShare'>): void {
  setDelegatorShare(context, address, share);
  const node = context.store.nodes.get(address);
  if (node === undefined || node.status === 'Quit') return;
  const args = { node_address: address, share, network: node.network };
  emit(context, { type: 'NodeDelegatorShareChanged', nodeAddress: address, args });
}

/**
 * The real relay ignores requests from before the join by comparing block times. Here every earlier event is applied
 * before a join (`ChainBridge.syncNode`), whatever the chain's clock says.
 */
function onTryUnstaked(context: RelayContext, { node: address }: EventOf<'nodeTryUnstaked'>): void {
  const balanceWei = balanceOf(context, stakeOf(address));
  setChainStake(context, { node: address, status: 'PendingUnstaked', balanceWei, reason: '' });
  const node = context.store.nodes.get(address);
  const next = node === undefined ? 'Quit' : nodeStatusAfter(node.status, 'chainTryUnstake');
  if (node === undefined || next === node.status) return;
  if (next === 'Quit') removeNode(context, node, 'chainTryUnstake');
  else context.store.nodes.put({ ...node, status: next });
}
