/** The events of a node, and of its tasks while its process is running, that a host may want to be notified about. */
import type { Notice } from '../../contract/notify.ts';
import type { ProfileView } from '../../contract/profiles.ts';
import type { NodeClient } from '../../contract/rpc-client.ts';
import type { TaskRow } from '../../contract/tasks.ts';
import { nodeTruth } from '../../contract/truth/node-truth.ts';

/** Notices contain no ages, so the time does not matter. */
const lifeOf = ({ worker, node }: ProfileView) => nodeTruth({ worker, node, nowMs: 0 }).life;

/** The events between two views that the host may want to be notified about. */
export function noticesBetween(before: ProfileView | null, after: ProfileView): Notice[] {
  const [was, is] = [before === null ? null : lifeOf(before), lifeOf(after)];
  // What was already so when the program started is not reported.
  if (was === null || was === is) return [];
  if (is === 'slashed' || is === 'kickedOut') return [is];
  return is === 'failed' ? ['nodeFailed'] : [];
}

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
  onNotice: (notice: 'invalidated' | 'payment') => void,
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
    if (notice !== null) onNotice(notice);
  }
}

/** Follows the tasks of each process once, however often its view changes. */
export function taskFollower(
  nodeOf: (profileId: string) => NodeClient | null,
  signal: AbortSignal,
  onNotice: (view: ProfileView, notice: Notice) => void,
) {
  const followed = new Map<string, number>();
  return (view: ProfileView): void => {
    const { profile, worker } = view;
    if (worker.kind !== 'running' || view.node === null || followed.get(profile.id) === worker.pid) return;
    const node = nodeOf(profile.id);
    if (node === null) return;
    followed.set(profile.id, worker.pid);
    // Either the process ended, or it was too early: the next view of the node tries again.
    followTasks(node, signal, (notice) => onNotice(view, notice)).catch(() => followed.delete(profile.id));
  };
}
