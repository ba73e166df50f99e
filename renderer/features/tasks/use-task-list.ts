import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { TaskFilter } from '../../../contract/tasks.ts';
import { useNode } from '../../state/app-context.ts';
import type { TasksStore } from '../../state/tasks.ts';
import { PAGE_ROWS } from './task-list.ts';
import { TaskReader, type TaskReaderState } from './task-reader.ts';

export interface TaskListState extends TaskReaderState {
  /** The filter of the list that is shown. */
  readonly reader: TaskReader;
  /** The previous list, while the requested one is still loading. */
  readonly isStale: boolean;
  /** Reads everything again from the newest. */
  refresh(): void;
}

/** The selected node's tasks that match a filter; read again when the filter, the node or the connection changes. */
export function useTaskList(filter: TaskFilter): TaskListState {
  const { session } = useNode();
  const client = useStore(session.link.state, (state) => (state.kind === 'open' ? state.client : null));
  const [round, setRound] = useState(0);
  const key = JSON.stringify(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the filter; `round` and `client` begin a new reading.
  const reader = useMemo(
    () => new TaskReader({ filter, page: (query) => session.link.client().tasks.page(query) }),
    [client, key, round],
  );
  useEffect(() => {
    if (client === null) return;
    reader.showRange(0, PAGE_ROWS - 1);
    const end = forwardUpdates(reader, session.tasks);
    return () => {
      end();
      reader.close();
    };
  }, [reader, client, session]);

  // Rows stay while their replacements are loading, except those of another node.
  const [before, setBefore] = useState({ reader, session });
  const state = useStore(reader.state);
  const isReady = state.list.total !== null || state.error !== null;
  useEffect(() => {
    if (isReady) setBefore({ reader, session });
  }, [isReady, reader, session]);
  const shown = isReady || before.session !== session ? reader : before.reader;
  return {
    ...useStore(shown.state),
    reader: shown,
    isStale: shown !== reader,
    refresh: () => setRound((was) => was + 1),
  };
}

/** Passes on each row that the node reports, in the same order. */
function forwardUpdates(reader: TaskReader, store: TasksStore): () => void {
  const forward = (all: boolean) => {
    const before = all ? new Map() : forwarded;
    const { rows, upTo } = store.getState();
    forwarded = rows;
    for (const [commitment, row] of forwarded) if (before.get(commitment) !== row) reader.update(row);
    // After a gap there is a new snapshot, which contains only the open tasks.
    if (![...rows.values()].some((row) => row.sequence === upTo)) reader.missed(upTo);
  };
  let forwarded = store.getState().rows;
  // Until the first page has arrived, nothing can be added.
  const started = reader.state.subscribe(({ list }, was) => {
    if (was.list.total === null && list.total !== null) forward(true);
  });
  const unsubscribe = store.subscribe(() => forward(false));
  return () => {
    started();
    unsubscribe();
  };
}
