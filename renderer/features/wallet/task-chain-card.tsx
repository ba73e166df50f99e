import { useTranslation } from 'react-i18next';
import { useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { useNodeView } from '../../state/app-context.ts';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Money } from '../../ui/money.tsx';

const REFRESH_MS = 30_000;

/** For a network whose tasks are managed on a chain: only a wallet and a stake, with no relay account between them. */
export function TaskChainCard() {
  const { t } = useTranslation('wallet');
  const node = useNodeView();
  const summary = useNodeRead('summary', (client, signal) => client.money.summary({}, { signal }));
  useRefresh(summary, REFRESH_MS, node?.life?.kind);
  const accounts = summary.value?.accounts ?? [];
  const heldBy = (name: string) => accounts.find(({ account }) => account === name)?.wei ?? null;
  return (
    <Card title={t('taskChain.title')}>
      <div className="flex flex-col gap-3">
        <p className="text-soft">{t('taskChain.text')}</p>
        {summary.error && <ErrorNote error={summary.error} />}
        <Facts>
          <Fact name={t('balances.wallet')}>
            <Money wei={heldBy('wallet')} />
          </Fact>
          <Fact name={t('balances.stake')}>
            <Money wei={heldBy('stake')} />
          </Fact>
        </Facts>
      </div>
    </Card>
  );
}
