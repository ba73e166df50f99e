import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyView } from '../../../contract/keys.ts';
import { useCancellableAct } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { shortHash } from '../../ui/hash.tsx';
import { EMPTY_KEY_COPY, KeyCopyFields, type KeyCopyForm, toKeyCopy } from './key-copy.tsx';

/** Of a key that was made here, the words are the backup. */
const WORDS_COPY: KeyCopyForm = { ...EMPTY_KEY_COPY, kind: 'words' };

interface VerifyBackupDialogProps {
  /** Null = closed. */
  readonly view: KeyView | null;
  readonly onClose: () => void;
  readonly onVerified: () => void;
}

/** Compares a copy of a key whose backup has not been verified. The copy is not stored. */
export function VerifyBackupDialog({ view, onClose, onVerified }: VerifyBackupDialogProps) {
  const { t } = useTranslation('keys');
  const host = useHostClient();
  const [typed, setTyped] = useState<KeyCopyForm | null>(null);
  const value = typed ?? (view?.imported === true ? EMPTY_KEY_COPY : WORDS_COPY);
  const copy = toKeyCopy(value);
  const close = () => {
    setTyped(null);
    run.cancel();
    run.clear();
    onClose();
  };
  const run = useCancellableAct(async (signal) => {
    if (view === null || copy === null) return;
    await host().keys.proveBackup({ address: view.address, copy }, { signal });
    onVerified();
    close();
  });
  return (
    <ConfirmDialog
      open={view !== null}
      onClose={close}
      title={t('prove.title')}
      confirmLabel={t('create.check')}
      disabled={copy === null}
      busy={run.busy}
      working={{ label: t('prove.working'), onCancel: run.cancel }}
      error={run.error}
      onConfirm={() => void run.run()}
    >
      <p>{t(view?.imported === true ? 'prove.importedText' : 'prove.text', { address: shortHash(view?.address ?? '') })}</p>
      <KeyCopyFields value={value} onChange={(part) => setTyped((was) => ({ ...(was ?? value), ...part }))} />
    </ConfirmDialog>
  );
}
