import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyView } from '../../../contract/keys.ts';
import { decodeText } from '../../../protocol/decode-text.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Field, Select, TextArea, TextInput } from '../../ui/field.tsx';
import { chosenStore, NO_CHOICE, StoreFields } from './store-choice.tsx';

const KINDS = ['privateKey', 'words', 'keystoreFile'] as const;
type Kind = (typeof KINDS)[number];

export interface ImportKeyDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onImported: (key: KeyView) => void;
}

export function ImportKeyDialog({ open, onClose, onImported }: ImportKeyDialogProps) {
  const { t } = useTranslation('keys');
  const take = (key: KeyView) => {
    onImported(key);
    onClose();
  };
  return (
    <Dialog open={open} onClose={onClose} title={t('import.title')}>
      <ImportForm onImported={take} />
    </Dialog>
  );
}

async function textOf(file: File): Promise<string> {
  return decodeText(new Uint8Array(await file.arrayBuffer()));
}

/** What is typed here goes to the host and nowhere else; it is gone when the dialog closes. */
function ImportForm({ onImported }: { readonly onImported: (key: KeyView) => void }) {
  const { t } = useTranslation(['keys', 'common']);
  const host = useHostClient();
  const [kind, setKind] = useState<Kind>('privateKey');
  const [secret, setSecret] = useState('');
  const [fileName, setFileName] = useState('');
  const [filePassphrase, setFilePassphrase] = useState('');
  const [choice, setChoice] = useState(NO_CHOICE);
  const chosen = chosenStore(choice);
  const act = useAct(async () => {
    if (chosen === null) return;
    const { keys } = host();
    if (kind === 'privateKey') onImported(await keys.import({ kind, privateKey: secret.trim(), ...chosen }));
    else if (kind === 'words') onImported(await keys.import({ kind, words: secret.trim(), ...chosen }));
    else onImported(await keys.import({ kind, json: secret, filePassphrase, ...chosen }));
  });
  const choose = (next: Kind) => {
    setKind(next);
    setSecret('');
    setFileName('');
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void act.run();
      }}
    >
      <Field label={t('import.label')}>
        {(control) => (
          <Select
            {...control}
            value={kind}
            options={KINDS.map((value) => ({ value, label: t(`import.kinds.${value}`) }))}
            onChange={choose}
          />
        )}
      </Field>
      {kind === 'privateKey' && (
        <Field label={t('import.privateKey')}>
          {(control) => (
            <TextInput {...control} type="password" value={secret} onChange={(event) => setSecret(event.target.value)} />
          )}
        </Field>
      )}
      {kind === 'words' && (
        <Field label={t('import.words')}>
          {(control) => <TextArea {...control} value={secret} onChange={(event) => setSecret(event.target.value)} />}
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
                  setFileName(file.name);
                  textOf(file).then(setSecret, () => setSecret(''));
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
                onChange={(event) => setFilePassphrase(event.target.value)}
              />
            )}
          </Field>
        </>
      )}
      <StoreFields value={choice} onChange={setChoice} />
      {act.error && <ErrorNote error={act.error} />}
      <Button
        type="submit"
        tone="primary"
        className="self-end"
        disabled={chosen === null || secret.trim() === ''}
        busy={act.busy}
      >
        {t('import.action')}
      </Button>
    </form>
  );
}
