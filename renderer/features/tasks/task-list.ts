/**
 * A long list of tasks, read page by page where the reader looks. Rows are indexed by their position from the oldest,
 * so a new task does not move any of them. Immutable except for the reading itself; independent of any transport.
 */
import type { TaskFilter, TaskRow, TasksPage } from '../../../contract/tasks.ts';
import { matchesFilter } from './task-filter.ts';

/** Two screens of rows: what is read for the first one is drawn at once, and no page costs a frame while scrolling. */
export const PAGE_ROWS = 50;
/** The number of pages kept; those farthest from the visible rows are dropped first. */
const MAX_PAGES = 80;

export interface TaskList {
  readonly filter: TaskFilter;
  /** Null until the first page has arrived. */
  readonly total: number | null;
  /** The pages of this reading end at this sequence number. */
  readonly upTo: number | null;
  /** Position from the oldest → row. */
  readonly rows: ReadonlyMap<number, TaskRow>;
  /** Commitment → position, for the rows that are kept. */
  readonly positions: ReadonlyMap<string, number>;
  /** New tasks that match and are not shown yet, oldest first. */
  readonly waiting: readonly TaskRow[];
  /** A shown task no longer matches, or one that was left out now would: only a new reading corrects this. */
  readonly outdated: boolean;
}

export function emptyTaskList(filter: TaskFilter): TaskList {
  return { filter, total: null, upTo: null, rows: new Map(), positions: new Map(), waiting: [], outdated: false };
}

/** Row `index` from the newest; undefined if it has not been read. */
export function rowAt(list: TaskList, index: number): TaskRow | undefined {
  return list.rows.get((list.total ?? 0) - 1 - index);
}

/** Position of a row from the newest; null if it has not been read. */
export function indexOf(list: TaskList, commitment: string): number | null {
  const position = list.positions.get(commitment);
  return position === undefined ? null : (list.total ?? 0) - 1 - position;
}

/** Offsets of the pages still needed for the rows from `first` to `last` (from the newest, inclusive). */
export function missingOffsets(list: TaskList, first: number, last: number): readonly number[] {
  const end = Math.min(last, (list.total ?? 1) - 1);
  const offsets: number[] = [];
  for (let index = Math.max(0, first); index <= end; index++) {
    if (rowAt(list, index) !== undefined) continue;
    const offset = index - (index % PAGE_ROWS);
    offsets.push(offset);
    index = offset + PAGE_ROWS - 1;
  }
  return list.total === null ? [0] : offsets;
}

/**
 * Adds a page that was requested with this list's `upTo` (null: the first page of a reading). Rows that were read when
 * the list had another length are in the wrong positions by now and are read again.
 */
export function addPage(list: TaskList, offset: number, page: TasksPage): TaskList {
  const kept = list.total === page.total;
  const rows = new Map(kept ? list.rows : []);
  const positions = new Map(kept ? list.positions : []);
  for (const [i, row] of page.rows.entries()) {
    const position = page.total - 1 - offset - i;
    const before = rows.get(position);
    if (before !== undefined) positions.delete(before.commitment);
    rows.set(position, row);
    positions.set(row.commitment, position);
  }
  dropFarRows(rows, positions, page.total - 1 - offset);
  return { ...list, total: page.total, upTo: list.upTo ?? page.upTo, rows, positions };
}

function dropFarRows(rows: Map<number, TaskRow>, positions: Map<string, number>, near: number): void {
  if (rows.size <= MAX_PAGES * PAGE_ROWS) return;
  const far = [...rows.keys()].toSorted((a, b) => Math.abs(b - near) - Math.abs(a - near));
  for (const position of far.slice(0, rows.size - (MAX_PAGES * PAGE_ROWS) / 2)) {
    const row = rows.get(position);
    rows.delete(position);
    if (row !== undefined) positions.delete(row.commitment);
  }
}

/** A task changed or is new. A shown row changes in position; a new one waits until {@link showWaiting}. */
export function applyTask(list: TaskList, row: TaskRow): TaskList {
  const { upTo, total } = list;
  if (upTo === null || total === null) return list;
  const fitsNow = matchesFilter(row, list.filter);
  const position = list.positions.get(row.commitment);
  if (position !== undefined) {
    const rows = new Map(list.rows).set(position, row);
    return { ...list, rows, outdated: list.outdated || !fitsNow };
  }
  if (row.sequence <= upTo) return list.outdated || !dependsOnState(list.filter) ? list : { ...list, outdated: fitsNow };
  const waits = list.waiting.findIndex((other) => other.commitment === row.commitment);
  const others = list.waiting.filter((_, i) => i !== waits);
  if (!fitsNow) return waits < 0 ? list : { ...list, waiting: others };
  return { ...list, waiting: [...others, row].toSorted((a, b) => a.sequence - b.sequence) };
}

/** Only with these filters can a change in a task's state add it to the list or remove it. */
function dependsOnState(filter: TaskFilter): boolean {
  return filter.statuses.length > 0 || filter.text !== '';
}

/** A task with this sequence number exists but was never reported: something was missed, and only a new reading finds it. */
export function noteSequence(list: TaskList, sequence: number): TaskList {
  const known = Math.max(list.upTo ?? Number.POSITIVE_INFINITY, list.waiting.at(-1)?.sequence ?? 0);
  return sequence > known ? { ...list, outdated: true } : list;
}

/** Adds the waiting tasks at the top. */
export function showWaiting(list: TaskList): TaskList {
  if (list.waiting.length === 0 || list.total === null) return list;
  const rows = new Map(list.rows);
  const positions = new Map(list.positions);
  for (const [i, row] of list.waiting.entries()) {
    rows.set(list.total + i, row);
    positions.set(row.commitment, list.total + i);
  }
  const newest = list.waiting.at(-1)?.sequence ?? 0;
  return {
    ...list,
    rows,
    positions,
    total: list.total + list.waiting.length,
    upTo: Math.max(list.upTo ?? 0, newest),
    waiting: [],
  };
}
