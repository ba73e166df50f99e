import { useTranslation } from 'react-i18next';
import type { WithdrawalPreviewView } from '../../../contract/money-acts.ts';
import { Fact, Facts } from '../../ui/card.tsx';
import { Money } from '../../ui/money.tsx';
import { Forecast } from './forecast.tsx';

/** What exactly a withdrawal will do. */
export function WithdrawalFacts({ preview }: { readonly preview: WithdrawalPreviewView }) {
  const { t } = useTranslation('wallet');
  return (
    <>
      <Facts>
        <Fact name={t('withdraw.arrives')}>
          <Money wei={preview.amountWei} />
          <span className="ml-2 text-[13px] text-faint tabular-nums">{preview.amountWei} wei</span>
        </Fact>
        <Fact name={t('withdraw.fee')}>
          <Money wei={preview.feeWei} />
        </Fact>
        <Fact name={t('withdraw.charged')}>
          <Money wei={preview.chargedWei} />
        </Fact>
        <Fact name={t('withdraw.remaining')}>
          <Money wei={preview.remainingWei} />
        </Fact>
        <Fact name={t(preview.toOwnKey ? 'withdraw.destinationOwn' : 'withdraw.destination')}>
          <code className="font-mono text-[0.92em] break-all">{preview.destination}</code>
        </Fact>
        <Fact name={t('withdraw.network')}>{preview.network}</Fact>
        <Fact name={t('withdraw.leftToday')}>{preview.leftToday ?? t('withdraw.noLimit')}</Fact>
      </Facts>
      {preview.weight !== null && preview.problems.length === 0 && <Forecast forecast={preview.weight} />}
    </>
  );
}
