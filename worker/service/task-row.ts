/** A task as a UI lists it. */
import type { TaskRow } from '../../contract/tasks.ts';
import type { TransitionView } from '../../contract/worker-channel.ts';
import { isTerminal } from '../../protocol/tasks/status.ts';
import type { NetworkRules } from '../networks/network-rules.ts';
import { taskView } from '../node/views.ts';
import type { Store } from '../store/store.ts';
import type { StoredTask } from '../store/tasks.ts';

export function taskRow(store: Store, task: StoredTask, rules: Pick<NetworkRules, 'mode'>): TaskRow {
  const view = taskView(store, task, rules);
  return { ...view, sequence: task.id, seenMs: task.firstSeenMs, durationMs: durationMs(view) };
}

/** Until this node's score or error, else until the end; the network's own times take precedence over ours. */
function durationMs({ startTimeMs, transitions }: Pick<TaskRow, 'startTimeMs' | 'transitions'>): number | null {
  if (startTimeMs === null) return null;
  const first = (fits: (step: TransitionView) => boolean) => {
    const steps = transitions.filter(fits);
    return steps.find(({ source }) => source === 'relay') ?? steps[0];
  };
  const end =
    first(({ status }) => status === 'ScoreReady' || status === 'ErrorReported') ?? first(({ status }) => isTerminal(status));
  return end === undefined ? null : Math.max(0, end.atMs - startTimeMs);
}
