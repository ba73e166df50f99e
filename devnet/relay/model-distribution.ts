/** Asks nodes to download base models that queued tasks are waiting for. Source: RELAY_PROTOCOL 4.11. */
import { baseModelsOf } from '../../protocol/node/selection.ts';
import { TASK_TYPE } from '../../protocol/tasks/status.ts';
import type { RelayContext } from './context.ts';
import { emit } from './events.ts';
import type { NodeRow, TaskRow } from './store/rows.ts';

/**
 * Requests one download per missing model and round, from the first node that could run the task: with a devnet's
 * handful of nodes, the real relay's arrival statistics always come out as "one more".
 */
export function distributeModels(context: RelayContext): void {
  const { store, clock, config } = context;
  const now = clock.now();
  for (const task of store.tasks.values().filter((row) => row.status === 'Queued')) {
    for (const modelId of baseModelsOf(task.modelIds)) {
      const candidates = store.nodes.values().filter((node) => couldRun(node, task));
      if (candidates.some((node) => node.modelIds.includes(modelId) || isDownloading(node, modelId, now))) continue;
      const node = candidates[0];
      if (node !== undefined)
        store.transaction(() =>
          requestDownload(context, { node, modelId, task, deadlineMs: now + config.times.modelDownload * 1000 }),
        );
    }
  }
}

function requestDownload(
  context: RelayContext,
  {
    node,
    modelId,
    task,
    deadlineMs,
  }: { readonly node: NodeRow; readonly modelId: string; readonly task: TaskRow; readonly deadlineMs: number },
): void {
  const others = node.downloads.filter((download) => download.modelId !== modelId);
  context.store.nodes.put({ ...node, downloads: [...others, { modelId, deadlineMs }] });
  emit(context, {
    type: 'DownloadModel',
    nodeAddress: node.address,
    args: { node_address: node.address, model_id: modelId, task_type: TASK_TYPE[task.type] },
  });
}

function couldRun(node: NodeRow, task: TaskRow): boolean {
  const present = node.status === 'Available' || node.status === 'Busy';
  return present && (task.requiredGpu === '' ? node.gpuVramGib >= task.minVramGib : node.gpuName === task.requiredGpu);
}

function isDownloading(node: NodeRow, modelId: string, now: number): boolean {
  return node.downloads.some((download) => download.modelId === modelId && now < download.deadlineMs);
}
