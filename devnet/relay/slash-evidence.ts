/**
 * The evidence that the relay publishes with a slash: the members of the validation group, and their nodes as they were
 * when their tasks started. Source: recordings of NodeSlashed.
 */

import { parseVersion } from '../../protocol/node/selection.ts';
import { NODE_STATUS } from '../../protocol/node/status.ts';
import { TASK_TYPE } from '../../protocol/tasks/status.ts';
import type { RelayContext } from './context.ts';
import { delegatedWei, nodeDelegations } from './delegations.ts';
import type { NodeRow, NodeSnapshot, TaskRow } from './store/rows.ts';

/** Snapshot of a node for later evidence, taken when its task starts. */
export function nodeSnapshot(context: Pick<RelayContext, 'store'>, node: NodeRow): NodeSnapshot {
  const [major, minor, patch] = parseVersion(node.version) ?? [0, 0, 0];
  return {
    address: node.address,
    network: node.network,
    status: NODE_STATUS[node.status],
    gpu_name: node.gpuName,
    gpu_vram: node.gpuVramGib,
    major_version: major,
    minor_version: minor,
    patch_version: patch,
    operator_stake_amount: node.stakeWei.toString(),
    qos_score: node.qos.storedScore,
    health_base: node.qos.health?.value ?? 1,
    ...(node.qos.health === null ? {} : { health_updated_at: new Date(node.qos.health.atMs).toISOString() }),
    delegator_count: nodeDelegations(context, node.address).delegations.length,
    delegated_staking_amount: delegatedWei(context, node.address).toString(),
    models: node.modelIds.map((model_id) => ({ model_id, in_use: node.inUseModelIds.includes(model_id) })),
  };
}

/** Null = no task caused the slash. */
export function slashEvidence(context: RelayContext, commitment: string) {
  const task = context.store.tasks.get(commitment);
  if (task === undefined || task.taskId === '') return null;
  const members = context.store.tasks.values().filter(({ taskId }) => taskId === task.taskId);
  return {
    task_snapshots: members.map(taskSnapshot),
    node_snapshots: members.flatMap((member) => snapshotOf(context, member) ?? []),
    validation_context: {
      reason: 'task_end_invalidated',
      task_id: task.taskId,
      group_task_ids: members.map(({ taskId }) => taskId),
      task_id_commitments: members.map((member) => member.commitment),
    },
    input_artifacts: members.map((member) => inputArtifact(context, member)),
    result_artifacts: members.map((member) => resultArtifact(context, member)),
  };
}

function snapshotOf(context: RelayContext, { selectedNode, nodeAtStart }: TaskRow): NodeSnapshot | null {
  if (nodeAtStart !== null) return nodeAtStart;
  const node = selectedNode === null ? undefined : context.store.nodes.get(selectedNode);
  return node === undefined ? null : nodeSnapshot(context, node);
}

/** As before the validation: without its time and scores. */
function taskSnapshot(task: TaskRow) {
  return {
    task_id_commitment: task.commitment,
    task_id: task.taskId,
    task_args: task.args,
    task_type: TASK_TYPE[task.type],
    task_version: task.version,
    creator: task.creator,
    task_fee: task.feeWei.toString(),
    score: task.score,
    model_ids: [...task.modelIds],
    ...moment('create_time', task.createTimeMs),
    ...moment('start_time', task.startTimeMs),
    ...moment('score_ready_time', task.scoreReadyTimeMs),
  };
}

function moment(name: string, ms: number | null): Readonly<Record<string, string>> {
  return ms === null ? {} : { [name]: new Date(ms).toISOString() };
}

/** Paths as on the real relay, below its data directory. */
const stored = (commitment: string, part: string) => `data/slashed_tasks/${commitment}/${part}`;

function inputArtifact({ files }: RelayContext, { commitment }: TaskRow) {
  const isKept = files.get(commitment, { kind: 'checkpoint', of: 'input' }) !== undefined;
  return {
    task_id_commitment: commitment,
    source_path: `data/inference_tasks/${commitment}/input`,
    stored_path: stored(commitment, 'input'),
    ...(isKept ? { files: ['checkpoint.zip'] } : {}),
    status: isKept ? 'copied' : 'missing',
  };
}

function resultArtifact({ files }: RelayContext, { commitment, type }: TaskRow) {
  const uploaded: string[] = [];
  for (let index = 0; ; index++) {
    const name = `${index}.${type === 'Llm' ? 'json' : 'png'}`;
    if (files.get(commitment, { kind: 'result', name }) === undefined) break;
    uploaded.push(name);
  }
  return {
    task_id_commitment: commitment,
    stored_path: stored(commitment, 'results'),
    ...(uploaded.length === 0 ? {} : { files: uploaded }),
    status: uploaded.length === 0 ? 'pending_upload' : 'uploaded',
  };
}
