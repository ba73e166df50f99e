/** Widths of table columns that the host has chosen. Columns that are not listed have the table's default width. */
import { z } from 'zod';

/** Table → its resizable columns. In each table, one column takes the remaining width and is not listed. */
export const SIZED_COLUMNS = {
  tasks: ['time', 'type', 'state', 'duration', 'money', 'result'],
  ledger: ['time', 'kind', 'movement', 'amount'],
} as const;
export type SizedTable = keyof typeof SIZED_COLUMNS;
export type SizedColumn = (typeof SIZED_COLUMNS)[SizedTable][number];

/** In CSS pixels. */
export const MIN_WIDTH = 56;
export const MAX_WIDTH = 640;

const width = z.number().int().min(MIN_WIDTH).max(MAX_WIDTH).optional();

function widthsOf<Column extends string>(columns: readonly Column[]) {
  return z.object(Object.fromEntries(columns.map((column) => [column, width])) as Record<Column, typeof width>);
}

export const columnWidthsSchema = z.object({
  tasks: widthsOf(SIZED_COLUMNS.tasks).prefault({}),
  ledger: widthsOf(SIZED_COLUMNS.ledger).prefault({}),
});
