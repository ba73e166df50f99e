import { ChartLine } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CartesianGrid, Legend, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { GpuHistoryPoint } from '../../../contract/gpu.ts';
import { useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { useNodeView } from '../../state/app-context.ts';
import { Card } from '../../ui/card.tsx';
import { AXIS, GRID, TOOLTIP } from '../../ui/chart.ts';
import { ChartOrTable } from '../../ui/chart-or-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Select } from '../../ui/field.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { historyLines, historyTicks, METRICS, type Metric, PERIOD_MS, type Period } from './history.ts';

const POINT_COUNT = 180;
const PERIODS = ['hour', 'day', 'week'] as const satisfies readonly Period[];

/** The history of this node's cards. */
export function HistoryCard() {
  const { t } = useTranslation('gpus');
  const gpu = useNodeView()?.gpu ?? null;
  const cards = gpu?.sample?.cards ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const [metric, setMetric] = useState<Metric>('load');
  const [period, setPeriod] = useState<Period>('hour');
  const card = cards.find(({ id }) => id === chosen) ?? cards[0] ?? null;
  return (
    <Card
      title={t('history.title')}
      aside={
        <div className="flex flex-wrap items-center gap-2 py-1">
          {cards.length > 1 && card !== null && (
            <Select
              aria-label={t('history.card')}
              className="h-8! w-auto!"
              value={card.id}
              options={cards.map(({ id, name, index }) => ({ value: id, label: `#${index} ${name}` }))}
              onChange={setChosen}
            />
          )}
          <Select
            aria-label={t('history.metric')}
            className="h-8! w-auto!"
            value={metric}
            options={METRICS.map((value) => ({ value, label: t(`history.${value}`) }))}
            onChange={setMetric}
          />
          <Segmented
            label={t('history.period')}
            value={period}
            options={PERIODS.map((value) => ({ value, label: t(`history.${value}`) }))}
            onChange={setPeriod}
          />
        </div>
      }
    >
      {card === null ? <NoHistory /> : <History cardId={card.id} metric={metric} period={period} />}
    </Card>
  );
}

function NoHistory() {
  const { t } = useTranslation('gpus');
  return <EmptyState icon={ChartLine} title={t('history.none')} hint={t('history.noneHint')} />;
}

interface HistoryProps {
  readonly cardId: string;
  readonly metric: Metric;
  readonly period: Period;
}

function History({ cardId, metric, period }: HistoryProps) {
  const read = useNodeRead(`history ${cardId} ${period}`, async (client, signal) => {
    const toMs = Date.now();
    const fromMs = toMs - PERIOD_MS[period];
    const { points } = await client.gpus.history({ cardId, fromMs, toMs, points: POINT_COUNT }, { signal });
    return { fromMs, toMs, points };
  });
  useRefresh(read, period === 'hour' ? 20_000 : 120_000);
  if (read.error !== null) return <ErrorNote error={read.error} />;
  if (read.value === null) return <div className="h-61" />;
  if (read.value.points.length < 2) return <NoHistory />;
  return <HistoryChart {...read.value} metric={metric} period={period} />;
}

interface HistoryChartProps {
  readonly points: readonly GpuHistoryPoint[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly metric: Metric;
  readonly period: Period;
}

function HistoryChart({ points, fromMs, toMs, metric, period }: HistoryChartProps) {
  const { t, i18n } = useTranslation('gpus');
  const clock = new Intl.DateTimeFormat(
    i18n.language,
    period === 'week' ? { weekday: 'short', hour: '2-digit', minute: '2-digit' } : { hour: '2-digit', minute: '2-digit' },
  );
  const lines = historyLines(points, metric);
  const unit = { load: '%', memory: 'GiB', temperature: '°C', power: 'W' }[metric];
  const valueText = (value: number | null) => (value === null ? '—' : `${value} ${unit}`);
  const everyNth = Math.ceil(lines.length / 30);
  return (
    <ChartOrTable
      caption={t(`history.${metric}`)}
      columns={[t('history.time'), t('history.average'), t('history.maximum')]}
      rows={lines
        .filter((_, index) => index % everyNth === 0)
        .toReversed()
        .map(({ atMs, average, maximum }) => ({
          key: String(atMs),
          cells: [clock.format(atMs), valueText(average), valueText(maximum)],
        }))}
      chart={
        <ResponsiveContainer width="100%" height={210}>
          <LineChart data={[...lines]} margin={{ top: 18, right: 12, bottom: 0, left: -8 }} accessibilityLayer={false}>
            <CartesianGrid {...GRID} />
            <XAxis
              dataKey="atMs"
              type="number"
              domain={[fromMs, toMs]}
              ticks={historyTicks(fromMs, toMs, period)}
              tickFormatter={(atMs) => clock.format(Number(atMs))}
              {...AXIS}
            />
            <YAxis
              width={52}
              domain={metric === 'load' ? [0, 100] : [0, 'auto']}
              label={{ value: unit, position: 'top', offset: 8, fill: 'var(--faint)', fontSize: 11 }}
              {...AXIS}
            />
            <Tooltip
              {...TOOLTIP}
              labelFormatter={(atMs) => clock.format(Number(atMs))}
              formatter={(value, name) => [`${value} ${unit}`, name]}
            />
            <Legend iconType="plainline" formatter={(name) => <span className="text-[13px] text-soft">{name}</span>} />
            <Line
              dataKey="maximum"
              name={t('history.maximum')}
              stroke="var(--edge)"
              strokeDasharray="3 3"
              dot={false}
              isAnimationActive={false}
            />
            <Line
              dataKey="average"
              name={t('history.average')}
              stroke="var(--accent)"
              strokeWidth={1.5}
              dot={false}
              isAnimationActive={false}
            />
          </LineChart>
        </ResponsiveContainer>
      }
    />
  );
}
