import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Field, TextArea } from '../../ui/field.tsx';
import { shortHash } from '../../ui/hash.tsx';

interface ProveBackupProps {
  readonly address: string | null;
  readonly onClose: () => void;
  readonly onProved: () => void;
}

/** All words of a key whose backup was left for later. They are compared, and kept nowhere. */
export function ProveBackupDialog({ address, onClose, onProved }: ProveBackupProps) {
  const { t } = useTranslation('keys');
  const host = useHostClient();
  const [text, setText] = useState('');
  const words = text.split(/\s+/).filter((word) => word !== '');
  const close = () => {
    setText('');
    run.clear();
    onClose();
  };
  const run = useAct(async (of: string) => {
    await host().keys.proveBackup({ address: of as `0x${string}`, words });
    onProved();
    close();
  });
  return (
    <ConfirmDialog
      open={address !== null}
      onClose={close}
      title={t('prove.title')}
      confirmLabel={t('create.check')}
      disabled={words.length < 12}
      busy={run.busy}
      error={run.error}
      onConfirm={() => address !== null && void run.run(address)}
    >
      <p>{t('prove.text', { address: shortHash(address ?? '') })}</p>
      <Field label={t('prove.words')}>
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
