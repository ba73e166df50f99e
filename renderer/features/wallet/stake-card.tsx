import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChainAct, StakeView } from '../../../contract/money-acts.ts';
import { formatCnxExact } from '../../../protocol/money/wei.ts';
import { useNodeRead } from '../../rpc/hooks.ts';
import { useApp, useHostClient, useNode } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { moneyText } from '../../ui/money.tsx';
import { useDebounced } from '../../ui/use-throttled-text.ts';
import { coinInStake, maxStakeWei, parseWei, stakedWei } from './amounts.ts';
import { ChainActDialog } from './chain-act-dialog.tsx';
import { Forecast } from './forecast.tsx';
import { StakeInput, useStakeProblem } from './stake-input.tsx';

export interface StakeCardProps {
  readonly stake: StakeView;
  readonly onChanged: () => void;
}

export function StakeCard({ stake, onChanged }: StakeCardProps) {
  const { t } = useTranslation('wallet');
  const current = stakedWei(stake);
  /** Null: nothing other than the current stake was entered. */
  const [text, setText] = useState<string | null>(null);
  const [act, setAct] = useState<ChainAct | null>(null);
  const target = text === null ? current : parseWei(text);
  const limits = { minimumWei: BigInt(stake.minimumWei), mostWei: maxStakeWei(stake) };
  const problem = useStakeProblem({ text: text ?? formatCnxExact(current), ...limits });
  const changes = target !== null && target !== current && problem === null;
  const saveStake = useSaveStake();
  const { toasts } = useApp();
  const done = (transaction: string | null, acted: ChainAct) => {
    setAct(null);
    setText(null);
    onChanged();
    if (acted.kind !== 'setStake') return;
    const amount = moneyText(BigInt(acted.stakeWei));
    const said = transaction === null ? t('stake.doneNothing') : `${t('stake.done', { amount })} ${t('stake.kept')}`;
    toasts.getState().push({ tone: 'good', text: said });
    void saveStake(acted.stakeWei);
  };
  if (stake.status === 'PendingUnstaked') {
    return (
      <Card title={t('stake.title')}>
        <p className="text-soft">{t('stake.leaving')}</p>
      </Card>
    );
  }
  return (
    <Card title={t('stake.title')}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (changes) setAct({ kind: 'setStake', stakeWei: String(target) });
        }}
      >
        <StakeInput text={text ?? formatCnxExact(current)} onChange={setText} {...limits} />
        {changes && <StakeForecast coinWei={coinInStake(stake, target)} />}
        <div className="flex items-center justify-end gap-3">
          {target === current && <span className="text-[13px] text-faint">{t('stake.unchanged')}</span>}
          <Button type="submit" tone="primary" disabled={!changes}>
            {t('stake.review')}
          </Button>
        </div>
      </form>
      <ChainActDialog
        act={act}
        title={t('stake.reviewTitle')}
        confirmLabel={t('stake.confirm')}
        benefitAddress={stake.benefitAddress}
        onClose={() => setAct(null)}
        onDone={done}
      />
    </Card>
  );
}

/** Without this, the next start would set the stake back to the amount in the profile. */
function useSaveStake(): (stakeWei: string) => Promise<void> {
  const { t } = useTranslation('wallet');
  const { toasts } = useApp();
  const { profile } = useNode();
  const host = useHostClient();
  return async (stakeWei) => {
    const { id, createdMs: _, ...draft } = profile.profile;
    try {
      await host().profiles.update({ id, draft: { ...draft, stakeWei } });
    } catch {
      toasts.getState().push({ tone: 'bad', text: t('stake.settingFailed') });
    }
  };
}

function StakeForecast({ coinWei }: { readonly coinWei: bigint }) {
  const settled = useDebounced(coinWei);
  const read = useNodeRead(`what if ${settled}`, (client, signal) =>
    client.money.whatIf({ stakeWei: String(settled) }, { signal }),
  );
  if (read.error !== null) return <ErrorNote error={read.error} />;
  // As high as the content that will appear here, so that the button does not jump.
  return read.value === null ? <div className="h-67" /> : <Forecast forecast={read.value} />;
}
