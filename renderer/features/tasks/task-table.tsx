import { useVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { ArrowUp, RefreshCw } from 'lucide-react';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskRow } from '../../../contract/tasks.ts';
import { Button } from '../../ui/button.tsx';
import { ColumnResizer } from '../../ui/column-resizer.tsx';
import { nextIndex } from '../../ui/grid-keys.ts';
import { type ColumnWidths, useColumnWidths } from '../../ui/use-column-widths.ts';
import { COLUMN_CLASSES, TASK_COLUMN_WIDTHS, TASK_COLUMNS, TASK_GRID, type TaskColumn } from './task-columns.tsx';
import { rowAt } from './task-list.ts';
import { PlaceholderRow, type Position, ROW_HEIGHT, TaskTableRow, taskRowId } from './task-table-row.tsx';
import type { TaskListState } from './use-task-list.ts';

const OVERSCAN = 8;

export interface TaskTableProps {
  readonly tasks: TaskListState;
  readonly onOpen: (row: TaskRow) => void;
}

/** A single tab stop; arrow keys move inside it, Enter opens a task. Only visible rows are in the page. */
export function TaskTable({ tasks, onOpen }: TaskTableProps) {
  const { t } = useTranslation('tasks');
  const { list, reader } = tasks;
  const widths = useColumnWidths('tasks');
  const total = list.total ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  /** Counted from the oldest, like the list, so that it stays on its task when new ones are added at the top. */
  const [active, setActive] = useState<Position | null>(null);
  /** Opened before it was read: End and Enter may follow each other faster than a page of rows arrives. */
  const [awaited, setAwaited] = useState<Position | null>(null);
  const filter = JSON.stringify(list.filter);
  const [shownList, setShownList] = useState({ filter, total });
  if (shownList.filter !== filter) {
    setShownList({ filter, total });
    setActive(null);
    setAwaited(null);
  }
  // Counted from the oldest, a row keeps its key when new ones are added at the top. The function stays the same while its
  // result does, because a new one would lay out all 100,000 positions again.
  const getItemKey = useCallback((index: number) => total - 1 - index, [total]);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    getItemKey,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => reader.showRange(first, last), [reader, first, last]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what fits another filter is looked at from its newest on.
  useLayoutEffect(() => virtual.scrollToOffset(0), [filter]);

  const atTop = (virtual.scrollOffset ?? 0) < ROW_HEIGHT / 2;
  useEffect(() => {
    if (atTop && list.waiting.length > 0) reader.showWaiting();
  }, [atTop, list.waiting.length, reader]);

  const activeIndex = active === null ? null : total - 1 - active;
  const keys = (event: KeyboardEvent) => {
    // The column edges handle their own keys.
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter') {
      setAwaited(active);
      return;
    }
    const next = nextIndex(event.key, { index: activeIndex, total, scroller: scroller.current, rowHeight: ROW_HEIGHT });
    if (next === null) return;
    event.preventDefault();
    virtual.scrollToIndex(next);
    setActive(total - 1 - next);
    setAwaited(null);
  };
  const open = useRef(onOpen);
  open.current = onOpen;
  const awaitedRow = awaited === null ? undefined : rowAt(list, total - 1 - awaited);
  useEffect(() => {
    if (awaitedRow === undefined) return;
    setAwaited(null);
    open.current(awaitedRow);
  }, [awaitedRow]);
  const pick = useCallback((position: Position, task: TaskRow) => {
    setActive(position);
    setAwaited(null);
    open.current(task);
  }, []);
  const toTop = () => {
    virtual.scrollToOffset(0);
    reader.showWaiting();
  };
  return (
    <div className="@container relative flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface has-[table:focus-visible]:outline-2 has-[table:focus-visible]:outline-accent">
      <div ref={scroller} className="min-h-0 flex-1 overflow-auto [overflow-anchor:none]">
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that is moved through by keys is a grid.
          role="grid"
          tabIndex={0}
          aria-label={t('table')}
          aria-rowcount={total + 1}
          aria-activedescendant={active !== null && items.some((item) => item.key === active) ? taskRowId(active) : undefined}
          aria-describedby="task-table-hint"
          onKeyDown={keys}
          style={widths.style}
          className={clsx(TASK_COLUMN_WIDTHS, 'group block min-w-max text-[13px] tabular-nums outline-none')}
        >
          <thead className="sticky top-0 z-10 block border-b border-line bg-surface">
            <tr aria-rowindex={1} className={clsx(TASK_GRID, 'gap-x-3 px-4 py-2 text-left text-faint')}>
              {TASK_COLUMNS.map(([column]) => (
                <Heading key={column} column={column} widths={widths} />
              ))}
            </tr>
          </thead>
          <tbody className="relative block" style={{ height: virtual.getTotalSize() }}>
            {items.map(({ index, start }) => {
              const task = rowAt(list, index);
              const at = { position: getItemKey(index), index, start };
              // By position a row stays itself when new tasks are added at the top, and the first rows of one filter become those of the next.
              const key = at.position - shownList.total;
              if (task === undefined) return <PlaceholderRow key={`unread ${key}`} {...at} />;
              return <TaskTableRow key={key} {...at} task={task} active={at.position === active} onPick={pick} />;
            })}
          </tbody>
        </table>
      </div>
      <p id="task-table-hint" className="sr-only">
        {t('hint')}
      </p>
      {(list.waiting.length > 0 || list.outdated) && (
        <div role="status" className="pointer-events-none absolute inset-x-0 top-12 z-20 flex justify-center">
          {list.outdated ? (
            <Button small tone="primary" icon={RefreshCw} className="pointer-events-auto shadow-md" onClick={tasks.refresh}>
              {t('refresh')}
            </Button>
          ) : (
            <Button small tone="primary" icon={ArrowUp} className="pointer-events-auto shadow-md" onClick={toTop}>
              {t('newer', { count: list.waiting.length })}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function Heading({ column, widths }: { readonly column: TaskColumn; readonly widths: ColumnWidths }) {
  const { t } = useTranslation('tasks');
  const label = t(`columns.${column}`);
  return (
    <th scope="col" aria-label={label} className={clsx(COLUMN_CLASSES[column], 'relative font-medium')}>
      {label}
      {column !== 'model' && (
        <ColumnResizer
          column={column}
          label={label}
          side={column === 'time' || column === 'type' ? 'right' : 'left'}
          widths={widths}
        />
      )}
    </th>
  );
}
