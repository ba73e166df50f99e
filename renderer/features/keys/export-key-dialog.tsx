import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct } from '../../rpc/hooks.ts';
import { useApp, useHostClient } from '../../state/app-context.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { shortHash } from '../../ui/hash.tsx';
import { saveText } from '../../ui/save-file.ts';

/** An encrypted keystore file, behind a typed confirmation. */
export function ExportKeyDialog({ address, onClose }: { readonly address: string | null; readonly onClose: () => void }) {
  const { t } = useTranslation('keys');
  const { toasts } = useApp();
  const host = useHostClient();
  const [passphrase, setPassphrase] = useState('');
  const close = () => {
    setPassphrase('');
    run.clear();
    onClose();
  };
  const run = useAct(async (chosen: string) => {
    const { confirmation } = await host().keys.prepareExport({ address: chosen });
    const { fileName, json } = await host().keys.confirmExport({ address: chosen, confirmation, passphrase });

    saveText({ fileName, parts: [json], mime: 'application/json' });
    toasts.getState().push({ tone: 'good', text: t('export.done', { name: fileName }) });
    close();
  });
  const short = passphrase !== '' && passphrase.length < 8;
  return (
    <ConfirmDialog
      danger
      open={address !== null}
      onClose={close}
      title={t('export.title')}
      confirmLabel={t('export.action')}
      typed={(address ?? '').slice(-4)}
      disabled={passphrase.length < 8}
      person
      busy={run.busy}
      error={run.error}
      onConfirm={() => address !== null && void run.run(address)}
    >
      <p>{t('export.text', { address: shortHash(address ?? '') })}</p>
      <Field label={t('export.passphrase')} problem={short ? t('passphraseShort') : null}>
        {(control) => (
          <TextInput
            {...control}
            type="password"
            autoComplete="new-password"
            value={passphrase}
            onChange={(event) => setPassphrase(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
