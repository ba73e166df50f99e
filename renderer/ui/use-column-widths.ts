/** Widths of a table's columns: those that the host has kept, and the one that is being set now. */
import { useState } from 'react';
import { LEAST_WIDTH, MOST_WIDTH, type SizedColumn, type SizedTable } from '../../contract/column-widths.ts';
import { useAct } from '../rpc/hooks.ts';
import { useHostClient, useSettings } from '../state/app-context.ts';

type Widths = Readonly<Partial<Record<SizedColumn, number | undefined>>>;

export interface ColumnWidths {
  /** CSS variables `--w-COLUMN` of the columns that have a width of their own. */
  readonly style: Readonly<Record<string, string>>;
  /** For now; null = the table's own again. */
  set(column: SizedColumn, width: number | null): void;
  /** Writes what was set to the settings. */
  keep(): void;
}

export function useColumnWidths(table: SizedTable): ColumnWidths {
  const host = useHostClient();
  const settings = useSettings();
  const save = useAct((widths: Widths) =>
    host().settings.change({ columnWidths: { ...settings?.columnWidths, [table]: widths } }),
  );
  /** What was set here stands over what is kept, so that nothing jumps until it is told back. */
  const [own, setOwn] = useState<Widths>({});
  const widths: Widths = { ...settings?.columnWidths[table], ...own };
  return {
    style: Object.fromEntries(
      Object.entries(widths).flatMap(([column, width]) => (width === undefined ? [] : [[`--w-${column}`, `${width}px`]])),
    ),
    set: (column, width) =>
      setOwn((was) => ({
        ...was,
        [column]: width === null ? undefined : Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width))),
      })),
    keep: () => void save.run(widths),
  };
}
