import { clsx } from 'clsx';
import { Cpu } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { GpuHistoryPoint, GpuCard as Reading } from '../../../contract/gpu.ts';
import { useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { useNodeView } from '../../state/app-context.ts';
import { useTruth } from '../../state/truth.ts';
import { Card } from '../../ui/card.tsx';
import { ChartOrTable } from '../../ui/chart-or-table.tsx';
import { DataAge } from '../../ui/data-age.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';

const MINUTE = 60_000;

/** The card's current readings, and its load over the last ten minutes. */
const LoadChart = lazy(() => import('./load-chart.tsx').then((module) => ({ default: module.LoadChart })));

export function GpuCard() {
  const { t } = useTranslation('overview');
  const gpu = useNodeView()?.gpu ?? null;
  const card = gpu?.sample?.cards[0] ?? null;
  const { reading } = useTruth();
  const isOld = reading?.isOld === true;
  return (
    <Card title={card === null ? t('gpu.title') : card.name}>
      {card === null ? (
        <EmptyState icon={Cpu} title={t(gpu === null ? 'gpu.stated' : 'gpu.noReading')} hint={t('gpu.readingHint')} />
      ) : (
        <div className="flex flex-col gap-3">
          <div className={clsx(isOld && 'text-faint')}>
            <Readings card={card} />
            {isOld && <DataAge atMs={reading.readMs} />}
          </div>
          <RecentLoad cardId={card.id} />
          {gpu !== null && (
            <p className="text-[13px] text-faint">
              {t('gpu.reported', { name: gpu.report.reportedName, vram: gpu.report.reportedVramGib })}
            </p>
          )}
        </div>
      )}
    </Card>
  );
}

function Readings({ card }: { readonly card: Reading }) {
  const { t } = useTranslation('overview');
  const gib = (mib: number) => (mib / 1_024).toFixed(1);
  const valueText = (value: number | null, unit: string) => (value === null ? '—' : `${Math.round(value)} ${unit}`);
  const used = card.memoryUsedMib === null ? '—' : gib(card.memoryUsedMib);
  const values = [
    [t('gpu.load'), valueText(card.loadPercent, '%')],
    [t('gpu.memory'), card.memoryMib === null ? '—' : `${used} / ${gib(card.memoryMib)} GiB`],
    [t('gpu.temperature'), valueText(card.temperatureC, '°C')],
    [t('gpu.power'), valueText(card.powerW, 'W')],
  ] as const;
  return (
    <dl className="flex flex-wrap gap-x-7 gap-y-2">
      {values.map(([name, value]) => (
        <div key={name}>
          <dt className="text-[13px] text-faint">{name}</dt>
          <dd className="font-semibold whitespace-nowrap tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function RecentLoad({ cardId }: { readonly cardId: string }) {
  const { t } = useTranslation('overview');
  const history = useNodeRead(`load ${cardId}`, async (client, signal) => {
    const toMs = Date.now();
    const { points } = await client.gpus.history({ cardId, fromMs: toMs - 10 * MINUTE, toMs, points: 60 }, { signal });
    return { toMs, points };
  });
  useRefresh(history, 10_000);
  if (history.value === null) return null;
  const { toMs, points } = history.value;
  if (points.length < 2) return <p className="text-[13px] text-faint">{t('gpu.noHistory')}</p>;
  const minutesAgo = (point: GpuHistoryPoint) => (toMs - point.atMs) / MINUTE;
  const line = points.map((point) => ({
    ago: -minutesAgo(point),
    load: point.loadPercent === null ? null : Math.round(point.loadPercent.average),
  }));
  return (
    <ChartOrTable
      caption={t('gpu.chart')}
      columns={[t('gpu.time'), t('gpu.load')]}
      rows={line
        .filter((_, index) => index % 6 === 0)
        .map(({ ago, load }) => ({
          key: String(ago),
          cells: [t('gpu.ago', { minutes: Math.round(-ago) }), load === null ? '—' : `${load} %`],
        }))}
      chart={
        <Suspense fallback={<div className="h-[110px]" />}>
          <LoadChart line={line} />
        </Suspense>
      }
    />
  );
}
