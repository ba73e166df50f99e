import { useTranslation } from 'react-i18next';
import type { KeyCopy } from '../../../contract/keys.ts';
import { decodeText } from '../../../protocol/decode-text.ts';
import { Field, Select, TextArea, TextInput } from '../../ui/field.tsx';

const COPY_KINDS = ['privateKey', 'words', 'keystoreFile'] as const;

export interface KeyCopyForm {
  readonly kind: (typeof COPY_KINDS)[number];
  readonly secret: string;
  readonly fileName: string;
  readonly filePassphrase: string;
}

export const EMPTY_KEY_COPY: KeyCopyForm = { kind: 'privateKey', secret: '', fileName: '', filePassphrase: '' };

/** In the contract's form; null while nothing is typed. */
export function toKeyCopy({ kind, secret, filePassphrase }: KeyCopyForm): KeyCopy | null {
  if (secret.trim() === '') return null;
  if (kind === 'keystoreFile') return { kind, json: secret, filePassphrase };
  return kind === 'words' ? { kind, words: secret.trim() } : { kind, privateKey: secret.trim() };
}

async function readText(file: File): Promise<string> {
  return decodeText(new Uint8Array(await file.arrayBuffer()));
}

export interface KeyCopyFieldsProps {
  readonly value: KeyCopyForm;
  /** Receives only the changed fields, because a file is read some time after it was chosen. */
  readonly onChange: (part: Partial<KeyCopyForm>) => void;
}

/** A copy of a key that its owner has elsewhere: typed, or in a file. It is sent to the host and nowhere else. */
export function KeyCopyFields({ value, onChange }: KeyCopyFieldsProps) {
  const { t } = useTranslation('keys');
  const { kind, secret, fileName, filePassphrase } = value;
  const typed = (next: string) => onChange({ secret: next });
  return (
    <>
      <Field label={t('import.label')}>
        {(control) => (
          <Select
            {...control}
            value={kind}
            options={COPY_KINDS.map((each) => ({ value: each, label: t(`import.kinds.${each}`) }))}
            onChange={(next) => onChange({ kind: next, secret: '', fileName: '' })}
          />
        )}
      </Field>
      {kind === 'privateKey' && (
        <Field label={t('import.privateKey')}>
          {(control) => <TextInput {...control} type="password" value={secret} onChange={(event) => typed(event.target.value)} />}
        </Field>
      )}
      {kind === 'words' && (
        <Field label={t('import.words')}>
          {(control) => (
            <TextArea
              {...control}
              autoComplete="off"
              spellCheck={false}
              value={secret}
              onChange={(event) => typed(event.target.value)}
            />
          )}
        </Field>
      )}
      {kind === 'keystoreFile' && (
        <>
          <Field label={t('import.file')} hint={fileName === '' ? undefined : t('import.chosen', { name: fileName })}>
            {(control) => (
              <input
                {...control}
                type="file"
                accept=".json,application/json"
                className="text-soft file:mr-3 file:h-9 file:rounded-md file:border file:border-edge file:bg-surface file:px-3 file:text-ink"
                onChange={(event) => {
                  const file = event.target.files?.[0];
                  if (file === undefined) return;
                  onChange({ secret: '', fileName: file.name });
                  readText(file).then(typed, () => typed(''));
                }}
              />
            )}
          </Field>
          <Field label={t('import.filePassphrase')}>
            {(control) => (
              <TextInput
                {...control}
                type="password"
                value={filePassphrase}
                onChange={(event) => onChange({ filePassphrase: event.target.value })}
              />
            )}
          </Field>
        </>
      )}
    </>
  );
}
