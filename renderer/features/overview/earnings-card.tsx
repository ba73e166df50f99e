import { Coins } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useStore } from 'zustand';
import type { EarningsSumsView } from '../../../contract/money.ts';
import { formatCnx } from '../../../protocol/money/wei.ts';
import { nodePath } from '../../app/screens.ts';
import { useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { useNode } from '../../state/app-context.ts';
import { Card } from '../../ui/card.tsx';
import { ChartOrTable } from '../../ui/chart-or-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Money } from '../../ui/money.tsx';

// The chart library is a third of the program, so the window renders before it is loaded.
const DailyBars = lazy(() => import('./daily-bars.tsx').then((module) => ({ default: module.DailyBars })));

const DAY = 86_400_000;

export function EarningsCard() {
  const { t } = useTranslation(['overview', 'common']);
  const { profile, session } = useNode();
  const changes = useStore(session.tasks, ({ revision }) => revision);
  const summary = useNodeRead('money', (client, signal) => client.money.summary({}, { signal }));
  useRefresh(summary, 60_000, changes);
  const { value } = summary;
  return (
    <Card
      title={t('earnings.title')}
      aside={
        <Link to={nodePath(profile.profile.id, 'earnings')} className="text-accent hover:underline">
          {t('earnings.all')}
        </Link>
      }
    >
      {summary.error && <ErrorNote error={summary.error} />}
      {value === null && summary.error === null && <p className="text-faint">{t('common:frame.loading')}</p>}
      {value !== null && (
        <div className="flex flex-col gap-3">
          <dl className="grid grid-cols-3 gap-3">
            <Sum name={t('earnings.today')} sums={value.today} />
            <Sum name={t('earnings.week')} sums={value.last7Days} />
            <Sum name={t('earnings.month')} sums={value.last30Days} />
          </dl>
          {value.total.payments === 0 ? (
            <EmptyState icon={Coins} title={t('earnings.none')} hint={t('earnings.noneHint')} />
          ) : (
            <DailyChart untilMs={value.atMs} />
          )}
        </div>
      )}
    </Card>
  );
}

function Sum({ name, sums }: { readonly name: string; readonly sums: EarningsSumsView }) {
  const { t } = useTranslation('overview');
  return (
    <div className="min-w-0">
      <dt className="text-[13px] text-faint">{name}</dt>
      <dd className="text-lg font-semibold">
        <Money column wei={sums.earnedWei} bare /> <span className="text-xs font-normal text-faint">CNX</span>
      </dd>
      <dd className="text-[13px] text-faint">{t('earnings.payments', { count: sums.payments })}</dd>
    </div>
  );
}

function DailyChart({ untilMs }: { readonly untilMs: number }) {
  const { t, i18n } = useTranslation('overview');
  const [days, setDays] = useState(30);
  const today = Math.floor(untilMs / DAY) * DAY;
  const read = useNodeRead(`daily ${days} ${today}`, (client, signal) =>
    client.money.earnings({ bucket: 'day', fromMs: today - (days - 1) * DAY, toMs: today + DAY }, { signal }),
  );
  useRefresh(read, 60_000, untilMs);
  const format = new Intl.DateTimeFormat(i18n.language, { month: 'short', day: 'numeric', timeZone: 'UTC' });
  const byDay = new Map((read.value?.rows ?? []).map((row) => [row.fromMs, row]));
  const bars = Array.from({ length: days }, (_, index) => {
    const atMs = today - (days - 1 - index) * DAY;
    const row = byDay.get(atMs);
    // Drawn as a float, shown as exact text.
    const exact = formatCnx(BigInt(row?.earnedWei ?? '0'));
    return { atMs, day: format.format(atMs), earned: Number(exact), exact, payments: row?.payments ?? 0 };
  });
  return (
    <>
      <fieldset className="flex gap-1 text-[13px]">
        <legend className="sr-only">{t('earnings.range')}</legend>
        {[7, 30].map((count) => (
          <button
            key={count}
            type="button"
            aria-pressed={days === count}
            onClick={() => setDays(count)}
            className="rounded-md px-2 py-0.5 text-soft hover:bg-raised aria-pressed:bg-raised aria-pressed:font-medium aria-pressed:text-ink"
          >
            {t(count === 7 ? 'earnings.week' : 'earnings.month')}
          </button>
        ))}
      </fieldset>
      <ChartOrTable
        caption={t('earnings.chart')}
        columns={[t('earnings.day'), t('earnings.earned'), t('earnings.count')]}
        rows={bars.toReversed().map((bar) => ({ key: String(bar.atMs), cells: [bar.day, bar.exact, bar.payments] }))}
        chart={
          <Suspense fallback={<div className="h-[150px]" />}>
            <DailyBars bars={bars} name={t('earnings.title')} />
          </Suspense>
        }
      />
    </>
  );
}
