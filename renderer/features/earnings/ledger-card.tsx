import { ChevronLeft, ChevronRight, ReceiptText } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LedgerEntryView } from '../../../contract/money.ts';
import { useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { ALL_ENTRIES, entriesQuery, type LedgerFilter } from './ledger-filter.ts';
import { LedgerFilters } from './ledger-filters.tsx';
import { LedgerTable } from './ledger-table.tsx';

const PAGE_SIZE = 25;

/** `change` has a new value whenever the ledger may have new entries. */
export function LedgerCard({ change }: { readonly change: unknown }) {
  const { t } = useTranslation('earnings');
  const [filter, setFilter] = useState<LedgerFilter>(ALL_ENTRIES);
  /** Where each page begins, from the second on. */
  const [cursors, setCursors] = useState<readonly number[]>([]);
  const after = cursors.at(-1) ?? null;
  const read = useNodeRead(`ledger ${JSON.stringify(filter)} ${after ?? ''}`, (client, signal) =>
    client.money.entries(entriesQuery(filter, { limit: PAGE_SIZE, after, nowMs: Date.now() }), { signal }),
  );
  useRefresh(read, 60_000, change);
  const page = useLatestPage(read.value);
  const choose = (next: LedgerFilter) => {
    setFilter(next);
    setCursors([]);
  };
  const next = page?.next ?? null;
  return (
    <Card title={t('ledger.title')} flush aside={<LedgerFilters filter={filter} onChange={choose} />}>
      {read.error && (
        <div className="px-4 py-2">
          <ErrorNote error={read.error} />
        </div>
      )}
      {page !== null && page.entries.length === 0 && <NoEntries filtered={filter !== ALL_ENTRIES} />}
      {page !== null && page.entries.length > 0 && <LedgerTable entries={page.entries} account={filter.account} />}
      {(next !== null || cursors.length > 0) && (
        <nav aria-label={t('ledger.title')} className="flex items-center justify-end gap-2 px-4 py-2">
          <span className="text-[13px] text-faint tabular-nums">{t('ledger.page', { page: cursors.length + 1 })}</span>
          <Button small icon={ChevronLeft} disabled={cursors.length === 0} onClick={() => setCursors((was) => was.slice(0, -1))}>
            {t('ledger.newer')}
          </Button>
          <Button
            small
            disabled={next === null || read.loading}
            onClick={() => next !== null && setCursors((was) => [...was, next])}
          >
            {t('ledger.older')}
            <ChevronRight aria-hidden className="size-4" />
          </Button>
        </nav>
      )}
    </Card>
  );
}

interface LedgerPage {
  readonly entries: readonly LedgerEntryView[];
  readonly next: number | null;
}

/** The previous page stays visible until the next one has loaded. */
function useLatestPage(value: LedgerPage | null): LedgerPage | null {
  const last = useRef(value);
  useEffect(() => {
    if (value !== null) last.current = value;
  }, [value]);
  return value ?? last.current;
}

function NoEntries({ filtered }: { readonly filtered: boolean }) {
  const { t } = useTranslation('earnings');
  return (
    <EmptyState
      icon={ReceiptText}
      title={t(filtered ? 'ledger.noMatch' : 'ledger.empty')}
      hint={t(filtered ? 'ledger.noMatchHint' : 'ledger.emptyHint')}
    />
  );
}
