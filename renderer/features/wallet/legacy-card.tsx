import { clsx } from 'clsx';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChainAct, LegacyStakeView } from '../../../contract/money-acts.ts';
import { useApp } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { shortHash } from '../../ui/hash.tsx';
import { Money } from '../../ui/money.tsx';
import { ChainActDialog } from './chain-act-dialog.tsx';
import { Countdown } from './countdown.tsx';

export interface LegacyCardProps {
  readonly legacy: LegacyStakeView;
  /** When `legacy` was read; its countdown starts there. */
  readonly readMs: number;
  readonly onChanged: () => void;
}

const STEPS = ['ask', 'wait', 'take'] as const;
/** The number of the current step, as the contract reports it. */
const STEP_BY_STATE = { notAsked: 0, waiting: 1, available: 2, notStaked: 3 } as const;

/** Recovers a stake from contracts that the network no longer uses. It can be interrupted anywhere, because the contracts know the progress. */
export function LegacyCard({ legacy, readMs, onChanged }: LegacyCardProps) {
  const { t } = useTranslation('wallet');
  const { toasts } = useApp();
  const [act, setAct] = useState<ChainAct | null>(null);
  const { recovery, transaction } = legacy;
  const next = STEP_BY_STATE[recovery.state];
  const asks = recovery.state === 'notAsked';
  const isTaking = act?.kind === 'legacyForceUnstake';
  return (
    <Card title={t('legacy.title')}>
      <div className="flex flex-col gap-3">
        <p className="text-soft">{t('legacy.text')}</p>
        <Facts>
          <Fact name={t('legacy.amount')}>
            <Money wei={legacy.balanceWei} />
          </Fact>
          {legacy.creditsWei !== '0' && (
            <Fact name={t('legacy.credits')}>
              <Money wei={legacy.creditsWei} />
            </Fact>
          )}
          <Fact name={t(legacy.isOwnAddress ? 'legacy.destinationOwn' : 'legacy.destination')}>
            <code className="font-mono text-[0.92em] break-all">{legacy.destination}</code>
          </Fact>
        </Facts>
        <ol aria-label={t('legacy.steps')} className="flex flex-col gap-1">
          {STEPS.map((step, index) => (
            <li
              key={step}
              aria-current={index === next ? 'step' : undefined}
              className={clsx(index === next ? 'font-medium' : 'text-soft')}
            >
              {index + 1}. {t(`legacy.${step}`)}
              {index < next && ` (${t('legacy.done')})`}
            </li>
          ))}
        </ol>
        {recovery.state === 'waiting' && (
          <Countdown text={t('legacy.waiting')} untilMs={readMs + recovery.remainingSeconds * 1_000} onEnd={onChanged} />
        )}
        {recovery.state === 'available' && <p role="status">{t('legacy.ready')}</p>}
        {transaction !== null && <p role="status">{t('legacy.underWay', { hash: shortHash(transaction, 6) })}</p>}
        <Button
          className="self-end"
          disabled={(!asks && recovery.state !== 'available') || transaction !== null}
          onClick={() => setAct({ kind: asks ? 'legacyTryUnstake' : 'legacyForceUnstake' })}
        >
          {t(asks ? 'legacy.askAct' : 'legacy.takeAct')}
        </Button>
        <p className="text-[13px] text-faint">{t('legacy.afterwards')}</p>
      </div>
      <ChainActDialog
        act={act}
        title={t(isTaking ? 'legacy.takeTitle' : 'legacy.askTitle')}
        confirmLabel={t(isTaking ? 'legacy.takeConfirm' : 'legacy.askConfirm')}
        benefitAddress={null}
        onClose={() => setAct(null)}
        onDone={(_, done) => {
          setAct(null);
          onChanged();
          const text = t(done.kind === 'legacyForceUnstake' ? 'legacy.taken' : 'legacy.asked');
          toasts.getState().push({ tone: 'good', text });
        }}
      />
    </Card>
  );
}
