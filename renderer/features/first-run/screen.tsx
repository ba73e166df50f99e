import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useParams } from 'react-router';
import { Button } from '../../ui/button.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Screen } from '../../ui/screen.tsx';
import { completedSteps, incompleteSteps, isStep, STEPS } from './choices.ts';
import { DevnetOffer } from './devnet-offer.tsx';
import { GpuStep } from './gpu-step.tsx';
import { KeyStep } from './key-step.tsx';
import { NetworkStep } from './network-step.tsx';
import { StepList } from './step-list.tsx';
import { useChoices } from './use-choices.ts';

/** Not needed at the beginning. */
const ChecksStep = lazy(() => import('./checks-step.tsx').then((module) => ({ default: module.ChecksStep })));
const StakeStep = lazy(() => import('./stake-step.tsx').then((module) => ({ default: module.StakeStep })));

/** From nothing to a running node in five steps, in any order; the choices are kept until they are continued. */
export function FirstRunScreen() {
  const { t } = useTranslation(['firstRun', 'common']);
  const navigate = useNavigate();
  const params = useParams();
  const step = isStep(params.step) ? params.step : STEPS[0];
  const { choices, change, ready, savedStep, startOver, finish } = useChoices(step);
  if (!ready) {
    return (
      <Screen title={t('title')}>
        <Loading />
      </Screen>
    );
  }
  if (params.step === undefined && savedStep !== null) return <Navigate replace to={`/first-run/${savedStep}`} />;
  const at = STEPS.indexOf(step);
  const [before, after] = [STEPS[at - 1], STEPS[at + 1]];
  const part = { choices, change };
  return (
    <Screen title={t('title')}>
      <p className="text-soft">{t('lead')}</p>
      {savedStep !== null && (
        <div role="status" className="flex flex-wrap items-center justify-between gap-2 rounded-md bg-raised px-3 py-2">
          <p>{t('kept')}</p>
          <Button small onClick={startOver}>
            {t('startOver')}
          </Button>
        </div>
      )}
      {step === 'key' && <DevnetOffer />}
      <StepList current={step} done={completedSteps(choices)} />
      <section aria-label={t(`steps.${step}`)} className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-5">
        {step === 'key' && <KeyStep {...part} />}
        {step === 'network' && <NetworkStep {...part} />}
        {step === 'gpu' && <GpuStep {...part} />}
        <Suspense fallback={<Loading />}>
          {step === 'checks' && <ChecksStep {...part} />}
          {step === 'stake' && <StakeStep {...part} open={incompleteSteps(choices)} onCreated={finish} />}
        </Suspense>
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
