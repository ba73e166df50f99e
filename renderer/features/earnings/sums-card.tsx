import { useTranslation } from 'react-i18next';
import type { EarningsSumsView, MoneySummary } from '../../../contract/money.ts';
import { useOnChain } from '../../state/app-context.ts';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Money, moneyText } from '../../ui/money.tsx';
import { Time } from '../../ui/time.tsx';

/** What was earned; estimates are shown separately. */
export function SumsCard({ summary }: { readonly summary: MoneySummary }) {
  const { t } = useTranslation('earnings');
  const onChain = useOnChain();
  return (
    <Card title={t('sums.earned')} aside={<span className="text-[13px] text-faint">{t('sums.utc')}</span>}>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-4">
        <Sum name={t('sums.today')} sums={summary.today} />
        <Sum name={t('sums.week')} sums={summary.last7Days} />
        <Sum name={t('sums.month')} sums={summary.last30Days} />
        <Sum name={t('sums.total')} sums={summary.total} />
      </dl>
      {!onChain && <Estimate estimate={summary.emissionEstimate} />}
    </Card>
  );
}

function Sum({ name, sums }: { readonly name: string; readonly sums: EarningsSumsView }) {
  const { t } = useTranslation('earnings');
  return (
    <div className="min-w-0">
      <dt className="text-[13px] text-faint">{name}</dt>
      <dd className="text-lg font-semibold">
        <Money column wei={sums.earnedWei} bare /> <span className="text-xs font-normal text-faint">CNX</span>
      </dd>
      <dd className="text-[13px] text-faint tabular-nums">
        {t('sums.payments', { count: sums.payments })} · {t('sums.net', { amount: moneyText(BigInt(sums.netWei)) })}
      </dd>
    </div>
  );
}

function Estimate({ estimate }: { readonly estimate: MoneySummary['emissionEstimate'] }) {
  const { t, i18n } = useTranslation('earnings');
  const day = new Intl.DateTimeFormat(i18n.language, { month: 'short', day: 'numeric', timeZone: 'UTC' });
  return (
    <div className="mt-3 border-t border-line pt-3 text-[13px]">
      {estimate.state === 'none' && <p className="text-faint">{t('estimate.none')}</p>}
      {estimate.state === 'unknown' && (
        <>
          <p className="pb-2">{t('estimate.unknown')}</p>
          <ErrorNote error={estimate.error} />
        </>
      )}
      {estimate.state === 'told' && (
        <p className="text-soft">
          <span className="font-medium text-ink">{t('estimate.title')}: </span>
          <Money column wei={estimate.wei} />
          {'. '}
          {t('estimate.hint', { from: day.format(estimate.fromMs), to: day.format(estimate.toMs) })}
          {estimate.updatedMs !== null && (
            <span className="text-faint">
              {' '}
              ({t('estimate.updated')} <Time atMs={estimate.updatedMs} />)
            </span>
          )}
        </p>
      )}
    </div>
  );
}
