import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Money } from '../../ui/money.tsx';
import { type FleetTotals, type FleetView, STATE_GROUPS, type StateGroup } from './fleet-lines.ts';

export interface TotalsProps {
  readonly totals: FleetTotals;
  readonly view: FleetView;
  readonly onChange: (view: FleetView) => void;
}

/** State and earnings of the whole fleet. A click on what needs the host filters the list. */
export function Totals({ totals, view, onChange }: TotalsProps) {
  const { t, i18n } = useTranslation('fleet');
  return (
    <section
      aria-label={t('totals.label')}
      className="grid grid-cols-[auto_1fr_1fr_auto] divide-x divide-line rounded-lg border border-line bg-surface py-2.5"
    >
      <Figure name={t('totals.nodes')}>{new Intl.NumberFormat(i18n.language).format(totals.nodes)}</Figure>
      <Figure name={t('totals.today')} old={totals.old}>
        <Money wei={totals.todayWei} />
      </Figure>
      <Figure name={t('totals.month')} old={totals.old}>
        <Money wei={totals.monthWei} />
      </Figure>
      <Figure name={t('totals.attention')}>
        <button
          type="button"
          aria-pressed={view.attention}
          disabled={totals.attention === 0 && !view.attention}
          onClick={() => onChange({ ...view, attention: !view.attention })}
          className={clsx(
            '-mx-2 rounded-md px-2 text-left font-semibold enabled:underline enabled:decoration-1 enabled:underline-offset-4 enabled:hover:bg-raised',
            view.attention ? 'bg-accent-wash text-accent' : totals.attention > 0 && 'text-bad',
          )}
        >
          {t('totals.attentionCount', { count: totals.attention })}
        </button>
      </Figure>
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  /** The number of nodes that are included with their last known values. */
  readonly old?: number;
  readonly children: ReactNode;
}

function Figure({ name, old = 0, children }: FigureProps) {
  const { t } = useTranslation('fleet');
  return (
    <div className="flex flex-col px-4">
      <h2 className="text-[13px] text-faint">
        {name}
        {old > 0 && <span className="max-lg:hidden"> · {t('totals.old', { count: old })}</span>}
      </h2>
      <div className="text-lg font-semibold whitespace-nowrap tabular-nums">{children}</div>
    </div>
  );
}

const DOTS: Readonly<Record<StateGroup, string>> = {
  working: 'bg-good',
  paused: 'bg-warn',
  changing: 'bg-accent',
  stopped: 'bg-faint',
  trouble: 'bg-bad',
  away: 'border border-faint',
};

/** The number of nodes in each group of states; a click filters the list. */
export function StateChips({ totals, view, onChange }: TotalsProps) {
  const { t, i18n } = useTranslation('fleet');
  const number = new Intl.NumberFormat(i18n.language);
  const toggle = (group: StateGroup) => {
    const groups = view.groups.includes(group) ? view.groups.filter((one) => one !== group) : [...view.groups, group];
    onChange({ ...view, groups: STATE_GROUPS.filter((one) => groups.includes(one)) });
  };
  return STATE_GROUPS.filter((group) => totals.groups[group] > 0 || view.groups.includes(group)).map((group) => (
    <button
      key={group}
      type="button"
      aria-pressed={view.groups.includes(group)}
      onClick={() => toggle(group)}
      className={clsx(
        'inline-flex h-8 items-center gap-1.5 rounded-full border px-2 text-[13px]',
        view.groups.includes(group)
          ? 'border-accent bg-accent-wash text-accent'
          : 'border-line bg-surface text-soft hover:bg-raised hover:text-ink',
      )}
    >
      <span aria-hidden className={clsx('size-2 rounded-full', DOTS[group])} />
      {t(`groups.${group}`)}
      <span className="font-medium tabular-nums">{number.format(totals.groups[group])}</span>
    </button>
  ));
}
