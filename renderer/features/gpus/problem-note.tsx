import { useTranslation } from 'react-i18next';
import type { GpuProblemView } from '../../../contract/gpu.ts';
import { useHostText } from '../../errors/use-host-text.ts';
import { ToneIcon } from '../../ui/badge.tsx';

/** A state of the cards that blocks tasks, rather than a failure: meaning and remedy of its code, and what was observed. */
export function ProblemNote({ problem }: { readonly problem: GpuProblemView }) {
  const { t } = useTranslation();
  const { code, detail } = problem;
  const { meaning, remedy } = useHostText()({ code, message: problem.message });
  return (
    <div className="flex gap-2.5 rounded-md border border-line p-2.5 text-[13px]">
      <ToneIcon tone="warn" className="mt-0.5" />
      <div className="min-w-0">
        <p className="font-medium">{meaning ?? problem.message}</p>
        <p>
          <span className="text-faint">{t('error.remedy')}:</span> {remedy ?? problem.remedy}
        </p>
        <p className="break-words text-faint">{detail}</p>
      </div>
    </div>
  );
}
