import { useTranslation } from 'react-i18next';
import type { KeyStoreKind } from '../../../contract/keys.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, Select, TextInput } from '../../ui/field.tsx';

export interface StoreChoice {
  /** Null until the stores are known: then the first that can be used. */
  readonly store: KeyStoreKind | null;
  readonly passphrase: string;
}

export const NO_CHOICE: StoreChoice = { store: null, passphrase: '' };
const MIN_PASSPHRASE = 8;

/** The choice as the contract wants it; null while it is not complete. */
export function chosenStore({ store, passphrase }: StoreChoice) {
  if (store === 'keychain') return { store, passphrase: null };
  return store === 'keystore' && passphrase.length >= MIN_PASSPHRASE ? { store, passphrase } : null;
}

/** Where a key is kept: the desktop's keychain, or a file behind a passphrase. */
export function StoreFields({
  value,
  onChange,
}: {
  readonly value: StoreChoice;
  readonly onChange: (value: StoreChoice) => void;
}) {
  const { t } = useTranslation('keys');
  const read = useHostRead('key stores', async (client, signal) => {
    const told = await client.keys.stores({}, { signal });
    const usable = told.stores.find(({ problem }) => problem === null);
    if (usable !== undefined && value.store === null) onChange({ ...value, store: usable.kind });
    return told;
  });
  const stores = read.value?.stores ?? [];
  const first = stores[0];
  const short = value.passphrase !== '' && value.passphrase.length < MIN_PASSPHRASE;
  return (
    <>
      <Field label={t('store')}>
        {(control) => (
          <Select
            {...control}
            value={value.store ?? first?.kind ?? 'keychain'}
            options={stores.map(({ kind, name, problem }) => {
              const label = `${t(`storeKinds.${kind}`)}: ${name}`;
              return {
                value: kind,
                label: problem === null ? label : t('storeUnusable', { name: label }),
                disabled: problem !== null,
              };
            })}
            onChange={(store) => onChange({ ...value, store })}
          />
        )}
      </Field>
      {first !== undefined && first.problem !== null && <ErrorNote error={first.problem} />}
      {value.store === 'keystore' && (
        <Field label={t('passphrase')} hint={t('passphraseHint')} problem={short ? t('passphraseShort') : null}>
          {(control) => (
            <TextInput
              {...control}
              type="password"
              autoComplete="new-password"
              value={value.passphrase}
              onChange={(event) => onChange({ ...value, passphrase: event.target.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}
