/** What the selected node reports about its tasks while they are shown: the open ones, and rows that have changed since. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { NodeClient } from '../../contract/rpc-client.ts';
import type { TaskRow, TasksUpdate } from '../../contract/tasks.ts';
import { isTerminal } from '../../protocol/tasks/status.ts';
import { follow } from '../rpc/follow.ts';
import type { Link } from '../rpc/link.ts';

export interface TasksState {
  /** Null before the first snapshot. */
  readonly revision: number | null;
  /** The highest sequence number reported so far. */
  readonly upTo: number;
  /** By commitment: the rows reported since the snapshot. Of ended tasks only the latest are kept, so that the window does not grow. */
  readonly rows: ReadonlyMap<string, TaskRow>;
}

export type TasksStore = StoreApi<TasksState>;

/** The number of ended tasks that a list being read now may still miss; older ones are in its pages. */
const KEPT_ROWS = 50;
const EMPTY: TasksState = { revision: null, upTo: 0, rows: new Map() };

export function createTasksStore(): TasksStore {
  return createStore<TasksState>(() => EMPTY);
}

/** The state after an update; null = an update is missing. */
export function afterTasksUpdate(state: TasksState, update: TasksUpdate): TasksState | null {
  if (update.kind === 'snapshot') {
    const rows = new Map(update.open.map((row) => [row.commitment, row]));
    return { revision: update.revision, upTo: update.upTo, rows };
  }
  if (state.revision === null || update.revision > state.revision + 1) return null;
  if (update.revision <= state.revision) return state;
  const rows = new Map(state.rows);
  rows.delete(update.task.commitment);
  rows.set(update.task.commitment, update.task);
  if (rows.size > KEPT_ROWS) {
    const oldestEnded = [...rows.values()].find(({ status }) => isTerminal(status));
    if (oldestEnded !== undefined) rows.delete(oldestEnded.commitment);
  }
  return { revision: update.revision, upTo: Math.max(state.upTo, update.task.sequence), rows };
}

export function feedTasks(store: TasksStore, link: Link<NodeClient>): () => void {
  return follow(link, {
    open: (client, signal) => client.tasks.watch({}, { signal }),
    apply(update: TasksUpdate) {
      const next = afterTasksUpdate(store.getState(), update);
      if (next === null) return 'gap';
      store.setState(next, true);
      return 'applied';
    },
  });
}

/** Tasks that are still open in the network, newest first. */
export function openTasks(state: TasksState): readonly TaskRow[] {
  return [...state.rows.values()].filter(({ status }) => !isTerminal(status)).toSorted((a, b) => b.sequence - a.sequence);
}
