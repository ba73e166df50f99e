import { clsx } from 'clsx';
import { memo } from 'react';
import type { TaskRow } from '../../../contract/tasks.ts';
import { COLUMN_CLASSES, TASK_COLUMNS, TASK_GRID } from './task-columns.tsx';

export const ROW_HEIGHT = 40;

/** Position of a row, counted from the oldest. */
export type Position = number;

export function taskRowId(position: Position): string {
  return `task-row-${position}`;
}

export interface TaskTableRowProps {
  readonly task: TaskRow;
  readonly position: Position;
  /** Counted from the newest. */
  readonly index: number;
  /** Pixels from the top. */
  readonly start: number;
  readonly active: boolean;
  /** Must be the same function each time. */
  readonly onPick: (position: Position, task: TaskRow) => void;
}

/** Re-rendered only if its task or position has changed. */
export const TaskTableRow = memo(PlainTaskTableRow, (was, is) => {
  const same = was.position === is.position && was.index === is.index && was.start === is.start && was.active === is.active;
  return same && was.task === is.task;
});

function PlainTaskTableRow({ task, position, index, start, active, onPick }: TaskTableRowProps) {
  return (
    <tr
      id={taskRowId(position)}
      data-task={task.commitment}
      aria-rowindex={index + 2}
      aria-selected={active}
      style={rowStyle(start)}
      onClick={() => onPick(position, task)}
      className={clsx(
        TASK_GRID,
        // Each row has a fixed size whatever it contains, so the page needs no new layout for rows that come and go.
        'absolute inset-x-0 top-0 contain-strict cursor-pointer items-center gap-x-3 border-b border-line px-4',
        active ? 'bg-accent-wash group-focus-visible:shadow-[inset_3px_0_0_var(--accent)]' : 'hover:bg-raised',
      )}
    >
      {TASK_COLUMNS.map(([column, CellOf]) => (
        <td key={column} className={COLUMN_CLASSES[column]}>
          <CellOf row={task} />
        </td>
      ))}
    </tr>
  );
}

/** Placeholder for a row that has not been read yet. */
export function PlaceholderRow({ position, index, start }: Pick<TaskTableRowProps, 'position' | 'index' | 'start'>) {
  return (
    <tr
      id={taskRowId(position)}
      aria-rowindex={index + 2}
      style={rowStyle(start)}
      className="absolute inset-x-0 top-0 contain-strict flex items-center border-b border-line px-4"
    >
      <td className="h-3 w-1/3 rounded bg-raised" />
    </tr>
  );
}

function rowStyle(start: number) {
  return { height: ROW_HEIGHT, transform: `translateY(${start}px)` };
}
