import { useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { ArrowUp, RefreshCw } from 'lucide-react';
import { type Key, type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskRow } from '../../../contract/tasks.ts';
import { Button } from '../../ui/button.tsx';
import { COLUMN_CLASSES, TASK_COLUMNS, TASK_FEATURES, TASK_GRID, type TaskColumn } from './task-columns.tsx';
import { rowAt } from './task-list.ts';
import type { UsedTaskList } from './use-task-list.ts';

const ROW_HEIGHT = 40;
const OVERSCAN = 12;

export interface TaskTableProps {
  readonly tasks: UsedTaskList;
  readonly onOpen: (row: TaskRow) => void;
}

/** One thing to tab to; arrow keys move inside it, Enter opens. Rows that are not in view are not in the page. */
export function TaskTable({ tasks, onOpen }: TaskTableProps) {
  const { t } = useTranslation('tasks');
  const { list, reader } = tasks;
  const total = list.total ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  /** Counted from the oldest, as the list keeps it: it stays at its task while new ones come on top. */
  const [active, setActive] = useState<number | null>(null);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    // Counted from the oldest, a row keeps its key while new ones come on top.
    getItemKey: (index) => total - 1 - index,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => reader.look(first, last), [reader, first, last]);

  const atTop = (virtual.scrollOffset ?? 0) < ROW_HEIGHT / 2;
  useEffect(() => {
    if (atTop && list.waiting.length > 0) reader.showWaiting();
  }, [atTop, list.waiting.length, reader]);

  const shown = useMemo(() => items.flatMap((item) => rowAt(list, item.index) ?? []), [items, list]);
  const table = useTable({ features: TASK_FEATURES, columns: TASK_COLUMNS, data: shown, getRowId: (row) => row.commitment });
  const byId = new Map(table.getRowModel().rows.map((row) => [row.id, row]));

  const activeIndex = active === null ? null : total - 1 - active;
  const keys = (event: KeyboardEvent) => {
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    if (event.key === 'Enter') {
      const row = activeIndex === null ? undefined : rowAt(list, activeIndex);
      if (row !== undefined) onOpen(row);
      return;
    }
    const next = nextIndex(event.key, { index: activeIndex, total, pageRows });
    if (next === null) return;
    event.preventDefault();
    virtual.scrollToIndex(next);
    setActive(total - 1 - next);
  };
  const toTop = () => {
    virtual.scrollToOffset(0);
    reader.showWaiting();
  };
  return (
    <div className="@container relative flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface has-[table:focus-visible]:outline-2 has-[table:focus-visible]:outline-accent">
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]">
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that is moved through by keys is a grid.
          role="grid"
          tabIndex={0}
          aria-label={t('table')}
          aria-rowcount={total + 1}
          aria-activedescendant={items.some((item) => item.key === active) ? rowId(active) : undefined}
          aria-describedby="task-table-hint"
          onKeyDown={keys}
          className="group block text-[13px] tabular-nums outline-none"
        >
          <thead className="sticky top-0 z-10 block border-b border-line bg-surface">
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id} aria-rowindex={1} className={clsx(TASK_GRID, 'gap-x-3 px-4 py-2 text-left text-faint')}>
                {group.headers.map((header) => (
                  <th key={header.id} scope="col" className={clsx(COLUMN_CLASSES[header.column.id as TaskColumn], 'font-medium')}>
                    {t(`columns.${header.column.id as TaskColumn}`)}
                  </th>
                ))}
              </tr>
            ))}
          </thead>
          <tbody className="relative block" style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => {
              const task = rowAt(list, item.index);
              const row = task === undefined ? undefined : byId.get(task.commitment);
              const at = { height: ROW_HEIGHT, transform: `translateY(${item.start}px)` };
              if (task === undefined || row === undefined) {
                return <Placeholder key={item.key} id={rowId(item.key)} index={item.index} style={at} />;
              }
              const isActive = item.key === active;
              return (
                <tr
                  key={item.key}
                  id={rowId(item.key)}
                  data-task={task.commitment}
                  aria-rowindex={item.index + 2}
                  aria-selected={isActive}
                  style={at}
                  onClick={() => {
                    setActive(total - 1 - item.index);
                    onOpen(task);
                  }}
                  className={clsx(
                    TASK_GRID,
                    'absolute inset-x-0 top-0 cursor-pointer items-center gap-x-3 border-b border-line px-4',
                    isActive ? 'bg-accent-wash group-focus-visible:shadow-[inset_3px_0_0_var(--accent)]' : 'hover:bg-raised',
                  )}
                >
                  {row.getAllCells().map((cell) => (
                    <td key={cell.id} className={COLUMN_CLASSES[cell.column.id as TaskColumn]}>
                      <table.FlexRender cell={cell} />
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p id="task-table-hint" className="sr-only">
        {t('hint')}
      </p>
      {(list.waiting.length > 0 || list.drifted) && (
        <div role="status" className="pointer-events-none absolute inset-x-0 top-12 z-20 flex justify-center">
          {list.drifted ? (
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

function rowId(place: Key | null): string {
  return `task-row-${place}`;
}

interface PlaceholderProps {
  readonly id: string;
  readonly index: number;
  readonly style: { readonly height: number; readonly transform: string };
}

function Placeholder({ id, index, style }: PlaceholderProps) {
  return (
    <tr
      id={id}
      aria-rowindex={index + 2}
      style={style}
      className="absolute inset-x-0 top-0 flex items-center border-b border-line px-4"
    >
      <td className="h-3 w-1/3 rounded bg-raised" />
    </tr>
  );
}

interface Position {
  readonly index: number | null;
  readonly total: number;
  readonly pageRows: number;
}

/** Where a key leads; null for a key that is none of the table's. */
export function nextIndex(key: string, { index, total, pageRows }: Position): number | null {
  if (total === 0) return null;
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: pageRows, PageUp: -pageRows };
  if (key === 'Home') return 0;
  if (key === 'End') return total - 1;
  const step = steps[key];
  if (step === undefined) return null;
  return index === null ? 0 : Math.min(total - 1, Math.max(0, index + step));
}
