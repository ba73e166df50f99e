/** The events of a node's tasks that a host may want to be notified about, while the node's process is running. */
import type { Notice } from '../../contract/notify.ts';
import type { ProfileView } from '../../contract/profiles.ts';
import type { NodeClient } from '../../contract/rpc-client.ts';
import type { TaskRow } from '../../contract/tasks.ts';

/** @param before null: not seen before by this reader, so nothing old is reported as news. */
export function noticeOfTask(before: TaskRow | null, after: TaskRow): Extract<Notice, 'invalidated' | 'payment'> | null {
  if (before === null) return null;
  if (after.status === 'EndInvalidated' && before.status !== 'EndInvalidated') return 'invalidated';
  return wasPaid(after) && !wasPaid(before) ? 'payment' : null;
}

function wasPaid({ paymentWei }: TaskRow): boolean {
  return paymentWei !== null && paymentWei !== '0';
}

/** Until the signal aborts, or the node's process ends, which rejects. */
async function followTasks(
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
    // A paid task no longer changes in a way that matters here.
    if (wasPaid(task)) seen.delete(task.commitment);
    else seen.set(task.commitment, task);
    if (notice !== null) told(notice);
  }
}

/** Follows the tasks of each process once, however often its view changes. */
export function taskFollower(
  nodeOf: (profileId: string) => NodeClient | null,
  signal: AbortSignal,
  told: (view: ProfileView, notice: Notice) => void,
) {
  const followed = new Map<string, number>();
  return (view: ProfileView): void => {
    const { profile, worker } = view;
    if (worker.kind !== 'running' || view.node === null || followed.get(profile.id) === worker.pid) return;
    const node = nodeOf(profile.id);
    if (node === null) return;
    followed.set(profile.id, worker.pid);
    // Either the process ended, or it was too early: the next view of the node tries again.
    followTasks(node, signal, (notice) => told(view, notice)).catch(() => followed.delete(profile.id));
  };
}
