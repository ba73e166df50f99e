import { useTranslation } from 'react-i18next';
import { type KeyStoreKind, passphraseProblem } from '../../../contract/keys.ts';
import type { ErrorView } from '../../../contract/worker-channel.ts';
import { useHostText } from '../../errors/use-host-text.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, Select, TextInput } from '../../ui/field.tsx';

export interface StoreChoice {
  /** Null until the stores are known; then the first usable one is selected. */
  readonly store: KeyStoreKind | null;
  readonly passphrase: string;
  /** The passphrase, typed again. */
  readonly repeated: string;
}

export const NO_STORE_CHOICE: StoreChoice = { store: null, passphrase: '', repeated: '' };

/** The choice in the contract's form; null while it is incomplete. */
export function chosenStore({ store, passphrase, repeated }: StoreChoice) {
  if (store === 'keychain') return { store, passphrase: null };
  return store === 'keystore' && passphraseProblem(passphrase) === null && repeated === passphrase ? { store, passphrase } : null;
}

/** Where a key is stored: in the desktop's keychain, or in a file with a passphrase. */
export function StoreFields({
  value,
  onChange,
}: {
  readonly value: StoreChoice;
  readonly onChange: (value: StoreChoice) => void;
}) {
  const { t } = useTranslation('keys');
  const read = useHostRead('key stores', async (client, signal) => {
    const stores = await client.keys.stores({}, { signal });
    const usable = stores.stores.find(({ problem }) => problem === null);
    if (usable !== undefined && value.store === null) onChange({ ...value, store: usable.kind });
    return stores;
  });
  const stores = read.value?.stores ?? [];
  const first = stores[0];
  const isUsable = stores.some(({ problem }) => problem === null);
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
      {first !== undefined &&
        first.problem !== null &&
        (isUsable ? <UnusableStoreNote problem={first.problem} /> : <ErrorNote error={first.problem} />)}
      {value.store === 'keystore' && (
        <NewPassphrase
          label={t('passphrase')}
          hint={t('passphraseHint')}
          value={value}
          onChange={(typed) => onChange({ ...value, ...typed })}
        />
      )}
    </>
  );
}

/** Why the first store is not used. This is not an error, because another store takes its place. */
function UnusableStoreNote({ problem }: { readonly problem: ErrorView }) {
  const { t } = useTranslation('keys');
  const { meaning } = useHostText()(problem);
  return (
    <p className="text-[13px] text-soft">
      {t('instead')} {meaning}
    </p>
  );
}

interface NewPassphraseProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: Pick<StoreChoice, 'passphrase' | 'repeated'>;
  readonly onChange: (typed: Pick<StoreChoice, 'passphrase' | 'repeated'>) => void;
}

/** Nobody can recover a passphrase, so it is typed twice. */
export function NewPassphrase({ label, hint, value: { passphrase, repeated }, onChange }: NewPassphraseProps) {
  const { t } = useTranslation('keys');
  const problem = passphrase === '' ? null : passphraseProblem(passphrase);
  const field = (name: 'passphrase' | 'repeated', title: string, problem: string | null, help?: string) => (
    <Field label={title} hint={help} problem={problem}>
      {(control) => (
        <TextInput
          {...control}
          type="password"
          autoComplete="new-password"
          value={name === 'repeated' ? repeated : passphrase}
          onChange={(event) => onChange({ passphrase, repeated, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <>
      {field(
        'passphrase',
        label,
        problem === null ? null : t(problem === 'short' ? 'passphraseShort' : 'passphraseSimple'),
        hint,
      )}
      {field('repeated', t('passphraseAgain'), repeated !== '' && repeated !== passphrase ? t('passphraseDiffers') : null)}
    </>
  );
}
