import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { earnings as texts } from '../../i18n/en/earnings.ts';
import { withTexts } from '../../i18n/with-texts.tsx';
import { useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { useAlive, useNode } from '../../state/app-context.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';
import { NodeOrRecords } from '../../ui/running-node-only.tsx';
import { Screen } from '../../ui/screen.tsx';
import { AccountsCard } from './accounts-card.tsx';
import { CsvExport } from './csv-export.tsx';
import { EarnedCard } from './earned-card.tsx';
import { LedgerCard } from './ledger-card.tsx';
import { ProfitCard } from './profit-card.tsx';
import { ReconciliationCard } from './reconciliation-card.tsx';
import { SumsCard } from './sums-card.tsx';

export const EarningsScreen = withTexts('earnings', texts, EarningsPage);

function EarningsPage() {
  const { t } = useTranslation('earnings');
  return (
    <Screen wide title={t('title')} actions={<CsvExport />}>
      <NodeOrRecords>
        <EarningsCards />
      </NodeOrRecords>
    </Screen>
  );
}

function EarningsCards() {
  const { session } = useNode();
  const alive = useAlive();
  const changes = useStore(session.tasks, ({ revision }) => revision);
  const summary = useNodeRead('money', (client, signal) => client.money.summary({}, { signal }));
  useRefresh(summary, 30_000, changes);
  const { value, error } = summary;
  return (
    <>
      {error && <ErrorNote error={error} />}
      {value === null && error === null && <Loading />}
      {value !== null && <SumsCard summary={value} />}
      <div className="grid grid-cols-1 items-start gap-4 2xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        {value !== null && <EarnedCard atMs={value.atMs} />}
        <div className="grid min-w-0 items-start gap-4 lg:max-2xl:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
          {value !== null && <AccountsCard summary={value} />}
          {alive && <ReconciliationCard onChanged={summary.reload} />}
        </div>
      </div>
      {value !== null && <ProfitCard atMs={value.atMs} />}
      <LedgerCard change={value?.atMs ?? null} />
    </>
  );
}
