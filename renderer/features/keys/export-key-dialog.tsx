import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { passphraseProblem } from '../../../contract/keys.ts';
import { useCancellableAct } from '../../rpc/hooks.ts';
import { useApp, useHostClient } from '../../state/app-context.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { shortHash } from '../../ui/hash.tsx';
import { saveText } from '../../ui/save-file.ts';
import { NewPassphrase } from './store-choice.tsx';

const EMPTY_PASSPHRASE = { passphrase: '', repeated: '' };

/** Exports an encrypted keystore file after a typed confirmation. */
export function ExportKeyDialog({ address, onClose }: { readonly address: string | null; readonly onClose: () => void }) {
  const { t } = useTranslation('keys');
  const { toasts } = useApp();
  const host = useHostClient();
  const [typed, setTyped] = useState(EMPTY_PASSPHRASE);
  const { passphrase, repeated } = typed;
  const close = () => {
    setTyped(EMPTY_PASSPHRASE);
    run.clear();
    onClose();
  };
  const run = useCancellableAct(async (signal, chosen: string) => {
    const { confirmation } = await host().keys.prepareExport({ address: chosen }, { signal });
    const { fileName, json } = await host().keys.confirmExport({ address: chosen, confirmation, passphrase }, { signal });
    signal.throwIfAborted();
    saveText({ fileName, parts: [json], mime: 'application/json' });
    toasts.getState().push({ tone: 'good', text: t('export.done', { name: fileName }) });
    close();
  });
  return (
    <ConfirmDialog
      danger
      open={address !== null}
      onClose={close}
      title={t('export.title')}
      confirmLabel={t('export.action')}
      typeToConfirm={(address ?? '').slice(-4)}
      disabled={passphraseProblem(passphrase) !== null || repeated !== passphrase}
      awaitsPerson
      busy={run.busy}
      working={{ label: t('export.working'), onCancel: run.cancel }}
      error={run.error}
      onConfirm={() => address !== null && void run.run(address)}
    >
      <p>{t('export.text', { address: shortHash(address ?? '') })}</p>
      <NewPassphrase label={t('export.passphrase')} value={typed} onChange={setTyped} />
    </ConfirmDialog>
  );
}
