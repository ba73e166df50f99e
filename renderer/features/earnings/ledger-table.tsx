import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { SIZED_COLUMNS } from '../../../contract/column-widths.ts';
import { type Account, type LedgerEntryView, NOT_ITEMISED, WITHDRAWN_BY_NETWORK } from '../../../contract/money.ts';
import { nodePath } from '../../app/screens.ts';
import { useNode } from '../../state/app-context.ts';
import { CopyButton, shortHash } from '../../ui/hash.tsx';
import { Money } from '../../ui/money.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { TransactionHash } from '../../ui/transaction.tsx';
import { useColumnWidths } from '../../ui/use-column-widths.ts';
import { signedWei } from './ledger-filter.ts';

export interface LedgerTableProps {
  readonly entries: readonly LedgerEntryView[];
  /** The account from whose point of view amounts are shown. */
  readonly account: Account | 'all';
}

export function LedgerTable({ entries, account }: LedgerTableProps) {
  const { t } = useTranslation('earnings');
  const widths = useColumnWidths('ledger');
  const columns = [
    { key: 'time', label: t('ledger.time') },
    { key: 'kind', label: t('ledger.kind') },
    { key: 'movement', label: t('ledger.movement') },
    { key: 'what', label: t('ledger.what') },
    { key: 'amount', label: t('ledger.amount'), right: true },
  ];
  return (
    <Table
      caption={t('ledger.title')}
      columns={columns}
      widths={{ state: widths, columns: SIZED_COLUMNS.ledger, flexible: 'what' }}
    >
      {entries.map((entry) => (
        <LedgerRow key={entry.id} entry={entry} account={account} />
      ))}
    </Table>
  );
}

function LedgerRow({ entry, account }: { readonly entry: LedgerEntryView; readonly account: Account | 'all' }) {
  const { t } = useTranslation(['earnings', 'common']);
  const { wei, isInternal } = signedWei(entry, account);
  return (
    <Row>
      <Cell>
        <Time atMs={entry.atMs} />
      </Cell>
      <Cell>
        {t(`kinds.${entry.kind}`)}
        {entry.taskType !== null && <span className="text-faint"> · {t(`common:taskType.${entry.taskType}`)}</span>}
        {entry.model !== null && <span className="block max-w-64 truncate text-faint">{entry.model}</span>}
      </Cell>
      <Cell>
        {t(`accounts.${entry.from}`)} → {t(`accounts.${entry.to}`)}
      </Cell>
      <Cell>
        <EntrySource entry={entry} />
      </Cell>
      <Cell right>
        {/* Between two accounts of the host nothing is gained or lost. */}
        {isInternal ? (
          <span className="text-faint">
            <Money column wei={wei} bare />
          </span>
        ) : (
          <Money column wei={wei} signed bare />
        )}
      </Cell>
    </Row>
  );
}

/** Names of records are not translated; the text about them is. */
function RecordName({ record }: { readonly record: string }) {
  const { t } = useTranslation('earnings');
  if (record === NOT_ITEMISED) return t('ledger.notItemised');
  if (!record.endsWith(WITHDRAWN_BY_NETWORK)) return record;
  return t('ledger.withdrawnByNetwork', { record: record.slice(0, -WITHDRAWN_BY_NETWORK.length) });
}

/** Where an entry comes from: its task, its transaction, or otherwise the relay's record. */
function EntrySource({ entry: { task, transaction, record, source } }: { readonly entry: LedgerEntryView }) {
  const { t } = useTranslation('earnings');
  const { profile } = useNode();
  return (
    <span className="flex flex-wrap items-center gap-x-2">
      {task !== null && (
        <span className="inline-flex items-center gap-0.5">
          <Link
            to={nodePath(profile.profile.id, 'tasks', `task=${task}`)}
            title={task}
            className="font-mono text-[0.92em] text-accent hover:underline"
          >
            {shortHash(task)}
          </Link>
          <CopyButton text={task} what={t('ledger.task')} />
        </span>
      )}
      {transaction !== null && <TransactionHash value={transaction} />}
      {task === null && transaction === null && (
        <code title={t('ledger.record')} className="font-mono text-xs break-all text-faint">
          {record === null ? source : <RecordName record={record} />}
        </code>
      )}
    </span>
  );
}
