/** How nodes leave a task or the network: release, kick-out, slash. Source: RELAY_PROTOCOL 4.3, 4.7, 4.8, 4.10. */
import { shouldKickOut } from '../../protocol/node/qos.ts';
import { type NodeStatusEvent, nodeStatusAfter } from '../../protocol/node/status.ts';
import { ABORT_REASON, isTerminal, TASK_STATUS } from '../../protocol/tasks/status.ts';
import type { RelayContext } from './context.ts';
import { emit } from './events.ts';
import { balanceOf, SLASHED, stakeOf, transfer } from './ledger.ts';
import { exception } from './refusal.ts';
import { refundFee } from './settlement.ts';
import { slashEvidence } from './slash-evidence.ts';
import { settleStake } from './stakes.ts';
import type { NodeRow, TaskRow } from './store/rows.ts';
import { slashVestings } from './vesting.ts';

/** Frees the task's node for its next task, unless it is already on another one. */
export function releaseNode(context: RelayContext, task: TaskRow): void {
  const node = task.selectedNode === null ? undefined : context.store.nodes.get(task.selectedNode);
  if (node?.currentTask !== task.commitment) return;
  if (shouldKickOut(node.qos)) {
    removeNode(context, node, 'kickOut');
    emit(context, {
      type: 'NodeKickedOut',
      nodeAddress: node.address,
      commitment: task.commitment,
      args: { node_address: node.address, task_id_commitment: task.commitment, network: node.network },
    });
    return;
  }
  if (nodeStatusAfter(node.status, 'taskEnd') === 'Quit') removeNode(context, node, 'taskEnd');
  else context.store.nodes.put({ ...node, status: nodeStatusAfter(node.status, 'taskEnd'), currentTask: null });
}

/** Sets the node to Quit and clears its models and its counted stake. */
export function removeNode(context: RelayContext, node: NodeRow, event: NodeStatusEvent): void {
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

/** Punishes the node of an invalidated task: slashes it at once, or in passive mode marks it for the admin. */
export function punishNode(context: RelayContext, task: TaskRow): void {
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
 * Takes the whole stake and expels the node at once. Its current task is aborted and refunded.
 * @throws Refusal "node has already quit"
 */
export function slashNode(context: RelayContext, slash: { readonly address: string; readonly commitment: string }): void {
  const { store } = context;
  const node = store.nodes.get(slash.address);
  if (node === undefined || node.status === 'Quit') throw exception('node has already quit');
  abortTaskOf(context, node);
  const evidence = slashEvidence(context, slash.commitment);
  const amount = balanceOf(context, stakeOf(node.address));
  // On a chain, the stake is gone when the chain says so.
  if (context.stakes === 'books') {
    // Once per membership: a node that has staked again can be slashed again.
    const reason = `slash-${node.address}-${slash.commitment}-${node.joinTimeMs}`;
    transfer(context, { type: 'Slash', reason, from: stakeOf(node.address), to: SLASHED, wei: amount });
  }
  slashVestings(context, node.address);
  removeNode(context, { ...node, pendingSlash: [] }, 'slash');
  emit(context, {
    type: 'NodeSlashed',
    nodeAddress: node.address,
    commitment: slash.commitment,
    args: {
      node_address: node.address,
      task_id_commitment: slash.commitment,
      amount: amount.toString(),
      network: node.network,
      ...(evidence === null ? {} : { evidence }),
    },
  });
}

/** Here the real relay deviates from the state graph: see the deviation `relayAbortsTaskOfSlashedNode`. */
function abortTaskOf(context: RelayContext, node: NodeRow): void {
  const task = node.currentTask === null ? undefined : context.store.tasks.get(node.currentTask);
  if (task === undefined || isTerminal(task.status)) return;
  context.store.tasks.put({ ...task, status: 'EndAborted', abortReason: 'NodeSlashed' });
  refundFee(context, task);
  const issuer = context.config.relayAddress;
  emit(context, {
    type: 'TaskEndAborted',
    nodeAddress: issuer,
    commitment: task.commitment,
    args: {
      task_id_commitment: task.commitment,
      abort_issuer: issuer,
      last_status: TASK_STATUS[task.status],
      abort_reason: ABORT_REASON.NodeSlashed,
    },
  });
}
