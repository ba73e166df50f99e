import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { StakeView } from '../../../contract/money-acts.ts';
import { useNodeRead } from '../../rpc/hooks.ts';
import { useTruth } from '../../state/truth.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { DataAge } from '../../ui/data-age.tsx';
import { Money } from '../../ui/money.tsx';

const TONES = { Unstaked: 'neutral', Staked: 'good', PendingUnstaked: 'warn' } as const satisfies Record<string, Tone>;

export function BalancesCard({ stake }: { readonly stake: StakeView }) {
  const { t } = useTranslation('wallet');
  const { balance } = useTruth();
  return (
    <Card title={t('balances.title')} aside={<Badge tone={TONES[stake.status]}>{t(`status.${stake.status}`)}</Badge>}>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 md:grid-cols-4">
        <Balance name={t('balances.relay')} wei={balance === null ? null : String(balance.wei)} isOld={balance?.isOld === true}>
          {balance?.isOld === true && <DataAge atMs={balance.readMs} />}
        </Balance>
        <Balance name={t('balances.wallet')} wei={stake.walletWei}>
          <GasFacts walletWei={stake.walletWei} />
        </Balance>
        <Balance name={t('balances.stake')} wei={String(BigInt(stake.balanceWei) + BigInt(stake.creditsWei))}>
          <Money wei={stake.balanceWei} bare /> {t('balances.coin')}, <Money wei={stake.creditsWei} bare />{' '}
          {t('balances.credits')}
          <br />
          {t('balances.minimum')}: <Money wei={stake.minimumWei} bare />
        </Balance>
        <Balance name={t('balances.freeCredits')} wei={stake.freeCreditsWei}>
          {t('balances.creditsHint')}
        </Balance>
      </dl>
    </Card>
  );
}

interface BalanceProps {
  readonly name: string;
  readonly wei: string | null;
  /** Grey: it was not read again in time. */
  readonly isOld?: boolean;
  readonly children?: ReactNode;
}

function Balance({ name, wei, isOld = false, children }: BalanceProps) {
  return (
    <div className="min-w-0">
      <dt className="text-[13px] text-faint">{name}</dt>
      <dd className={clsx('text-lg font-semibold', isOld && 'text-faint')}>
        <Money wei={wei} bare /> <span className="text-xs font-normal text-faint">CNX</span>
      </dd>
      {children !== undefined && <dd className="text-[13px] text-faint">{children}</dd>}
    </div>
  );
}

const GAS_SAMPLE_SIZE = 20;
const MANY_TRANSACTIONS = 1_000n;

/** The cost of gas so far, and how many transactions the wallet covers at that price. */
function GasFacts({ walletWei }: { readonly walletWei: string }) {
  const { t } = useTranslation('wallet');
  const read = useNodeRead('gas', (client, signal) =>
    client.money.entries({ limit: GAS_SAMPLE_SIZE, after: null, kinds: ['gas'] }, { signal }),
  );
  const paid = read.value?.entries ?? null;
  if (paid === null) return null;
  if (paid.length === 0) return t('balances.gasNone');
  const average = paid.reduce((sum, { wei }) => sum + BigInt(wei), 0n) / BigInt(paid.length);
  const left = average === 0n ? null : BigInt(walletWei) / average;
  return (
    <>
      {t('balances.gasAverage')} <Money wei={average} />
      {'. '}
      {left !== null && (left > MANY_TRANSACTIONS ? t('balances.gasMuch') : t('balances.gasLeft', { count: Number(left) }))}
    </>
  );
}
