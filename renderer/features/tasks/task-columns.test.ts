import { expect, it } from 'vitest';
import { COLUMN_CLASSES, TASK_COLUMN_WIDTHS, TASK_GRID } from './task-columns.tsx';

it('the table alone asks how much room there is: what asks is styled again while one scrolls', () => {
  expect([TASK_GRID, ...Object.values(COLUMN_CLASSES)].filter((classes) => classes.includes('@'))).toEqual([]);
  expect(TASK_COLUMN_WIDTHS).toContain('@[64rem]');
});
