import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { Button } from '../../ui/button.tsx';
import { Screen } from '../../ui/screen.tsx';
import { ChecksStep } from './checks-step.tsx';
import { type Choices, isStep, NO_CHOICES, openSteps, STEPS } from './choices.ts';
import { DevnetOffer } from './devnet-offer.tsx';
import { GpuStep } from './gpu-step.tsx';
import { KeyStep } from './key-step.tsx';
import { NetworkStep } from './network-step.tsx';
import { StakeStep } from './stake-step.tsx';
import { StepList } from './step-list.tsx';

/** From nothing to a running node in five steps, back and forth. */
export function FirstRunScreen() {
  const { t } = useTranslation(['firstRun', 'common']);
  const navigate = useNavigate();
  const params = useParams();
  const step = isStep(params.step) ? params.step : STEPS[0];
  const [choices, setChoices] = useState<Choices>(() => ({ ...NO_CHOICES, name: t('defaultName') }));
  const change = (part: Partial<Choices>) => setChoices((was) => ({ ...was, ...part }));
  const at = STEPS.indexOf(step);
  const [before, after] = [STEPS[at - 1], STEPS[at + 1]];
  const part = { choices, change };
  return (
    <Screen title={t('title')}>
      <p className="text-soft">{t('lead')}</p>
      {step === 'key' && <DevnetOffer />}
      <StepList current={step} open={openSteps(choices)} />
      <section aria-label={t(`steps.${step}`)} className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-5">
        {step === 'key' && <KeyStep {...part} />}
        {step === 'network' && <NetworkStep {...part} />}
        {step === 'gpu' && <GpuStep {...part} />}
        {step === 'checks' && <ChecksStep {...part} />}
        {step === 'stake' && <StakeStep {...part} />}
      </section>
      <div className="flex justify-between gap-2">
        {before === undefined ? (
          <span />
        ) : (
          <Button onClick={() => void navigate(`/first-run/${before}`)}>{t('common:do.back')}</Button>
        )}
        {after !== undefined && (
          <Button tone="primary" onClick={() => void navigate(`/first-run/${after}`)}>
            {t('common:do.next')}
          </Button>
        )}
      </div>
    </Screen>
  );
}
