import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WeightForecastView } from '../../../contract/money-acts.ts';
import { Money } from '../../ui/money.tsx';

/** The chance of being selected, before and after, and what cannot be known. */
export function Forecast({ forecast: { before, after, unknowns } }: { readonly forecast: WeightForecastView }) {
  const { t } = useTranslation('wallet');
  const { scoreStakeWei: stake } = after;
  return (
    <section aria-label={t('forecast.title')} className="flex flex-col gap-2 rounded-md bg-raised p-3 text-[13px]">
      <h3 className="text-sm font-medium">{t('forecast.title')}</h3>
      <table className="w-full tabular-nums">
        <thead>
          <tr className="text-left text-soft">
            <td />
            <th scope="col" className="py-0.5 pr-3 text-right font-normal">
              {t('forecast.before')}
            </th>
            <th scope="col" className="py-0.5 text-right font-normal">
              {t('forecast.after')}
            </th>
          </tr>
        </thead>
        <tbody>
          <ForecastRow name={`${t('forecast.stake')} (CNX)`} before={<Money wei={before.scoreStakeWei} bare />}>
            <Money wei={stake.low} bare />
            {stake.low !== stake.high && (
              <>
                {' – '}
                <Money wei={stake.high} bare />
              </>
            )}
          </ForecastRow>
          <ForecastRow name={t('forecast.score')} before={before.stakingScore.toFixed(3)}>
            {rangeText(after.stakingScore)}
          </ForecastRow>
          <ForecastRow name={t('forecast.weight')} before={before.weight.toFixed(3)}>
            {rangeText(after.weight)}
            <span className="block text-soft">{changeText(before.weight, after.weight, t('forecast.same'))}</span>
          </ForecastRow>
        </tbody>
      </table>
      <p className="text-soft">
        {t('forecast.stakeMeaning')} {t('forecast.meaning')}
      </p>
      <div className="text-soft">
        <p>{t('forecast.uncertain')}</p>
        <ul className="list-disc pl-5">
          {unknowns.map((unknown) => (
            <li key={unknown}>{t(`forecast.unknowns.${unknown}`)}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}

interface ForecastRowProps {
  readonly name: string;
  readonly before: ReactNode;
  readonly children: ReactNode;
}

function ForecastRow({ name, before, children }: ForecastRowProps) {
  return (
    <tr className="align-baseline">
      <th scope="row" className="py-0.5 pr-3 text-left font-normal text-soft">
        {name}
      </th>
      <td className="py-0.5 pr-3 text-right">{before}</td>
      <td className="py-0.5 text-right font-medium">{children}</td>
    </tr>
  );
}

interface Range {
  readonly low: number;
  readonly high: number;
}

function rangeText({ low, high }: Range): string {
  const [from, to] = [low.toFixed(3), high.toFixed(3)];
  return from === to ? from : `${from} – ${to}`;
}

function changeText(before: number, after: Range, same: string): string {
  if (before === 0) return '';
  const percent = (value: number) => {
    const change = (value / before - 1) * 100;
    return `${change > 0 ? '+' : ''}${change.toFixed(1)} %`;
  };
  const [low, high] = [percent(after.low), percent(after.high)];
  if (low === high) return /^-?0\.0 %$/.test(low) ? same : low;
  return `${low} – ${high}`;
}
