import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { AccountCheckView, candidateSchema } from '../../../contract/money.ts';
import { moneyText } from '../../ui/money.tsx';
import { Time } from '../../ui/time.tsx';

type DifferingBalance = Extract<AccountCheckView['agreement'], { state: 'differs' }>;
type Candidate = z.output<typeof candidateSchema>;

export interface DifferenceProps {
  readonly agreement: DifferingBalance;
  /** The source writes with a delay. */
  readonly sourceIsDelayed: boolean;
}

/** How far ledger and source differ, since when, and what may explain it. */
export function Difference({ agreement: { byWei, sinceMs, candidates }, sourceIsDelayed }: DifferenceProps) {
  const { t } = useTranslation('earnings');
  const by = BigInt(byWei);
  const amount = moneyText(by < 0n ? -by : by);
  return (
    <div className="flex flex-col gap-1 text-[13px]">
      <p>
        {t(by < 0n ? 'check.byLess' : 'check.by', { amount })} <Time atMs={sinceMs} />.
      </p>
      {sourceIsDelayed && <p className="text-faint">{t('check.young')}</p>}
      {candidates.length === 0 ? (
        <p className="text-faint">{t('check.noCandidate')}</p>
      ) : (
        <>
          <p className="text-faint">{t('check.mayExplain')}</p>
          <ul className="list-disc pl-5">
            {candidates.map((candidate) => (
              <li key={JSON.stringify(candidate)} className="break-words">
                <CandidateText candidate={candidate} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function CandidateText({ candidate }: { readonly candidate: Candidate }): string {
  const { t } = useTranslation('earnings');
  switch (candidate.kind) {
    case 'unbooked': {
      const { record, why, wei } = candidate;
      if (wei === null) return t('check.candidate.unbooked', { record, why });
      return t('check.candidate.unbookedWorth', { record, why, amount: moneyText(BigInt(wei)) });
    }
    case 'contradiction':
      return t('check.candidate.contradiction', { source: candidate.source, amount: moneyText(BigInt(candidate.wei)) });
    case 'missingRecords': {
      const { list, total, held } = candidate;
      return t('check.candidate.missingRecords', { list, total, held });
    }
  }
}
