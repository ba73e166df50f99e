/** Matches queued tasks with nodes. Source: RELAY_PROTOCOL 4.2. */
import { combinedQos, isExcluded, recordTaskStart } from '../../protocol/node/qos.ts';
import { baseModelsOf, evaluateFilters, pickWeighted, selectionWeight, stakingScore } from '../../protocol/node/selection.ts';
import { nodeStatusAfter } from '../../protocol/node/status.ts';
import { executionTimeoutSeconds, queueDeadlineMs } from '../../protocol/tasks/deadlines.ts';
import type { RelayContext } from './context.ts';
import { delegatedWei } from './delegations.ts';
import { balanceOf } from './ledger.ts';
import { nodeSnapshot } from './slash-evidence.ts';
import type { NodeRow, TaskRow } from './store/rows.ts';
import { moveTask } from './task-moves.ts';
import { lockedWei } from './vesting.ts';

/** Starts every queued task for which there is a node; returns how many. */
export function dispatch(context: RelayContext): number {
  const now = context.clock.now();
  const queue = context.store.tasks
    .values()
    .filter((task) => task.status === 'Queued' && now < queueDeadlineMs(task, context.config.times))
    .sort((a, b) => (a.priority === b.priority ? a.sequence - b.sequence : a.priority > b.priority ? -1 : 1));
  let started = 0;
  for (const task of queue) {
    const node = selectNode(context, task);
    if (node === undefined) continue;
    try {
      context.store.transaction(() => startTask(context, task, node));
      started++;
    } catch (error) {
      context.onError(error);
    }
  }
  return started;
}

function selectNode(context: RelayContext, task: TaskRow): NodeRow | undefined {
  const { store, config, clock, random } = context;
  const nodes = store.nodes.values();
  const now = clock.now();
  const policy = { minimumNodeNameNumber: config.minimumNodeNameNumber, nodeNameWhitelist: null };
  const fitting = nodes.filter((node) => {
    const candidate = {
      status: node.status,
      hasCurrentTask: node.currentTask !== null,
      excluded: isExcluded(node.qos, now),
      version: node.version,
      gpuName: node.gpuName,
      gpuVramGib: node.gpuVramGib,
      onDiskModelIds: node.modelIds,
      sameNamedNodes: nodes.filter((other) => isActive(other) && sameHardware(other, node)).length,
    };
    return evaluateFilters(candidate, task, policy).every((result) => result.passed);
  });
  const weighted = fitting.map((node) => ({ node, weight: nodeScores(context, node, task.modelIds).weight }));
  return pickWeighted(weighted, random.fraction())?.node;
}

export interface NodeScores {
  readonly staking: number;
  readonly qos: number;
  readonly weight: number;
}

/**
 * The scores used in the selection, which the node's status page also shows; an excluded node's weight is shown as 0.
 */
export function nodeScores(context: RelayContext, node: NodeRow, taskModelIds: readonly string[] = []): NodeScores {
  const now = context.clock.now();
  let highest = 0n;
  for (const other of context.store.nodes.values()) {
    const stake = scoreStakeWei(context, other);
    if (stake > highest) highest = stake;
  }
  const maxStake = highest === 0n ? context.config.defaultStakeWei : highest;
  const staking = stakingScore(scoreStakeWei(context, node), maxStake);
  const qos = combinedQos(node.qos, now);
  const weight = selectionWeight({ staking, qos, inUseBaseModels: node.inUseModelIds, taskBaseModels: taskModelIds });
  return { staking, qos, weight: isExcluded(node.qos, now) ? 0 : weight };
}

/** The stake that counts in the selection; 0 for a node that has left. */
export function scoreStakeWei(context: RelayContext, node: NodeRow): bigint {
  const { address } = node;
  if (node.status === 'Quit') return 0n;
  return node.stakeWei + delegatedWei(context, address) + lockedWei(context, address) + balanceOf(context, address);
}

function startTask(context: RelayContext, task: TaskRow, node: NodeRow): void {
  const models = [...baseModelsOf(task.modelIds)];
  const isSwitch = !models.every((id) => node.inUseModelIds.includes(id));
  const predicted = isSwitch ? task.seconds.modelSwitch : task.seconds.warm;
  const busy = context.store.nodes.put({
    ...node,
    status: nodeStatusAfter(node.status, 'taskStart'),
    currentTask: task.commitment,
    inUseModelIds: models,
    qos: { ...recordTaskStart(node.qos), pool: [...node.qos.pool] },
  });
  const timeoutSeconds =
    task.type === 'FineTuneLora' ? task.timeoutSeconds : executionTimeoutSeconds(predicted, context.config.times);
  moveTask(context, task, {
    to: 'Started',
    actor: 'network',
    changes: {
      selectedNode: node.address,
      nodeAtStart: nodeSnapshot(context, busy),
      startTimeMs: context.clock.now(),
      timeoutSeconds,
    },
  });
}

function isActive(node: NodeRow): boolean {
  return node.status !== 'Quit' && node.status !== 'Paused';
}

function sameHardware(a: NodeRow, b: NodeRow): boolean {
  return a.gpuName === b.gpuName && a.gpuVramGib === b.gpuVramGib && a.version === b.version;
}
