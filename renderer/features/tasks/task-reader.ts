/** Reads a {@link TaskList} from a node as the reader scrolls, and keeps it in step with the node's updates. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { errorOf } from '../../../contract/rpc-errors.ts';
import type { TaskFilter, TaskRow, TasksPage } from '../../../contract/tasks.ts';
import type { ErrorView } from '../../../contract/worker-channel.ts';
import {
  addPage,
  applyTask,
  emptyTaskList,
  missingOffsets,
  noteSequence,
  PAGE_ROWS,
  showWaiting,
  type TaskList,
} from './task-list.ts';

export interface PageQuery {
  readonly filter: TaskFilter;
  readonly offset: number;
  readonly limit: number;
  readonly upTo: number | null;
}

export interface TaskReaderState {
  readonly list: TaskList;
  /** Why reading stopped; {@link TaskReader.retry} continues. */
  readonly error: ErrorView | null;
}

export class TaskReader {
  readonly state: StoreApi<TaskReaderState>;
  readonly #page: (query: PageQuery) => Promise<TasksPage>;
  readonly #inFlight = new Set<number>();
  #window = { first: 0, last: 0 };
  #closed = false;

  constructor(options: { filter: TaskFilter; page(query: PageQuery): Promise<TasksPage> }) {
    this.#page = options.page;
    this.state = createStore<TaskReaderState>(() => ({ list: emptyTaskList(options.filter), error: null }));
  }

  /** These rows are visible, counted from the newest, both included. */
  showRange(first: number, last: number): void {
    this.#window = { first, last };
    this.#read();
  }

  /** A task is new or has changed. */
  update(row: TaskRow): void {
    this.#set(applyTask(this.state.getState().list, row));
  }

  /** The node has a task with this sequence number that was not reported here. */
  missed(sequence: number): void {
    this.#set(noteSequence(this.state.getState().list, sequence));
  }

  showWaiting(): void {
    this.#set(showWaiting(this.state.getState().list));
  }

  retry(): void {
    this.state.setState({ error: null });
    this.#read();
  }

  /** Answers that are still on their way are discarded. */
  close(): void {
    this.#closed = true;
  }

  #set(list: TaskList): void {
    if (list !== this.state.getState().list) this.state.setState({ list });
  }

  #read(): void {
    const { list, error } = this.state.getState();
    if (this.#closed || error !== null) return;
    for (const offset of missingOffsets(list, this.#window.first, this.#window.last)) {
      // Until the first page has arrived, the end of the others is not known.
      if (this.#inFlight.has(offset) || (list.upTo === null && this.#inFlight.size > 0)) continue;
      this.#inFlight.add(offset);
      void this.#ask(offset, list);
    }
  }

  async #ask(offset: number, { filter, upTo }: TaskList): Promise<void> {
    let readMore = true;
    try {
      const page = await this.#page({ filter, offset, limit: PAGE_ROWS, upTo });
      if (this.#closed) return;
      const { list } = this.state.getState();
      // If rows were added at the top meanwhile, the page's position has changed, and it is read again.
      if (list.upTo === upTo) {
        this.#set(addPage(list, offset, page));
        readMore = page.rows.length > 0;
      }
    } catch (thrown) {
      if (!this.#closed) this.state.setState({ error: errorOf(thrown) });
    } finally {
      this.#inFlight.delete(offset);
    }
    if (readMore) this.#read();
  }
}
