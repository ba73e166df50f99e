import { useTranslation } from 'react-i18next';
import type { MoneySummary, OwnAccount } from '../../../contract/money.ts';
import { ToneIcon } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Money } from '../../ui/money.tsx';
import { Time } from '../../ui/time.tsx';

/** In display order. What was sent to the beneficial address no longer belongs to the node. */
const HELD_ACCOUNTS = ['relay', 'inTransit', 'locked', 'wallet', 'stake'] as const satisfies readonly OwnAccount[];

/** Every account that the network has, with its balance by the ledger, and the total. */
export function AccountsCard({ summary }: { readonly summary: MoneySummary }) {
  const { t } = useTranslation('earnings');
  const byName = new Map(summary.accounts.map(({ account, wei }) => [account, BigInt(wei)]));
  const benefit = byName.get('benefit') ?? 0n;
  const sum = HELD_ACCOUNTS.reduce((all, account) => all + (byName.get(account) ?? 0n), 0n);
  return (
    <Card title={t('accounts.title')}>
      <dl className="grid grid-cols-[1fr_auto] gap-x-4">
        {HELD_ACCOUNTS.filter((account) => byName.has(account)).map((account) => (
          <AccountLine key={account} account={account} wei={byName.get(account) ?? 0n} />
        ))}
        <dt className="pt-2 font-semibold">{t('accounts.sum')}</dt>
        <dd className="pt-2 text-right font-semibold">
          <Money column wei={sum} />
        </dd>
      </dl>
      {benefit !== 0n && (
        <>
          <p className="pt-3 text-[13px] text-faint">{t('accounts.beyond')}</p>
          <dl className="grid grid-cols-[1fr_auto] gap-x-4">
            <AccountLine account="benefit" wei={benefit} />
          </dl>
        </>
      )}
      <div className="flex flex-col gap-1 pt-3 text-[13px] text-faint">
        {summary.unbooked > 0 && <Warning>{t('accounts.unbooked', { count: summary.unbooked })}</Warning>}
        {summary.conflicts > 0 && <Warning>{t('accounts.conflicts', { count: summary.conflicts })}</Warning>}
        {summary.syncedMs === null ? (
          <p>{t('accounts.notSynced')}</p>
        ) : (
          <p>
            {t('accounts.synced')}: <Time atMs={summary.syncedMs} />
          </p>
        )}
      </div>
    </Card>
  );
}

function AccountLine({ account, wei }: { readonly account: OwnAccount; readonly wei: bigint }) {
  const { t } = useTranslation('earnings');
  return (
    <div className="col-span-2 grid grid-cols-subgrid border-b border-line py-1.5">
      <dt>
        {t(`accounts.${account}`)}
        <span className="block text-[13px] text-faint">{t(`accounts.hints.${account}`)}</span>
      </dt>
      <dd className="text-right">
        <Money column wei={wei} />
      </dd>
    </div>
  );
}

function Warning({ children }: { readonly children: string }) {
  return (
    <p className="flex items-start gap-2 text-warn">
      <ToneIcon tone="warn" className="mt-0.5" />
      {children}
    </p>
  );
}
