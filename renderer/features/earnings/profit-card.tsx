import { Zap } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Costs, costOfOneCnx, measuredSum, microText, type ProfitDay, profitDays } from '../../../contract/costs.ts';
import { useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { useSettings } from '../../state/app-context.ts';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Money } from '../../ui/money.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { useSorted } from '../../ui/use-sorted.ts';
import { chartSteps, stepText } from './chart-steps.ts';
import { PricesForm } from './prices-form.tsx';
import { CurrencyAmount, kWhText, ProfitCards } from './profit-cards.tsx';

const VIEWS = ['days', 'cards'] as const;

/** The cards' electricity and its cost next to the earnings; in the host's currency only at the host's own prices. */
export function ProfitCard({ atMs }: { readonly atMs: number }) {
  const { t } = useTranslation('earnings');
  const settings = useSettings();
  const [view, setView] = useState<(typeof VIEWS)[number]>('days');
  const { starts, toMs } = chartSteps('day', atMs);
  const fromMs = starts[0] ?? 0;
  const energy = useNodeRead(`energy ${fromMs}`, (client, signal) => client.gpus.energy({ fromMs, toMs }, { signal }));
  const earned = useNodeRead(`net of days ${fromMs}`, (client, signal) =>
    client.money.earnings({ bucket: 'day', fromMs, toMs }, { signal }),
  );
  const ofCards = useNodeRead(`net of cards ${fromMs}`, (client, signal) =>
    client.money.earnings({ bucket: 'day', by: 'gpu', fromMs, toMs }, { signal }),
  );
  useRefresh(energy, 60_000, atMs);
  useRefresh(ofCards, 60_000, atMs);
  useRefresh(earned, 60_000, atMs);
  const error = energy.error ?? earned.error ?? ofCards.error;
  const rows = energy.value?.rows ?? null;
  return (
    <Card
      title={t('profit.title')}
      aside={
        <Segmented
          label={t('profit.view')}
          value={view}
          options={VIEWS.map((value) => ({ value, label: t(`profit.${value}`) }))}
          onChange={setView}
        />
      }
    >
      {error && <ErrorNote error={error} />}
      {rows !== null && earned.value !== null && settings !== null && (
        <div className="flex flex-col gap-4">
          {rows.length === 0 ? (
            <EmptyState icon={Zap} title={t('profit.none')} hint={t('profit.noneHint')} />
          ) : (
            <div className="-mx-4">
              {view === 'days' ? (
                <ProfitDays
                  days={profitDays({ energy: rows, earnings: earned.value.rows, costs: settings.costs })}
                  costs={settings.costs}
                />
              ) : (
                <ProfitCards energy={rows} earnings={ofCards.value?.rows ?? []} costs={settings.costs} />
              )}
            </div>
          )}
          <p className="text-[13px] text-faint">{t('profit.hint')}</p>
          <PricesForm key={JSON.stringify(settings.costs)} costs={settings.costs} />
        </div>
      )}
    </Card>
  );
}

function ProfitDays({ days, costs }: { readonly days: readonly ProfitDay[]; readonly costs: Costs }) {
  const { t, i18n } = useTranslation('earnings');
  const whole = measuredSum(days, costs);
  const ofOne = whole === null || whole.cost === null ? null : costOfOneCnx(whole.cost, whole.netWei);
  const priced = costs.cnxPrice !== null;
  const { currency } = costs;
  const { rows: sorted, sort } = useSorted(days, {
    day: ({ dayMs }) => dayMs,
    net: ({ netWei }) => netWei,
    energy: ({ wattHours }) => wattHours,
    cost: ({ cost }) => cost,
    worth: ({ worth }) => worth,
    profit: ({ profit }) => profit,
  });
  const columns = [
    { key: 'day', label: t('profit.day') },
    { key: 'net', label: `${t('parts.net')} (CNX)`, right: true },
    { key: 'energy', label: t('profit.energy'), right: true },
    { key: 'cost', label: `${t('profit.cost')} (${currency})`, right: true },
    ...(priced
      ? [
          { key: 'worth', label: `${t('profit.worth')} (${currency})`, right: true },
          { key: 'profit', label: `${t('profit.profit')} (${currency})`, right: true },
        ]
      : []),
  ];
  const line = (row: Omit<ProfitDay, 'dayMs'>) => (
    <>
      <Cell right>
        <Money wei={row.netWei} bare signed />
      </Cell>
      <Cell right>{kWhText(row.wattHours)}</Cell>
      <Cell right>
        <CurrencyAmount micro={row.cost} />
      </Cell>
      {priced && (
        <>
          <Cell right>
            <CurrencyAmount micro={row.worth} />
          </Cell>
          <Cell right>
            <CurrencyAmount micro={row.profit} />
          </Cell>
        </>
      )}
    </>
  );
  return (
    <>
      <Table caption={t('profit.title')} columns={columns} sort={sort}>
        {whole !== null && (
          <Row>
            <Cell head className="font-semibold!">
              {t('profit.sum')}
            </Cell>
            {line(whole)}
          </Row>
        )}
        {sorted.map((day) => (
          <Row key={day.dayMs}>
            <Cell head>{stepText('day', day.dayMs, i18n.language)}</Cell>
            {line(day)}
          </Row>
        ))}
      </Table>
      {ofOne !== null && <p className="px-4 pt-2 text-soft">{t('profit.ofOne', { cost: microText(ofOne), currency })}</p>}
    </>
  );
}
