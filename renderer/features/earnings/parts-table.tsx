import { useTranslation } from 'react-i18next';
import type { Grouping } from '../../../contract/money.ts';
import { useOnChain } from '../../state/app-context.ts';
import { Money } from '../../ui/money.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { useSorted } from '../../ui/use-sorted.ts';
import { useGroupText } from './group-text.ts';
import { type EarningsRow, partsOf, shareText } from './split.ts';

/** Totals for the chart's period: per group if it is split, otherwise income and costs. */
export function PartsTable({ by, rows }: { readonly by: Grouping; readonly rows: readonly EarningsRow[] }) {
  const { t } = useTranslation('earnings');
  return (
    <div className="-mx-4 flex flex-col gap-1">
      <h3 className="px-4 font-medium">
        {t('parts.title')} <span className="font-normal text-faint">· {t('parts.period')}</span>
      </h3>
      {by === 'none' ? <Balance rows={rows} /> : <GroupShares by={by} rows={rows} />}
    </div>
  );
}

function GroupShares({ by, rows }: { readonly by: Grouping; readonly rows: readonly EarningsRow[] }) {
  const { t } = useTranslation('earnings');
  const groupText = useGroupText(by);
  const parts = partsOf(rows);
  const whole = parts.reduce((sum, { earnedWei }) => sum + earnedWei, 0n);
  const { rows: sorted, sort } = useSorted(parts, {
    part: ({ group }) => groupText(group),
    earned: ({ earnedWei }) => earnedWei,
    share: ({ earnedWei }) => earnedWei,
    payments: ({ payments }) => payments,
  });
  const columns = [
    { key: 'part', label: t('parts.part') },
    { key: 'earned', label: `${t('parts.earned')} (CNX)`, right: true },
    { key: 'share', label: t('parts.share'), right: true },
    { key: 'payments', label: t('parts.payments'), right: true },
  ];
  return (
    <Table caption={t('parts.title')} columns={columns} sort={sort}>
      {sorted.map(({ group, earnedWei, payments }) => (
        <Row key={group ?? ''}>
          <Cell head className="break-all">
            {groupText(group)}
          </Cell>
          <Cell right>
            <Money column wei={earnedWei} bare />
          </Cell>
          <Cell right>{shareText(earnedWei, whole)}</Cell>
          <Cell right>{payments}</Cell>
        </Row>
      ))}
    </Table>
  );
}

const BALANCE_LINES = [
  ['tasks', 'tasksWei', 1n],
  ['delegation', 'delegationWei', 1n],
  ['emission', 'emissionWei', 1n],
  ['gas', 'gasWei', -1n],
  ['fees', 'withdrawalFeesWei', -1n],
  ['slashed', 'slashedWei', -1n],
] as const;

/** Where payments go straight to the wallet, there is no delegation, no emission and no withdrawal. */
const ON_CHAIN_LINES: ReadonlySet<string> = new Set(['tasks', 'gas', 'slashed']);

function Balance({ rows }: { readonly rows: readonly EarningsRow[] }) {
  const { t } = useTranslation('earnings');
  const onChain = useOnChain();
  const sum = (pick: (row: EarningsRow) => string) => rows.reduce((all, row) => all + BigInt(pick(row)), 0n);
  const columns = [
    { key: 'part', label: t('parts.part') },
    { key: 'amount', label: `${t('parts.amount')} (CNX)`, right: true },
  ];
  return (
    <Table caption={t('parts.title')} columns={columns}>
      {BALANCE_LINES.filter(([name]) => !onChain || ON_CHAIN_LINES.has(name)).map(([name, field, sign]) => (
        <Row key={name}>
          <Cell head>{t(`parts.${name}`)}</Cell>
          <Cell right>
            <Money column wei={sign * sum((row) => row[field])} bare signed />
          </Cell>
        </Row>
      ))}
      <Row>
        <Cell head className="font-semibold!">
          {t('parts.net')}
        </Cell>
        <Cell right className="font-semibold">
          <Money column wei={sum(({ netWei }) => netWei)} bare signed />
        </Cell>
      </Row>
    </Table>
  );
}
