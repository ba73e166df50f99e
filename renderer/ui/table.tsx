import { clsx } from 'clsx';
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SizedColumn } from '../../contract/column-widths.ts';
import { ColumnResizer } from './column-resizer.tsx';
import type { ColumnWidths } from './use-column-widths.ts';
import type { TableSort } from './use-sorted.ts';

interface TableColumn {
  readonly key: string;
  readonly label: string;
  /** Numbers are right-aligned. */
  readonly right?: boolean;
  /** The heading is for screen readers only. */
  readonly hidden?: boolean;
}

export interface TableProps {
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  /** For rows that the reader may sort. */
  readonly sort?: TableSort;
  /** For columns whose width the reader sets; the column after which they are counted from the right takes what is left. */
  readonly widths?: { readonly state: ColumnWidths; readonly columns: readonly SizedColumn[]; readonly flexible: string };
  /** Rows of {@link Cell}s. */
  readonly children: ReactNode;
}

/** A short table; if it is too wide, it scrolls inside its place. Long lists are virtualised (features/tasks). */
export function Table({ caption, columns, sort, widths, children }: TableProps) {
  const rest = columns.findIndex(({ key }) => key === widths?.flexible);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in.
    <div role="group" tabIndex={0} aria-label={caption} className="overflow-x-auto" style={widths?.state.style}>
      <table className="w-full text-[13px]">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-left text-faint">
            {columns.map(({ key, label, right = false, hidden }, index) => {
              const sized = widths?.columns.find((column) => column === key);
              return (
                <th
                  key={key}
                  scope="col"
                  aria-sort={sort?.by === key ? (sort.descending ? 'descending' : 'ascending') : undefined}
                  className={clsx(
                    'px-2 py-1.5 font-medium whitespace-nowrap first:pl-4 last:pr-4',
                    right && 'text-right',
                    sized !== undefined && 'relative',
                  )}
                  style={sized === undefined ? undefined : { width: `var(--w-${sized})`, minWidth: `var(--w-${sized})` }}
                >
                  {hidden === true ? (
                    <span className="sr-only">{label}</span>
                  ) : sort?.sortable.has(key) ? (
                    <SortButton column={key} label={label} right={right} sort={sort} />
                  ) : (
                    label
                  )}
                  {sized !== undefined && widths !== undefined && (
                    <ColumnResizer column={sized} label={label} side={index < rest ? 'right' : 'left'} widths={widths.state} />
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

interface SortButtonProps {
  readonly column: string;
  readonly label: string;
  readonly right: boolean;
  readonly sort: TableSort;
}

export function SortButton({ column, label, right, sort }: SortButtonProps) {
  const { t } = useTranslation();
  const sorted = sort.by === column;
  const Icon = sorted ? (sort.descending ? ArrowDown : ArrowUp) : ChevronsUpDown;
  return (
    <button
      type="button"
      title={t('table.sort')}
      onClick={() => sort.toggle(column)}
      // Placed where the arrow does not push the label away from its numbers.
      className={clsx(
        '-mx-1 inline-flex items-center gap-1 rounded px-1 py-0.5 font-medium hover:bg-raised hover:text-ink',
        right && 'flex-row-reverse',
        sorted && 'text-ink',
      )}
    >
      {label}
      <Icon aria-hidden className="size-3.5 shrink-0" />
    </button>
  );
}

export function Row({ children }: { readonly children: ReactNode }) {
  return <tr className="border-b border-line last:border-0">{children}</tr>;
}

export interface CellProps {
  readonly children: ReactNode;
  readonly right?: boolean;
  /** The cell that names its row. */
  readonly head?: boolean;
  readonly className?: string;
}

export function Cell({ children, right = false, head = false, className }: CellProps) {
  const Tag = head ? 'th' : 'td';
  return (
    <Tag
      {...(head ? { scope: 'row' } : {})}
      className={clsx(
        'px-2 py-2 text-left align-middle font-normal first:pl-4 last:pr-4',
        right && 'text-right! whitespace-nowrap tabular-nums',
        className,
      )}
    >
      {children}
    </Tag>
  );
}
