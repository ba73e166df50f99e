/** Widths of a table's columns: those saved in the settings, and the one being changed now. */
import { useState } from 'react';
import { MAX_WIDTH, MIN_WIDTH, type SizedColumn, type SizedTable } from '../../contract/column-widths.ts';
import { useAct } from '../rpc/hooks.ts';
import { useHostClient, useSettings } from '../state/app-context.ts';

type Widths = Readonly<Partial<Record<SizedColumn, number | undefined>>>;

export interface ColumnWidths {
  /** CSS variables `--w-COLUMN` for columns with a custom width. */
  readonly style: Readonly<Record<string, string>>;
  /** Temporarily; null = the table's own width again. */
  set(column: SizedColumn, width: number | null): void;
  /** Saves the widths to the settings. */
  save(): void;
}

export function useColumnWidths(table: SizedTable): ColumnWidths {
  const host = useHostClient();
  const settings = useSettings();
  const save = useAct((widths: Widths) =>
    host().settings.change({ columnWidths: { ...settings?.columnWidths, [table]: widths } }),
  );
  /** A width set here overrides the saved one until the settings come back, so that nothing jumps. */
  const [own, setOwn] = useState<Widths>({});
  const widths: Widths = { ...settings?.columnWidths[table], ...own };
  return {
    style: Object.fromEntries(
      Object.entries(widths).flatMap(([column, width]) => (width === undefined ? [] : [[`--w-${column}`, `${width}px`]])),
    ),
    set: (column, width) =>
      setOwn((was) => ({
        ...was,
        [column]: width === null ? undefined : Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width))),
      })),
    save: () => void save.run(widths),
  };
}
