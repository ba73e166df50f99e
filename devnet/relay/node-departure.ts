/** How nodes leave a task or the network: release, kick-out, slash. Source: RELAY_PROTOCOL 4.3, 4.7, 4.8, 4.10. */
import { shouldKickOut } from '../../protocol/node/qos.ts';
import { type NodeStatusEvent, nodeStatusAfter } from '../../protocol/node/status.ts';
import type { RelayContext } from './context.ts';
import { emit } from './events.ts';
import { balanceOf, SLASHED, stakeOf, transfer } from './ledger.ts';
import { exception } from './refusal.ts';
import { settleStake } from './stakes.ts';
import type { NodeRow, TaskRow } from './store/rows.ts';
import { slashVestings } from './vesting.ts';

/** Frees the task's node for its next task, unless it serves another one meanwhile. */
export function releaseNode(context: RelayContext, task: TaskRow): void {
  const node = task.selectedNode === null ? undefined : context.store.nodes.get(task.selectedNode);
  if (node?.currentTask !== task.commitment) return;
  if (shouldKickOut(node.qos)) {
    leave(context, node, 'kickOut');
    emit(context, {
      type: 'NodeKickedOut',
      nodeAddress: node.address,
      commitment: task.commitment,
      args: { node_address: node.address, task_id_commitment: task.commitment, network: node.network },
    });
    return;
  }
  if (nodeStatusAfter(node.status, 'taskEnd') === 'Quit') leave(context, node, 'taskEnd');
  else context.store.nodes.put({ ...node, status: nodeStatusAfter(node.status, 'taskEnd'), currentTask: null });
}

/** The node becomes Quit: its models and its counted stake are forgotten. */
export function leave(context: RelayContext, node: NodeRow, event: NodeStatusEvent): void {
  const job = settleStake(context, node.address, event === 'slash' ? 'slash' : 'unstake');
  context.store.nodes.put({
    ...node,
    status: nodeStatusAfter(node.status, event),
    modelIds: [],
    inUseModelIds: [],
    downloads: [],
    stakeWei: 0n,
    currentTask: null,
  });
  emit(context, {
    type: 'NodeQuit',
    nodeAddress: node.address,
    args: { node_address: node.address, blockchain_transaction_id: job, network: node.network },
  });
}

/** What an invalidated task does to its node: an immediate slash, or in passive mode a mark for the admin. */
export function punish(context: RelayContext, task: TaskRow): void {
  const node = task.selectedNode === null ? undefined : context.store.nodes.get(task.selectedNode);
  if (node === undefined || node.status === 'Quit') return;
  if (!context.config.passiveSlash) {
    slashNode(context, { address: node.address, commitment: task.commitment });
    return;
  }
  context.store.nodes.put({ ...node, pendingSlash: [...node.pendingSlash, task.commitment] });
  releaseNode(context, task);
}

/**
 * Takes the whole stake and expels the node. The state graph knows no way to abort a running task for a slash, so an
 * admin's slash waits until the node is idle; an invalidated task is over already.
 * @throws Refusal "node has already quit", "node is busy"
 */
export function slashNode(context: RelayContext, slash: { readonly address: string; readonly commitment: string }): void {
  const { store } = context;
  const node = store.nodes.get(slash.address);
  if (node === undefined || node.status === 'Quit') throw exception('node has already quit');
  if (node.currentTask !== null && node.currentTask !== slash.commitment) throw exception('node is busy');
  const amount = balanceOf(context, stakeOf(node.address));
  // On a chain the stake is gone when the chain says so.
  if (context.stakes === 'books') {
    // Once per membership: a node that has staked again can be slashed again.
    const reason = `slash-${node.address}-${slash.commitment}-${node.joinTimeMs}`;
    transfer(context, { type: 'Slash', reason, from: stakeOf(node.address), to: SLASHED, wei: amount });
  }
  slashVestings(context, node.address);
  leave(context, { ...node, pendingSlash: [] }, 'slash');
  emit(context, {
    type: 'NodeSlashed',
    nodeAddress: node.address,
    commitment: slash.commitment,
    args: {
      node_address: node.address,
      task_id_commitment: slash.commitment,
      amount: amount.toString(),
      network: node.network,
    },
  });
}
