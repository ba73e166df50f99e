import { Unlink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { wallet as texts } from '../../i18n/en/wallet.ts';
import { withTexts } from '../../i18n/with-texts.tsx';
import { useHostRead, useLiveRead, useNodeRead, useRefresh } from '../../rpc/hooks.ts';
import { useAlive, useNode, useNodeView } from '../../state/app-context.ts';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Money } from '../../ui/money.tsx';
import { NodeOrRecords } from '../../ui/running-node-only.tsx';
import { Screen } from '../../ui/screen.tsx';
import { AddressesCard } from './addresses-card.tsx';
import { BalancesCard } from './balances-card.tsx';
import { BenefitCard } from './benefit-card.tsx';
import { DelegationCard } from './delegation-card.tsx';
import { LeaveCard } from './leave-card.tsx';
import { LegacyCard } from './legacy-card.tsx';
import { StakeCard } from './stake-card.tsx';
import { TaskChainCard } from './task-chain-card.tsx';
import { WithdrawCard } from './withdraw-card.tsx';
import { WithdrawalsCard } from './withdrawals-card.tsx';

export const WalletScreen = withTexts('wallet', texts, WalletPage);

function WalletPage() {
  const { t } = useTranslation('wallet');
  const { profile } = useNode();
  const networks = useHostRead('networks', (client, signal) => client.networks.list({}, { signal }));
  const network = networks.value?.networks.find(({ id }) => id === profile.profile.networkId) ?? null;
  return (
    <Screen wide title={t('title')}>
      {networks.error && <ErrorNote error={networks.error} />}
      {network?.mode === 'chain' && (
        <>
          <AddressesCard benefitAddress={null} hasChain={false} />
          <TaskChainCard />
        </>
      )}
      {network?.mode === 'relay' && !network.hasChain && (
        <>
          <AddressesCard benefitAddress={null} hasChain={false} />
          <OffChain />
        </>
      )}
      {network?.hasChain === true && <OnChain />}
    </Screen>
  );
}

/** For a network without a chain: what it has instead. */
function OffChain() {
  const { t } = useTranslation('wallet');
  const { profile } = useNode();
  const node = useNodeView();
  return (
    <Card title={t('noChain.title')}>
      <div className="flex flex-col gap-3">
        <p className="flex items-start gap-2.5 text-soft">
          <Unlink aria-hidden className="mt-0.5 size-4 shrink-0" />
          {t('noChain.text')}
        </p>
        <Facts>
          <Fact name={t('balances.relay')}>
            <Money wei={node?.relayBalanceWei ?? null} />
          </Fact>
          <Fact name={t('noChain.stated')}>
            <Money wei={profile.profile.stakeWei} />
          </Fact>
        </Facts>
      </div>
    </Card>
  );
}

function OnChain() {
  const { t } = useTranslation(['wallet', 'common']);
  const node = useNodeView();
  const alive = useAlive();
  const stake = useNodeRead('stake', async (client, signal) => {
    const view = await client.money.stake({}, { signal });
    return { view, readMs: Date.now() };
  });
  const withdrawals = useLiveRead('withdrawals', (client, signal) => client.money.withdrawals({}, { signal }));
  const terms = useLiveRead('withdrawal terms', (client, signal) =>
    client.money.prepareWithdrawal({ amountWei: '0' }, { signal }),
  );
  useRefresh(stake, 30_000, node?.life?.kind);
  useRefresh(withdrawals, 60_000);
  const { value, error } = stake;
  const reload = () => {
    stake.reload();
    withdrawals.reload();
    terms.reload();
  };
  return (
    <>
      <AddressesCard benefitAddress={value === null ? 'unknown' : value.view.benefitAddress} hasChain />
      <NodeOrRecords>
        {error && <ErrorNote error={error} />}
        {value === null && error === null && <Loading />}
        {value !== null && (
          <>
            {value.view.paused && <p role="status">{t('paused')}</p>}
            {alive && value.view.legacy !== null && (
              <LegacyCard legacy={value.view.legacy} readMs={value.readMs} onChanged={reload} />
            )}
            <BalancesCard stake={value.view} />
            {alive && (
              <div className="grid items-start gap-4 lg:grid-cols-2 2xl:grid-cols-3">
                <div className="flex min-w-0 flex-col gap-4 lg:max-2xl:row-span-2">
                  <StakeCard stake={value.view} onChanged={reload} />
                  <LeaveCard stake={value.view} readMs={value.readMs} onChanged={reload} />
                </div>
                <WithdrawCard terms={terms} open={withdrawals.value?.open ?? null} onChanged={reload} />
                <div className="flex min-w-0 flex-col gap-4">
                  <BenefitCard stake={value.view} onChanged={reload} />
                  <DelegationCard stake={value.view} onChanged={reload} />
                </div>
              </div>
            )}
          </>
        )}
        {alive && <WithdrawalsCard read={withdrawals} />}
      </NodeOrRecords>
    </>
  );
}
