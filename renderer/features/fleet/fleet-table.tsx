import { useVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { type KeyboardEvent, useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { nextIndex } from '../../ui/grid-keys.ts';
import { SortButton } from '../../ui/table.tsx';
import type { TableSort } from '../../ui/use-sorted.ts';
import type { FleetLine } from './fleet-lines.ts';
import { COLUMN_CLASSES, FLEET_COLUMNS, FLEET_GRID, FleetTableRow, fleetRowId, ROW_HEIGHT } from './fleet-row.tsx';

const OVERSCAN = 8;

export interface FleetTableProps {
  readonly lines: readonly FleetLine[];
  readonly sort: TableSort;
  /** Row keys. */
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  /** Enter on a row, or a click on its name. */
  readonly onOpen: (line: FleetLine) => void;
}

/** A single tab stop; arrow keys move inside it, and Space selects. Only visible rows are in the page. */
export function FleetTable({ lines, sort, selected, onSelect, onOpen }: FleetTableProps) {
  const { t } = useTranslation('fleet');
  const scroller = useRef<HTMLDivElement>(null);
  /** By key, so that it stays on its node when the order changes. */
  const [active, setActive] = useState<string | null>(null);
  const now = useRef({ lines, selected, active, onSelect });
  now.current = { lines, selected, active, onSelect };
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    getItemKey: useCallback((index: number) => now.current.lines[index]?.key ?? index, []),
  });
  const items = virtual.getVirtualItems();
  const found = lines.findIndex(({ key }) => key === active);
  const activeIndex = found < 0 ? null : found;

  const pick = useCallback((key: string, range: boolean) => {
    const { lines, selected, active, onSelect } = now.current;
    const from = range && active !== null ? lines.findIndex((line) => line.key === active) : -1;
    const to = lines.findIndex((line) => line.key === key);
    const next = new Set(selected);
    if (from >= 0) for (const line of lines.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(line.key);
    else if (!next.delete(key)) next.add(key);
    setActive(key);
    onSelect(next);
  }, []);

  const keys = (event: KeyboardEvent) => {
    // Buttons in the heading handle their own keys.
    if (event.target !== event.currentTarget) return;
    const line = activeIndex === null ? undefined : lines[activeIndex];
    const isAll = event.key === 'a' && (event.ctrlKey || event.metaKey);
    if (isAll || event.key === ' ' || event.key === 'Escape') {
      event.preventDefault();
      if (isAll) onSelect(new Set(lines.map(({ key }) => key)));
      else if (event.key === 'Escape') onSelect(new Set());
      else if (line !== undefined) pick(line.key, false);
      return;
    }
    if (event.key === 'Enter' && line !== undefined) return onOpen(line);
    const next = nextIndex(event.key, {
      index: activeIndex,
      total: lines.length,
      scroller: scroller.current,
      rowHeight: ROW_HEIGHT,
    });
    const to = next === null ? undefined : lines[next];
    if (next === null || to === undefined) return;
    event.preventDefault();
    virtual.scrollToIndex(next);
    if (event.shiftKey) pick(to.key, true);
    else setActive(to.key);
  };

  const isInView = active !== null && items.some(({ index }) => index === activeIndex);
  const all = lines.length > 0 && lines.every(({ key }) => selected.has(key));
  return (
    <div className="@container relative flex min-h-52 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface has-[table:focus-visible]:outline-2 has-[table:focus-visible]:outline-accent">
      <div ref={scroller} className="min-h-0 flex-1 overflow-auto [overflow-anchor:none]">
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that is moved through by keys is a grid.
          role="grid"
          tabIndex={0}
          aria-label={t('table')}
          aria-multiselectable
          aria-rowcount={lines.length + 1}
          aria-activedescendant={isInView && active !== null ? fleetRowId(active) : undefined}
          aria-describedby="fleet-table-hint"
          onKeyDown={keys}
          className="group block min-w-160 text-[13px] tabular-nums outline-none"
        >
          <thead className="sticky top-0 z-10 block border-b border-line bg-surface">
            <tr aria-rowindex={1} className={clsx(FLEET_GRID, 'items-center py-2 text-left text-faint')}>
              <th scope="col">
                <input
                  type="checkbox"
                  className="block size-4 accent-accent"
                  aria-label={t('selectAll')}
                  title={t('selectAll')}
                  checked={all}
                  onChange={() => onSelect(new Set(all ? [] : lines.map(({ key }) => key)))}
                />
              </th>
              {FLEET_COLUMNS.map((column) => (
                <th
                  key={column}
                  scope="col"
                  aria-sort={sort.by === column ? (sort.descending ? 'descending' : 'ascending') : undefined}
                  className={clsx(COLUMN_CLASSES[column], 'font-medium whitespace-nowrap')}
                >
                  <SortButton
                    column={column}
                    label={t(`columns.${column}`)}
                    right={COLUMN_CLASSES[column].includes('text-right')}
                    sort={sort}
                  />
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="relative block" style={{ height: virtual.getTotalSize() }}>
            {items.map(({ index, start }) => {
              const line = lines[index];
              if (line === undefined) return null;
              const marks = { active: index === activeIndex, selected: selected.has(line.key) };
              return <FleetTableRow key={line.key} line={line} index={index} start={start} {...marks} onPick={pick} />;
            })}
          </tbody>
        </table>
      </div>
      <p id="fleet-table-hint" className="sr-only">
        {t('hint')}
      </p>
    </div>
  );
}
