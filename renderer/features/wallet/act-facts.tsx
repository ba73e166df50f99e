import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import type { ChainActPreview } from '../../../contract/money-acts.ts';
import { Fact, Facts } from '../../ui/card.tsx';
import { Money } from '../../ui/money.tsx';

/** The contents of each act's confirmation. A fact that does not have this shape is left out. */
const wei = z.string().regex(/^\d+$/).nullable().catch(null);
const factsSchema = z.object({
  targetWei: wei,
  valueWei: wei,
  fromCreditsWei: wei,
  returnedWei: wei,
  returnedCreditsWei: wei,
  balanceWei: wei,
  creditsWei: wei,
  percent: z.number().nullable().catch(null),
  before: z.number().nullable().catch(null),
  address: z.string().nullable().catch(null),
  delegatedWei: wei,
  destination: z.string().nullable().catch(null),
  checksummed: z.boolean().nullable().catch(null),
});

export type ParsedActFacts = z.output<typeof factsSchema>;

export function parseActFacts(preview: ChainActPreview): ParsedActFacts {
  return factsSchema.parse(preview.facts);
}

export interface ActFactsProps {
  readonly preview: ChainActPreview;
  readonly benefitAddress: string | null;
}

export function ActFacts({ preview, benefitAddress }: ActFactsProps) {
  const { t } = useTranslation('wallet');
  const facts = parseActFacts(preview);
  const back = benefitAddress === null ? 'facts.returned' : 'facts.returnedTo';
  const { kind } = preview.act;
  return (
    <>
      <Facts>
        <AmountFact name={t('facts.target')} wei={facts.targetWei} exact />
        <AmountFact name={t('facts.value')} wei={facts.valueWei} />
        <AmountFact name={t('facts.fromCredits')} wei={facts.fromCreditsWei} />
        <AmountFact name={t(back)} wei={facts.returnedWei} />
        <AmountFact name={t('facts.returnedCredits')} wei={facts.returnedCreditsWei} />
        <AmountFact name={t('facts.delegated')} wei={facts.delegatedWei} />
        {facts.destination !== null && (
          <>
            <AmountFact name={t('facts.returned')} wei={facts.balanceWei} />
            <Fact name={t('facts.destination')}>
              <code className="font-mono text-[0.92em] break-all">{facts.destination}</code>
            </Fact>
          </>
        )}
        {kind === 'forceUnstake' && (
          <>
            <AmountFact name={t(back)} wei={facts.balanceWei} />
            <AmountFact name={t('facts.returnedCredits')} wei={facts.creditsWei} />
          </>
        )}
        {facts.percent !== null && (
          <Fact name={t('facts.share')}>{t('facts.from', { before: facts.before ?? '—', after: facts.percent })}</Fact>
        )}
        {facts.address !== null && (
          <Fact name={t('facts.address')}>
            <code className="font-mono text-[0.92em] break-all">{facts.address}</code>
          </Fact>
        )}
        {benefitAddress !== null && isPositive(facts.returnedWei ?? facts.balanceWei) && facts.destination === null && (
          <Fact name={t('facts.address')}>
            <code className="font-mono text-[0.92em] break-all">{benefitAddress}</code>
          </Fact>
        )}
      </Facts>
      {facts.checksummed === false && facts.address !== null && <p className="text-warn">{t('facts.unchecked')}</p>}
    </>
  );
}

const isPositive = (text: string | null) => text !== null && BigInt(text) > 0n;

/** Zero amounts are not listed. */
function AmountFact({
  name,
  wei: text,
  exact = false,
}: {
  readonly name: string;
  readonly wei: string | null;
  readonly exact?: boolean;
}) {
  if (text === null || (text === '0' && !exact)) return null;
  return (
    <Fact name={name}>
      <Money wei={text} />
      <span className="ml-2 text-[13px] text-faint tabular-nums">{text} wei</span>
    </Fact>
  );
}
