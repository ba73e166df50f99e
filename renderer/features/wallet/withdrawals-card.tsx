import { ArrowUpRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { withdrawalsSchema } from '../../../contract/money-acts.ts';
import type { Loaded } from '../../rpc/hooks.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Hash } from '../../ui/hash.tsx';
import { Money } from '../../ui/money.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { TransactionHash } from '../../ui/transaction.tsx';
import { useSorted } from '../../ui/use-sorted.ts';

type Withdrawals = z.output<typeof withdrawalsSchema>;
const NO_WITHDRAWALS: Withdrawals['withdrawals'] = [];
const TONES = { pending: 'info', success: 'good', failed: 'bad' } as const satisfies Record<string, Tone>;

export function WithdrawalsCard({ read }: { readonly read: Loaded<Withdrawals> }) {
  const { t } = useTranslation('wallet');
  const rows = read.value?.withdrawals ?? null;
  const { rows: sorted, sort } = useSorted(rows ?? NO_WITHDRAWALS, {
    created: ({ createdMs }) => createdMs,
    state: ({ status }) => t(`withdrawals.status.${status}`),
    destination: ({ destination }) => destination,
    fee: ({ feeWei }) => BigInt(feeWei),
    amount: ({ amountWei }) => BigInt(amountWei),
  });
  const columns = [
    { key: 'created', label: t('withdrawals.created') },
    { key: 'state', label: t('withdrawals.state') },
    { key: 'destination', label: t('withdrawals.destination') },
    { key: 'transaction', label: t('withdrawals.transaction') },
    { key: 'fee', label: t('withdrawals.fee'), right: true },
    { key: 'amount', label: t('withdrawals.amount'), right: true },
  ];
  return (
    <Card title={t('withdrawals.title')} flush>
      {read.error && (
        <div className="px-4 py-2">
          <ErrorNote error={read.error} />
        </div>
      )}
      {rows?.length === 0 && <EmptyState icon={ArrowUpRight} title={t('withdrawals.none')} hint={t('withdrawals.noneHint')} />}
      {rows !== null && rows.length > 0 && (
        <Table caption={t('withdrawals.title')} columns={columns} sort={sort}>
          {sorted.map((row) => (
            <Row key={row.record}>
              <Cell>
                <Time atMs={row.createdMs} />
              </Cell>
              <Cell className="whitespace-nowrap">
                <Badge tone={TONES[row.status]}>{t(`withdrawals.status.${row.status}`)}</Badge>
              </Cell>
              <Cell>
                <Hash value={row.destination} what={t('withdrawals.destination')} />
              </Cell>
              <Cell>{row.transaction === null ? '—' : <TransactionHash value={row.transaction} />}</Cell>
              <Cell right>
                <Money column wei={row.feeWei} bare />
              </Cell>
              <Cell right>
                <Money column wei={row.amountWei} bare />
              </Cell>
            </Row>
          ))}
        </Table>
      )}
    </Card>
  );
}
