import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WithdrawalPreviewView } from '../../../contract/money-acts.ts';
import { formatCnxExact } from '../../../protocol/money/wei.ts';
import type { Loaded } from '../../rpc/hooks.ts';
import { useApp, useNodeClient } from '../../state/app-context.ts';
import { ToneIcon } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { Money, moneyText } from '../../ui/money.tsx';
import { Time } from '../../ui/time.tsx';
import { parseAmount, parseWei } from './amounts.ts';
import { TwoStepDialog } from './two-step-dialog.tsx';
import { WithdrawalFacts } from './withdrawal-facts.tsx';

export interface WithdrawCardProps {
  /** A preview for nothing, which shows what the relay requires in any case. */
  readonly terms: Loaded<WithdrawalPreviewView>;
  readonly open: { readonly amountWei: string; readonly sentMs: number } | null;
  readonly onChanged: () => void;
}

/** The smallest amount that is shown as a number; a minimum below it does not block anyone. */
const SMALLEST_SHOWN_WEI = 10n ** 14n;

/** Obstacles to any withdrawal that have no text of their own here. */
const BLOCKING_CODES: ReadonlySet<string> = new Set(['MONEY_WITHDRAW_NETWORK', 'MONEY_WITHDRAW_DAILY_LIMIT']);

export function WithdrawCard({ terms, open, onChanged }: WithdrawCardProps) {
  const { t } = useTranslation('wallet');
  const { toasts } = useApp();
  const node = useNodeClient();
  const [text, setText] = useState('');
  const [amountWei, setAmountWei] = useState<string | null>(null);
  const wei = parseWei(text);
  const { value } = terms;
  return (
    <Card title={t('withdraw.title')}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (wei !== null && wei > 0n) setAmountWei(String(wei));
        }}
      >
        {terms.error && <ErrorNote error={terms.error} />}
        {value !== null && <WithdrawalTerms terms={value} />}
        {value?.problems
          .filter(({ code }) => BLOCKING_CODES.has(code))
          .map((problem) => (
            <ErrorNote key={problem.code} error={problem} />
          ))}
        {value?.toOwnKey === true && (
          <p className="flex items-start gap-2">
            <ToneIcon tone="warn" className="mt-0.5" />
            {t('withdraw.noBenefit')}
          </p>
        )}
        {open !== null && (
          <p className="flex items-start gap-2 rounded-md bg-warn-wash p-3 text-warn">
            <ToneIcon tone="warn" className="mt-0.5" />
            <span>
              {t('withdraw.open', { amount: moneyText(BigInt(open.amountWei)) })} {t('withdraw.openSince')}{' '}
              <Time atMs={open.sentMs} />.
            </span>
          </p>
        )}
        <Field
          label={`${t('withdraw.amount')} (CNX)`}
          hint={t('withdraw.hint')}
          problem={text !== '' && wei === null ? t(parseAmount(text).kind === 'twoWays' ? 'stake.twoWays' : 'stake.bad') : null}
        >
          {(control) => (
            <div className="flex gap-2">
              <TextInput {...control} inputMode="decimal" value={text} onChange={(event) => setText(event.target.value)} />
              <Button
                disabled={value === null || value.mostWei === '0'}
                onClick={() => value !== null && setText(formatCnxExact(BigInt(value.mostWei)))}
              >
                {t('withdraw.most')}
              </Button>
            </div>
          )}
        </Field>
        <Button type="submit" tone="primary" className="self-end" disabled={wei === null || wei === 0n}>
          {t('withdraw.review')}
        </Button>
      </form>
      <TwoStepDialog
        subject={amountWei}
        prepare={(amount) => node().money.prepareWithdrawal({ amountWei: amount })}
        confirm={(amount, confirmation) => node().money.confirmWithdrawal({ amountWei: amount, confirmation })}
        onClose={() => setAmountWei(null)}
        onDone={({ record }) => {
          setAmountWei(null);
          setText('');
          onChanged();
          toasts.getState().push({ tone: 'good', text: t('withdraw.done', { record }) });
        }}
        title={t('withdraw.reviewTitle', { amount: moneyText(BigInt(amountWei ?? '0')) })}
        confirmLabel={t('withdraw.confirm')}
      >
        {(preview) => <WithdrawalFacts preview={preview} />}
      </TwoStepDialog>
    </Card>
  );
}

function WithdrawalTerms({ terms }: { readonly terms: WithdrawalPreviewView }) {
  const { t } = useTranslation('wallet');
  return (
    <Facts>
      <Fact name={t('withdraw.balance')}>
        <Money wei={terms.balanceWei} />
      </Fact>
      <Fact name={t('withdraw.minimum')}>
        {BigInt(terms.minimumWei) < SMALLEST_SHOWN_WEI ? t('withdraw.noMinimum') : <Money wei={terms.minimumWei} />}
      </Fact>
      <Fact name={t('withdraw.mostPossible')}>
        <Money wei={terms.mostWei} />
      </Fact>
      <Fact name={t('withdraw.leftToday')}>
        {terms.leftToday ?? t('withdraw.noLimit')}
        {terms.leftToday !== null && <p className="text-[13px] text-faint">{t('withdraw.leftTodayHint')}</p>}
      </Fact>
    </Facts>
  );
}
