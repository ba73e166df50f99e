import { useTranslation } from 'react-i18next';
import { useAct } from '../../rpc/hooks.ts';
import { useApp, useHostClient } from '../../state/app-context.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { shortHash } from '../../ui/hash.tsx';

export interface ArchiveKeyDialogProps {
  /** Null = closed. */
  readonly address: string | null;
  readonly onClose: () => void;
  readonly onArchived: () => void;
}

/** Takes a key out of use; a key is never deleted. */
export function ArchiveKeyDialog({ address, onClose, onArchived }: ArchiveKeyDialogProps) {
  const { t } = useTranslation('keys');
  const { toasts } = useApp();
  const host = useHostClient();
  const archive = useAct(async (chosen: string) => {
    await host().keys.archive({ address: chosen });
    toasts.getState().push({ tone: 'good', text: t('archive.done') });
    onArchived();
    onClose();
  });
  const short = shortHash(address ?? '');
  return (
    <ConfirmDialog
      danger
      open={address !== null}
      onClose={onClose}
      title={t('archive.title')}
      confirmLabel={t('archive.action')}
      typeToConfirm={(address ?? '').slice(-4)}
      awaitsPerson
      busy={archive.busy}
      error={archive.error}
      onConfirm={() => address !== null && void archive.run(address)}
    >
      <p>{t('archive.text', { address: short })}</p>
    </ConfirmDialog>
  );
}
