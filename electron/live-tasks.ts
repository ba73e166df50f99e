/** What a host may want to be told of one node's tasks while its process lives. */
import type { NodeClient } from '../contract/rpc-client.ts';
import type { Notice } from '../contract/settings.ts';
import type { TaskRow } from '../contract/tasks.ts';

/** @param before null: not seen by this reader, so that what is old is never told as news. */
export function noticeOfTask(before: TaskRow | null, after: TaskRow): Extract<Notice, 'invalidated' | 'payment'> | null {
  if (before === null) return null;
  if (after.status === 'EndInvalidated' && before.status !== 'EndInvalidated') return 'invalidated';
  return wasPaid(after) && !wasPaid(before) ? 'payment' : null;
}

function wasPaid({ paymentWei }: TaskRow): boolean {
  return paymentWei !== null && paymentWei !== '0';
}

/** Until the signal or the end of the node's process, which rejects. */
export async function followTasks(
  node: NodeClient,
  signal: AbortSignal,
  told: (notice: 'invalidated' | 'payment') => void,
): Promise<void> {
  const seen = new Map<string, TaskRow>();
  for await (const update of await node.tasks.watch({}, { signal })) {
    if (update.kind === 'snapshot') {
      seen.clear();
      for (const row of update.open) seen.set(row.commitment, row);
      continue;
    }
    const { task } = update;
    const notice = noticeOfTask(seen.get(task.commitment) ?? null, task);
    // A paid task changes no more in a way that matters here.
    if (wasPaid(task)) seen.delete(task.commitment);
    else seen.set(task.commitment, task);
    if (notice !== null) told(notice);
  }
}
