/** Widths of table columns that the host has chosen. A column that is not named here has the width that the table gives it. */
import { z } from 'zod';

/** Table → its columns that can be set. One of each table takes what is left and is not among them. */
export const SIZED_COLUMNS = { tasks: ['time', 'type', 'state', 'duration', 'money', 'result'] } as const;
export type SizedTable = keyof typeof SIZED_COLUMNS;
export type SizedColumn = (typeof SIZED_COLUMNS)[SizedTable][number];

/** In CSS pixels. */
export const LEAST_WIDTH = 56;
export const MOST_WIDTH = 640;

const width = z.number().int().min(LEAST_WIDTH).max(MOST_WIDTH).optional();

export const columnWidthsSchema = z.object({
  tasks: z
    .object(Object.fromEntries(SIZED_COLUMNS.tasks.map((column) => [column, width])) as Record<SizedColumn, typeof width>)
    .prefault({}),
});
