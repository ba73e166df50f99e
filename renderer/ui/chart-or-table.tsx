import { ChartColumn, Table } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';

export interface ChartOrTableProps {
  /** The chart's name for screen readers, and the table's caption. */
  readonly caption: string;
  readonly chart: ReactNode;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
}

/** A chart, or the same values as a table. */
export function ChartOrTable({ caption, chart, columns, rows }: ChartOrTableProps) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  return (
    <div className="flex flex-col gap-1">
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in.
        <div role="group" tabIndex={0} aria-label={caption} className="max-h-56 overflow-y-auto">
          <table className="w-full text-[13px] tabular-nums">
            <caption className="sr-only">{caption}</caption>
            <thead>
              <tr className="border-b border-line text-left text-faint">
                {columns.map((column) => (
                  <th key={column} scope="col" className="py-1 pr-3 font-medium">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.key} className="border-b border-line last:border-0">
                  {row.cells.map((cell, index) => (
                    <td key={columns[index]} className="py-1 pr-3">
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <figure aria-label={caption}>{chart}</figure>
      )}
      <div className="flex justify-end">
        <Button small tone="quiet" icon={asTable ? ChartColumn : Table} onClick={() => setAsTable(!asTable)}>
          {t(asTable ? 'chart.asChart' : 'chart.asTable')}
        </Button>
      </div>
    </div>
  );
}
