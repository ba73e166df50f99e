import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChainAct, StakeView } from '../../../contract/money-acts.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useApp, useNodeClient, useNodeView } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { shortHash } from '../../ui/hash.tsx';
import { Money } from '../../ui/money.tsx';
import { ChainActDialog } from './chain-act-dialog.tsx';
import { Countdown } from './countdown.tsx';

export interface LeaveCardProps {
  readonly stake: StakeView;
  /** When `stake` was read; its countdown starts there. */
  readonly readMs: number;
  readonly onChanged: () => void;
}

export function LeaveCard({ stake, readMs, onChanged }: LeaveCardProps) {
  const { t } = useTranslation('wallet');
  const life = useNodeView()?.life?.kind ?? null;
  return (
    <Card title={t('leave.title')}>
      {stake.status === 'Unstaked' ? (
        <p className="text-soft">{t('leave.notStaked')}</p>
      ) : stake.status === 'PendingUnstaked' ? (
        <Returning stake={stake} readMs={readMs} onChanged={onChanged} />
      ) : life === 'leaving' ? (
        <p role="status">{t('leave.leaving')}</p>
      ) : (
        <LeaveForm stake={stake} onChanged={onChanged} />
      )}
    </Card>
  );
}

function LeaveForm({ stake, onChanged }: Omit<LeaveCardProps, 'readMs'>) {
  const { t } = useTranslation('wallet');
  const { toasts } = useApp();
  const node = useNodeClient();
  const [asking, setAsking] = useState(false);
  const act = useAct(() => node().node.unstake({}));
  const { benefitAddress } = stake;
  const destination =
    benefitAddress === null ? t('leave.destinationOwn') : t('leave.destination', { address: shortHash(benefitAddress, 6) });
  const confirm = async () => {
    if ((await act.run()) === null) return;
    setAsking(false);
    onChanged();
    toasts.getState().push({ tone: 'info', text: t('leave.asked') });
  };
  return (
    <div className="flex flex-col gap-3">
      <p className="text-soft">{t('leave.text')}</p>
      <p className="text-soft">{destination}</p>
      <Button className="self-end" onClick={() => setAsking(true)}>
        {t('leave.act')}
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => {
          if (act.busy) return;
          act.clear();
          setAsking(false);
        }}
        title={t('leave.confirmTitle')}
        confirmLabel={t('leave.confirm')}
        onConfirm={() => void confirm()}
        danger
        awaitsPerson
        busy={act.busy}
        error={act.error}
      >
        <p>{t('leave.text')}</p>
        <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1">
          <StakePart name={t('leave.coin')}>
            <Money wei={stake.balanceWei} />
          </StakePart>
          <StakePart name={t('leave.credits')}>
            <Money wei={stake.creditsWei} />
          </StakePart>
        </dl>
        <p>{destination}</p>
      </ConfirmDialog>
    </div>
  );
}

function StakePart({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Waiting for the relay, with the way around it once the contract allows it. */
function Returning({ stake, readMs, onChanged }: LeaveCardProps) {
  const { t } = useTranslation('wallet');
  const { toasts } = useApp();
  const [act, setAct] = useState<ChainAct | null>(null);
  const { recovery } = stake;
  return (
    <div className="flex flex-col gap-3">
      <p role="status">{t('leave.returning')}</p>
      <h3 className="font-medium">{t('leave.forceTitle')}</h3>
      {recovery.state === 'waiting' && (
        <Countdown text={t('leave.forceWaiting')} untilMs={readMs + recovery.remainingSeconds * 1_000} onEnd={onChanged} />
      )}
      {recovery.state === 'available' && <p>{t('leave.forceReady')}</p>}
      <Button className="self-end" disabled={recovery.state !== 'available'} onClick={() => setAct({ kind: 'forceUnstake' })}>
        {t('leave.force')}
      </Button>
      <ChainActDialog
        act={act}
        title={t('leave.forceConfirmTitle')}
        confirmLabel={t('leave.forceConfirm')}
        benefitAddress={stake.benefitAddress}
        onClose={() => setAct(null)}
        onDone={() => {
          setAct(null);
          onChanged();
          toasts.getState().push({ tone: 'good', text: t('leave.forced') });
        }}
      />
    </div>
  );
}
