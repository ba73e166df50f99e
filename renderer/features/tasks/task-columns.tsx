import { TimerOff } from 'lucide-react';
import type { FunctionComponent } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskRow } from '../../../contract/tasks.ts';
import { Badge } from '../../ui/badge.tsx';
import { durationText } from '../../ui/duration.ts';
import { Money } from '../../ui/money.tsx';
import { Time, useNow } from '../../ui/time.tsx';
import { shortModelName, statusLook, taskDuration, taskResult } from './task-display.ts';

interface CellProps {
  readonly row: TaskRow;
}

/** Rendered directly from the tasks: a table model would rebuild all its rows and cells in each frame of scrolling. */
export const TASK_COLUMNS = [
  ['time', TimeCell],
  ['type', TypeCell],
  ['model', ModelCell],
  ['state', StateBadge],
  ['duration', DurationCell],
  ['money', MoneyCell],
  ['result', ResultCell],
] as const satisfies readonly (readonly [string, FunctionComponent<CellProps>])[];

export type TaskColumn = (typeof TASK_COLUMNS)[number][0];

/**
 * Set once, on the table: widths of all columns. If space is short, the duration is hidden first and then the result. The host's
 * own widths are variables. Rows with container queries of their own would be restyled during layout in each frame of scrolling.
 */
export const TASK_COLUMN_WIDTHS =
  '[--columns:var(--w-time,6.5rem)_var(--w-type,5rem)_minmax(6rem,1fr)_var(--w-state,10.25rem)_var(--w-money,8.5rem)] @[52rem]:[--columns:var(--w-time,6.5rem)_var(--w-type,5rem)_minmax(8rem,1fr)_var(--w-state,10.25rem)_var(--w-money,8.5rem)_var(--w-result,7rem)] @[64rem]:[--columns:var(--w-time,7.5rem)_var(--w-type,6rem)_minmax(9rem,1fr)_var(--w-state,10.5rem)_var(--w-duration,6rem)_var(--w-money,9.5rem)_var(--w-result,8.5rem)] [--duration:none] @[64rem]:[--duration:block] [--result:none] @[52rem]:[--result:block]';

export const TASK_GRID = 'grid grid-cols-(--columns)';

export const COLUMN_CLASSES: Readonly<Record<TaskColumn, string>> = {
  time: '',
  type: '',
  model: 'min-w-0',
  state: '',
  duration: '[display:var(--duration)] text-right',
  money: 'text-right',
  result: '[display:var(--result)]',
};

function TimeCell({ row }: CellProps) {
  return <Time atMs={row.seenMs} />;
}

export function StateBadge({ row }: CellProps) {
  const { t } = useTranslation('common');
  const { tone, icon } = statusLook(row.status);
  return (
    <Badge tone={tone} icon={icon}>
      {t(`taskStatus.${row.status}`)}
    </Badge>
  );
}

function TypeCell({ row }: CellProps) {
  const { t } = useTranslation('common');
  return t(`taskType.${row.type}`);
}

function ModelCell({ row }: CellProps) {
  const { t } = useTranslation('tasks');
  const [first = '', ...more] = row.modelIds;
  const name = shortModelName(first);
  return (
    <span className="block truncate" title={row.modelIds.join('\n')}>
      {more.length === 0 ? name : t('moreModels', { model: name, count: more.length })}
    </span>
  );
}

function DurationCell({ row }: CellProps) {
  const { i18n } = useTranslation();
  return row.durationMs === null ? <RunningDuration row={row} /> : durationText(row.durationMs, i18n.language);
}

function RunningDuration({ row }: CellProps) {
  const { i18n } = useTranslation();
  const ms = taskDuration(row, useNow());
  return ms === null ? (
    <span className="text-faint">—</span>
  ) : (
    <span className="text-accent">{durationText(Math.floor(ms / 1_000) * 1_000, i18n.language)}</span>
  );
}

function MoneyCell({ row }: CellProps) {
  const { t } = useTranslation('tasks');
  // If nothing was paid, this shows the fee that was offered, and that it was not paid.
  return row.paymentWei === null || row.paymentWei === '0' ? (
    <span className="text-faint">
      <Money column wei={row.feeWei} /> <span className="text-xs">{t(row.paymentWei === null ? 'fee' : 'notPaid')}</span>
    </span>
  ) : (
    <>
      <Money column wei={row.paymentWei} /> <span className="text-xs text-good">{t('paid')}</span>
    </>
  );
}

function ResultCell({ row }: CellProps) {
  const { t } = useTranslation('tasks');
  const { kind, icon: Icon } = taskResult(row);
  const late = row.missedDeadline;
  if (late !== null) {
    return (
      <span
        className="flex min-w-0 items-center gap-1.5"
        title={[t(`late.${late}.long`), row.error?.message ?? ''].join(' ').trim()}
      >
        <TimerOff aria-hidden className="size-3.5 shrink-0 text-faint" />
        <span className="truncate">{t(`late.${late}.short`)}</span>
      </span>
    );
  }
  const faint = kind === 'none' || kind === 'executing';
  return (
    <span className={faint ? 'flex items-center gap-1.5 text-faint' : 'flex items-center gap-1.5'}>
      <Icon aria-hidden className="size-3.5 shrink-0 text-faint" />
      {t(`result.${kind}`)}
    </span>
  );
}
