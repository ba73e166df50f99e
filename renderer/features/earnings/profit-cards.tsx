import { useTranslation } from 'react-i18next';
import { type Costs, microText, profitCards } from '../../../contract/costs.ts';
import type { CardEnergy } from '../../../contract/gpu.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { Money } from '../../ui/money.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { useSorted } from '../../ui/use-sorted.ts';

export const kWhText = (wattHours: number | null) => (wattHours === null ? '—' : (wattHours / 1_000).toFixed(2));

export function CurrencyAmount({ micro }: { readonly micro: bigint | null }) {
  if (micro === null) return <span className="text-faint">—</span>;
  return <span className={micro < 0n ? 'text-bad' : ''}>{microText(micro)}</span>;
}

export interface ProfitCardsProps {
  readonly energy: readonly CardEnergy[];
  /** By day and reported GPU name. */
  readonly earnings: Parameters<typeof profitCards>[0]['earnings'];
  readonly costs: Costs;
}

/** What each kind of card used, beside what it earned; equal cards are paid as one. */
export function ProfitCards({ energy, earnings, costs }: ProfitCardsProps) {
  const { t } = useTranslation('earnings');
  const known = useHostRead('cards', (client, signal) => client.gpus.inventory({}, { signal }));
  const cardName = (id: string) => known.value?.inventory.cards.find((card) => card.id === id)?.name ?? id;
  const hoursOf = (seconds: number) => seconds / 3_600;
  const averageOf = ({ wattHours, seconds }: { wattHours: number | null; seconds: number }) =>
    wattHours === null || seconds === 0 ? null : wattHours / hoursOf(seconds);
  const { rows, sort } = useSorted(profitCards({ energy, earnings, cardName, costs }), {
    card: ({ name }) => name,
    net: ({ netWei }) => netWei,
    energy: ({ wattHours }) => wattHours,
    average: averageOf,
    hours: ({ seconds }) => seconds,
    cost: ({ cost }) => cost,
    profit: ({ profit }) => profit,
  });
  const { currency, cnxPrice } = costs;
  const columns = [
    { key: 'card', label: t('profit.card') },
    { key: 'net', label: `${t('parts.net')} (CNX)`, right: true },
    { key: 'energy', label: t('profit.energy'), right: true },
    { key: 'average', label: t('profit.average'), right: true },
    { key: 'hours', label: t('profit.hours'), right: true },
    { key: 'cost', label: `${t('profit.cost')} (${currency})`, right: true },
    ...(cnxPrice === null ? [] : [{ key: 'profit', label: `${t('profit.profit')} (${currency})`, right: true }]),
  ];
  return (
    <>
      <Table caption={t('profit.title')} columns={columns} sort={sort}>
        {rows.map((row) => {
          const average = averageOf(row);
          return (
            <Row key={row.name}>
              <Cell head className="break-all">
                {row.name === null ? t('profit.noCard') : row.cards > 1 ? `${row.cards}× ${row.name}` : row.name}
              </Cell>
              <Cell right>
                <Money wei={row.netWei} bare signed />
              </Cell>
              <Cell right>{kWhText(row.wattHours)}</Cell>
              <Cell right>{average === null ? '—' : `${Math.round(average)} W`}</Cell>
              <Cell right>{row.seconds === 0 ? '—' : hoursOf(row.seconds).toFixed(1)}</Cell>
              <Cell right>
                <CurrencyAmount micro={row.cost} />
              </Cell>
              {cnxPrice !== null && (
                <Cell right>
                  <CurrencyAmount micro={row.profit} />
                </Cell>
              )}
            </Row>
          );
        })}
      </Table>
      <p className="px-4 pt-2 text-soft">{t('profit.byCard')}</p>
    </>
  );
}
