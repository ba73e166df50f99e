import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Costs, costsSchema } from '../../../contract/costs.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, TextInput } from '../../ui/field.tsx';

/** A comma counts as a decimal point. Empty text and thousands separators are not interpreted. */
const normalisePrice = (text: string) => (text.trim() === '' ? null : text.trim().replace(/^(\d+),(\d+)$/, '$1.$2'));

/** The host's own prices; without them nothing is shown in a currency. */
export function PricesForm({ costs }: { readonly costs: Costs }) {
  const { t } = useTranslation(['earnings', 'common']);
  const host = useHostClient();
  const [typed, setTyped] = useState({
    currency: costs.currency,
    tariff: costs.tariff ?? '',
    cnxPrice: costs.cnxPrice ?? '',
  });
  const next = {
    currency: typed.currency.trim(),
    tariff: normalisePrice(typed.tariff),
    cnxPrice: normalisePrice(typed.cnxPrice),
  };
  const read = costsSchema.safeParse(next);
  const bad = new Set(read.success ? [] : read.error.issues.map(({ path }) => path[0]));
  const save = useAct(async () => {
    if (read.success) await host().settings.change({ costs: read.data });
  });
  const field = (name: keyof Costs, hint: string) => (
    <Field label={t(`profit.form.${name}`)} hint={hint} problem={bad.has(name) ? t(`profit.form.${name}Problem`) : null}>
      {(control) => (
        <TextInput
          {...control}
          inputMode={name === 'currency' ? 'text' : 'decimal'}
          value={typed[name]}
          onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <form
      className="flex flex-col gap-3 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <div className="grid gap-4 sm:grid-cols-3">
        {field('currency', t('profit.form.currencyHint'))}
        {field('tariff', t('profit.form.tariffHint'))}
        {field('cnxPrice', t('profit.form.cnxPriceHint'))}
      </div>
      <Button type="submit" className="self-start" busy={save.busy} disabled={!read.success}>
        {t('common:do.save')}
      </Button>
      {save.error && <ErrorNote error={save.error} />}
    </form>
  );
}
