import { useTranslation } from 'react-i18next';
import { useNodeView } from '../../state/app-context.ts';
import { ToneIcon } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from './problem-note.tsx';

/** Whether the cards allow the node to take tasks, and if not, why. */
export function AcceptanceCard() {
  const { t } = useTranslation('gpus');
  const gpu = useNodeView()?.gpu ?? null;
  if (gpu === null) return null;
  const { acceptance, problem, sample } = gpu;
  return (
    <Card title={t('state.title')}>
      <div className="flex flex-col gap-2">
        <p role="status" className="flex items-center gap-2">
          <ToneIcon tone={acceptance.accept ? 'good' : 'warn'} />
          {t(acceptance.accept ? 'state.yes' : 'state.no')}
        </p>
        {acceptance.reasons.map((reason) => (
          <ProblemNote key={reason.code} problem={reason} />
        ))}
        {sample === null && problem === null && <p className="text-[13px] text-faint">{t('state.noReading')}</p>}
        {problem !== null && !acceptance.reasons.some(({ code }) => code === problem.code) && (
          <>
            <h3 className="font-medium">{t('state.readingFailed')}</h3>
            <ProblemNote problem={problem} />
          </>
        )}
      </div>
    </Card>
  );
}
