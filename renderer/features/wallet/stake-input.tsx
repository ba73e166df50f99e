import { useTranslation } from 'react-i18next';
import { WEI_PER_CNX } from '../../../protocol/money/wei.ts';
import { Field, TextInput } from '../../ui/field.tsx';
import { moneyText } from '../../ui/money.tsx';
import { parseAmount, parseWei, wholeCnx } from './amounts.ts';

export interface StakeInputProps {
  /** CNX, as typed. */
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly minimumWei: bigint;
  readonly mostWei: bigint;
}

/** The exact amount as text, and an approximate one with a slider in whole CNX. */
export function StakeInput({ text, onChange, minimumWei, mostWei }: StakeInputProps) {
  const { t } = useTranslation('wallet');
  const wei = parseWei(text);
  const least = wholeCnx(minimumWei + WEI_PER_CNX - 1n);
  const most = Math.max(least, wholeCnx(mostWei));
  const problem = useStakeProblem({ text, minimumWei, mostWei });
  const hint = t('stake.hint', { minimum: moneyText(minimumWei), most: moneyText(mostWei) });
  return (
    <>
      <Field label={`${t('stake.amount')} (CNX)`} hint={hint} problem={problem}>
        {(control) => (
          <TextInput {...control} inputMode="decimal" value={text} onChange={(event) => onChange(event.target.value)} />
        )}
      </Field>
      <input
        type="range"
        aria-label={t('stake.slider')}
        aria-valuetext={`${text} CNX`}
        className="w-full accent-accent"
        min={least}
        max={most}
        step={1}
        disabled={most === least}
        value={wei === null ? least : Math.min(most, Math.max(least, wholeCnx(wei)))}
        onChange={(event) => onChange(event.target.value)}
      />
      <div aria-hidden className="-mt-2 flex justify-between text-xs text-faint tabular-nums">
        <span>{least.toLocaleString('en')}</span>
        <span>{most.toLocaleString('en')}</span>
      </div>
    </>
  );
}

/** What is wrong with the typed amount, in CNX; null = nothing. */
export function useStakeProblem({ text, minimumWei, mostWei }: Omit<StakeInputProps, 'onChange'>): string | null {
  const { t } = useTranslation('wallet');
  const read = parseAmount(text);
  if (read.kind !== 'amount') return t(read.kind === 'twoWays' ? 'stake.twoWays' : 'stake.bad');
  if (read.wei < minimumWei) return t('stake.tooLittle', { minimum: moneyText(minimumWei) });
  return read.wei > mostWei ? t('stake.tooMuch', { most: moneyText(mostWei) }) : null;
}
