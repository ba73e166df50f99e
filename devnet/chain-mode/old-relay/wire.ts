/** The old relay's data object: its database fields, a fee in coin, its own status. Source: CHAIN_MODE 9. */
import { ABORT_REASON, TASK_TYPE } from '../../../protocol/tasks/status.ts';
import type { ChainTask } from '../chain-task.ts';
import { OLD_RELAY_STATUS, type OldRelayTask } from './store.ts';

const WEI_PER_COIN = 1e18;

const nullableTime = (seconds: number) => ({ Time: new Date(seconds * 1000).toISOString(), Valid: seconds > 0 });

export function oldTaskWire(row: OldRelayTask, task: ChainTask): object {
  return {
    ID: row.id,
    CreatedAt: new Date(row.createdMs).toISOString(),
    UpdatedAt: new Date(row.updatedMs).toISOString(),
    DeletedAt: null,
    task_args: row.args,
    task_id_commitment: row.commitment,
    creator: row.creator,
    status: OLD_RELAY_STATUS[row.status],
    task_type: TASK_TYPE[task.type],
    min_vram: task.minVramGib,
    required_gpu: task.requiredGpu,
    required_gpu_vram: task.requiredGpuVramGib,
    // A float, as in that relay: must not be used for calculations.
    task_fee: Number(task.feeWei) / WEI_PER_COIN,
    task_size: Number(task.size),
    model_ids: task.modelIds,
    abort_reason: ABORT_REASON[task.abortReason],
    task_error: task.error,
    selected_node: task.selectedNode ?? '',
    create_time: nullableTime(task.createSeconds),
    start_time: nullableTime(task.startSeconds),
    score_ready_time: nullableTime(task.scoreReadySeconds),
  };
}
