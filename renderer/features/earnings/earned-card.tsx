import { Coins } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BUCKETS, type Bucket, type Grouping } from '../../../contract/money.ts';
import { useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Select } from '../../ui/field.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { chartSteps } from './chart-steps.ts';
import { EarnedChart } from './earned-chart.tsx';
import { PartsTable } from './parts-table.tsx';

const GROUPINGS = ['none', 'taskType', 'model', 'gpu', 'kind'] as const satisfies readonly Grouping[];
const GROUPING_TEXTS = {
  none: 'chart.byNone',
  taskType: 'chart.byTaskType',
  model: 'chart.byModel',
  gpu: 'chart.byGpu',
  kind: 'chart.byKind',
} as const satisfies Record<Grouping, string>;

/** What was earned, when, and for what. */
export function EarnedCard({ atMs }: { readonly atMs: number }) {
  const { t } = useTranslation('earnings');
  const [bucket, setBucket] = useState<Bucket>('day');
  const [by, setBy] = useState<Grouping>('none');
  const splitId = useId();
  const { starts, toMs } = chartSteps(bucket, atMs);
  const fromMs = starts[0] ?? 0;
  const read = useNodeRead(`earned ${bucket} ${by} ${fromMs}`, (client, signal) =>
    client.money.earnings({ bucket, by, fromMs, toMs }, { signal }),
  );
  useRefresh(read, 60_000, atMs);
  const rows = read.value?.rows ?? null;
  const empty = rows?.every(({ earnedWei }) => earnedWei === '0') === true;
  return (
    <Card
      title={t('chart.title')}
      aside={
        <div className="flex flex-wrap items-center gap-3">
          <Segmented
            label={t('chart.bucket')}
            value={bucket}
            options={BUCKETS.map((value) => ({ value, label: t(`chart.${value}`) }))}
            onChange={setBucket}
          />
          <div className="flex items-center gap-2 text-[13px] text-soft">
            <label htmlFor={splitId}>{t('chart.by')}</label>
            <Select
              id={splitId}
              className="h-8! w-auto!"
              value={by}
              options={GROUPINGS.map((value) => ({ value, label: t(GROUPING_TEXTS[value]) }))}
              onChange={setBy}
            />
          </div>
        </div>
      }
    >
      {read.error && <ErrorNote error={read.error} />}
      {empty && <EmptyState icon={Coins} title={t('chart.empty')} hint={t('chart.emptyHint')} />}
      {/* Keeps its height while another interval is loading. */}
      {rows === null && <div className="h-67" />}
      {rows !== null && !empty && (
        <div className="flex flex-col gap-4">
          <EarnedChart bucket={bucket} by={by} starts={starts} rows={rows} />
          <PartsTable by={by} rows={rows} />
        </div>
      )}
    </Card>
  );
}
