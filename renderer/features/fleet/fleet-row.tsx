import { clsx } from 'clsx';
import { Check, TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { HERE_PLACE } from '../../../contract/fleet.ts';
import { ATTENTION_KINDS } from '../../../contract/truth/attention.ts';
import { NodeStatusBadge } from '../../app/node-status-badge.tsx';
import { Money } from '../../ui/money.tsx';
import { Time } from '../../ui/time.tsx';
import type { FleetLine } from './fleet-lines.ts';

export const ROW_HEIGHT = 44;

/** If space is short, the version is hidden first, then the quality of service, then the card. */
export const FLEET_GRID =
  'grid gap-x-3 px-4 grid-cols-[1.25rem_minmax(6rem,1fr)_8.25rem_6.25rem_7rem_minmax(5.5rem,0.9fr)] @[52rem]:grid-cols-[1.25rem_minmax(7rem,1fr)_8.75rem_minmax(6.5rem,1fr)_6rem_6.75rem_3rem_minmax(5rem,1fr)] @[64rem]:grid-cols-[1.25rem_minmax(8.5rem,1fr)_9.25rem_minmax(7rem,0.9fr)_6.5rem_7rem_3.5rem_4rem_minmax(7.5rem,1.4fr)]';

export const FLEET_COLUMNS = ['node', 'state', 'card', 'today', 'month', 'qos', 'version', 'attention'] as const;
export type FleetColumn = (typeof FLEET_COLUMNS)[number];

export const COLUMN_CLASSES: Readonly<Record<FleetColumn, string>> = {
  node: 'min-w-0',
  state: 'min-w-0',
  card: 'hidden min-w-0 @[52rem]:block',
  today: 'text-right',
  month: 'text-right',
  qos: 'hidden text-right @[52rem]:block',
  version: 'hidden @[64rem]:block',
  attention: 'min-w-0',
};

export function fleetRowId(key: string): string {
  return `fleet-row-${key.replace('/', '--')}`;
}

export interface FleetTableRowProps {
  readonly line: FleetLine;
  readonly index: number;
  /** Pixels from the top. */
  readonly start: number;
  readonly active: boolean;
  readonly selected: boolean;
  /** Must be the same function each time. `range`: select everything from the last row to this one. */
  readonly onPick: (key: string, range: boolean) => void;
}

/** Re-rendered only if something in this row has changed. */
export const FleetTableRow = memo(function FleetTableRow({ line, index, start, active, selected, onPick }: FleetTableRowProps) {
  const { row, isOld } = line;
  return (
    <tr
      id={fleetRowId(line.key)}
      data-node={line.key}
      aria-rowindex={index + 2}
      aria-selected={selected}
      style={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}
      onClick={(event) => onPick(line.key, event.shiftKey)}
      className={clsx(
        FLEET_GRID,
        'absolute inset-x-0 top-0 contain-strict cursor-pointer items-center border-b border-line',
        selected ? 'bg-accent-wash' : 'hover:bg-raised',
        active && 'group-focus-visible:shadow-[inset_3px_0_0_var(--accent)]',
        isOld && 'text-faint',
      )}
    >
      <td aria-hidden>
        <span
          className={clsx(
            'flex size-4 items-center justify-center rounded border',
            selected ? 'border-accent bg-accent text-on-accent' : 'border-edge bg-surface',
          )}
        >
          {selected && <Check className="size-3" />}
        </span>
      </td>
      <th scope="row" className={clsx(COLUMN_CLASSES.node, 'text-left font-normal')}>
        <NodeCell line={line} />
      </th>
      <td className={COLUMN_CLASSES.state}>
        <StateCell line={line} />
      </td>
      <td className={COLUMN_CLASSES.card}>
        <span className="block truncate" title={row.card ?? undefined}>
          {row.card === null ? '—' : row.card.replace(/^NVIDIA (?:GeForce )?/, '')}
        </span>
      </td>
      <td className={COLUMN_CLASSES.today}>
        <Money bare column wei={row.todayWei} />
      </td>
      <td className={COLUMN_CLASSES.month}>
        <Money bare column wei={row.monthWei} />
      </td>
      <td className={COLUMN_CLASSES.qos}>{row.qos === null ? '—' : row.qos.toFixed(2)}</td>
      <td className={COLUMN_CLASSES.version}>
        <span className="block truncate">{line.version ?? '—'}</span>
      </td>
      <td className={COLUMN_CLASSES.attention}>
        <AttentionCell line={line} />
      </td>
    </tr>
  );
});

function NodeCell({ line: { row, place, network } }: { readonly line: FleetLine }) {
  const { t } = useTranslation('fleet');
  return (
    <span className="flex min-w-0 flex-col leading-tight" title={`${row.name}\n${row.network}\n${row.address}`}>
      <span className="truncate font-medium">{row.name}</span>
      <span className="truncate text-xs text-faint">
        {place === HERE_PLACE ? t('here') : place}
        {network !== null && ` · ${network}`}
      </span>
    </span>
  );
}

/** For a place that is away: the last known state, in grey, with its time. */
function StateCell({ line: { row, isOld, oldSinceMs } }: { readonly line: FleetLine }) {
  if (!isOld) return <NodeStatusBadge truth={row} />;
  return (
    <span className="flex min-w-0 flex-col items-start leading-tight">
      <NodeStatusBadge truth={{ life: row.life, tone: 'neutral' }} />
      <span className="truncate pl-2 text-[11px]">
        <Time atMs={oldSinceMs} />
      </span>
    </span>
  );
}

const KNOWN_KINDS: ReadonlySet<string> = new Set(ATTENTION_KINDS);

function useAttentionText(): (kind: string) => string {
  const { t } = useTranslation(['fleet', 'overview']);
  return (kind) =>
    KNOWN_KINDS.has(kind)
      ? t(`overview:attention.${kind as (typeof ATTENTION_KINDS)[number]}.title`, { version: '' })
      : t('fleet:attentionOther');
}

function AttentionCell({ line: { row, isOld } }: { readonly line: FleetLine }) {
  const textOf = useAttentionText();
  const [worst, ...more] = row.attention;
  if (worst === undefined) return <span className="text-faint">—</span>;
  return (
    <span
      className={clsx('flex min-w-0 items-center gap-1.5', !isOld && 'text-bad')}
      title={row.attention.map((kind) => textOf(kind)).join('\n')}
    >
      <TriangleAlert aria-hidden className="size-3.5 shrink-0" />
      <span className="truncate">{textOf(worst)}</span>
      {more.length > 0 && <span className="shrink-0 text-xs">+{more.length}</span>}
    </span>
  );
}
