import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyView } from '../../../contract/keys.ts';
import { useCancellableAct } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { shortHash } from '../../ui/hash.tsx';
import { KeyCopyFields, keyCopyOf, NO_COPY, type TypedCopy } from './key-copy.tsx';

/** Of a key that was made here, the words are the backup. */
const ITS_WORDS: TypedCopy = { ...NO_COPY, kind: 'words' };

interface ProveBackupProps {
  /** Null = closed. */
  readonly view: KeyView | null;
  readonly onClose: () => void;
  readonly onProved: () => void;
}

/** Compares a copy of a key whose backup has not been verified. The copy is not stored. */
export function ProveBackupDialog({ view, onClose, onProved }: ProveBackupProps) {
  const { t } = useTranslation('keys');
  const host = useHostClient();
  const [typed, setTyped] = useState<TypedCopy | null>(null);
  const value = typed ?? (view?.imported === true ? NO_COPY : ITS_WORDS);
  const copy = keyCopyOf(value);
  const close = () => {
    setTyped(null);
    run.cancel();
    run.clear();
    onClose();
  };
  const run = useCancellableAct(async (signal) => {
    if (view === null || copy === null) return;
    await host().keys.proveBackup({ address: view.address, copy }, { signal });
    onProved();
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
