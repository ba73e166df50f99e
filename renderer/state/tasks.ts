/** What the selected node tells about its tasks while one looks: the open ones, and rows that have changed since. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { NodeClient } from '../../contract/rpc-client.ts';
import type { TaskRow, TasksUpdate } from '../../contract/tasks.ts';
import { isTerminal } from '../../protocol/tasks/status.ts';
import { follow } from '../rpc/follow.ts';
import type { Link } from '../rpc/link.ts';

export interface TasksState {
  /** Null before the first snapshot. */
  readonly revision: number | null;
  /** Highest sequence that has been told. */
  readonly upTo: number;
  /** By commitment: every row told since the snapshot, the newest {@link KEPT_ROWS} of them. */
  readonly rows: ReadonlyMap<string, TaskRow>;
}

export type TasksStore = StoreApi<TasksState>;

const KEPT_ROWS = 500;
const EMPTY: TasksState = { revision: null, upTo: 0, rows: new Map() };

export function createTasksStore(): TasksStore {
  return createStore<TasksState>(() => EMPTY);
}

/** The state after an update; null = something between is missing. */
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
  if (rows.size > KEPT_ROWS) rows.delete(rows.keys().next().value ?? '');
  return { revision: update.revision, upTo: Math.max(state.upTo, update.task.sequence), rows };
}

export function feedTasks(store: TasksStore, link: Link<NodeClient>): () => void {
  return follow(link, {
    open: (client, signal) => client.tasks.watch({}, { signal }),
    take(update: TasksUpdate) {
      const next = afterTasksUpdate(store.getState(), update);
      if (next === null) return 'gap';
      store.setState(next, true);
      return 'taken';
    },
  });
}

/** Tasks that the network still moves, the newest first. */
export function openTasks(state: TasksState): readonly TaskRow[] {
  return [...state.rows.values()].filter(({ status }) => !isTerminal(status)).toSorted((a, b) => b.sequence - a.sequence);
}
