import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChainAct } from '../../../contract/money-acts.ts';
import { useApp } from '../../state/app-context.ts';
import { ToneIcon } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { parseActFacts } from './act-facts.tsx';
import { ChainActDialog } from './chain-act-dialog.tsx';
import type { StakeCardProps } from './stake-card.tsx';

/** People compare an address by its last digits, and a wrongly copied one differs there. */
const TYPED_DIGITS = 8;

export function BenefitCard({ stake, onChanged }: StakeCardProps) {
  const { t } = useTranslation('wallet');
  const { toasts } = useApp();
  const [address, setAddress] = useState('');
  const [act, setAct] = useState<ChainAct | null>(null);
  // One that is set cannot be changed; it is shown with the addresses.
  if (stake.benefitAddress !== null) return null;
  return (
    <Card title={t('benefit.title')}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (address.trim() !== '') setAct({ kind: 'setBenefitAddress', address: address.trim() });
        }}
      >
        <p className="flex items-start gap-2">
          <ToneIcon tone="warn" className="mt-0.5" />
          <span>{t('benefit.unset')}</span>
        </p>
        <Field label={t('benefit.field')} hint={t('benefit.why')}>
          {(control) => (
            <TextInput
              {...control}
              className="font-mono"
              placeholder="0x…"
              value={address}
              onChange={(event) => setAddress(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" className="self-end" disabled={address.trim() === ''}>
          {t('benefit.review')}
        </Button>
      </form>
      <ChainActDialog
        act={act}
        title={t('benefit.reviewTitle')}
        warning={t('benefit.warning')}
        confirmLabel={t('benefit.confirm')}
        danger
        typeToConfirm={(preview) =>
          preview.confirmation === null ? undefined : parseActFacts(preview).address?.slice(-TYPED_DIGITS)
        }
        benefitAddress={null}
        onClose={() => setAct(null)}
        onDone={() => {
          setAct(null);
          setAddress('');
          onChanged();
          toasts.getState().push({ tone: 'good', text: t('benefit.done') });
        }}
      />
    </Card>
  );
}
