import { clsx } from 'clsx';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { STEPS, type Step } from './choices.ts';

/** All steps, each reachable at any time, with a check mark if nothing is missing. */
export function StepList({ current, done: ticked }: { readonly current: Step; readonly done: readonly Step[] }) {
  const { t } = useTranslation('firstRun');
  return (
    <nav aria-label={t('stepsLabel')}>
      <ol className="flex flex-wrap gap-2">
        {STEPS.map((step, index) => {
          const done = ticked.includes(step);
          return (
            <li key={step} className="flex-auto">
              <Link
                to={`/first-run/${step}`}
                aria-current={step === current ? 'step' : undefined}
                className={clsx(
                  'flex items-center gap-2 border-t-2 px-1 py-2 whitespace-nowrap',
                  step === current ? 'border-accent font-medium text-ink' : 'border-line text-soft hover:border-edge',
                )}
              >
                <span
                  className={clsx(
                    'flex size-5.5 shrink-0 items-center justify-center rounded-full text-xs font-medium',
                    done ? 'bg-good-wash text-good' : 'bg-raised text-soft',
                  )}
                >
                  {done ? <Check aria-hidden className="size-3.5" /> : index + 1}
                </span>
                <span>{t(`steps.${step}`)}</span>
                {step !== 'checks' && <span className="sr-only">({t(done ? 'done' : 'open')})</span>}
              </Link>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
