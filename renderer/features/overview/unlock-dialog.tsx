import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct } from '../../rpc/hooks.ts';
import { useHostClient, useNode } from '../../state/app-context.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';

/** Unlocks the node's key, then starts the node. */
export function UnlockDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation('overview');
  const { profile } = useNode();
  const host = useHostClient();
  const [passphrase, setPassphrase] = useState('');
  const close = () => {
    setPassphrase('');
    unlock.clear();
    onClose();
  };
  const unlock = useAct(async () => {
    await host().keys.unlock({ address: profile.profile.address, passphrase });
    await host().profiles.start({ id: profile.profile.id });
    return true;
  });
  return (
    <ConfirmDialog
      open={open}
      onClose={close}
      title={t('control.unlockTitle')}
      confirmLabel={t('control.unlock')}
      disabled={passphrase === ''}
      busy={unlock.busy}
      error={unlock.error}
      onConfirm={() => void unlock.run().then((done) => done && close())}
    >
      <Field label={t('control.passphrase')} hint={t('control.unlockHint')}>
        {(control) => (
          <TextInput {...control} type="password" value={passphrase} onChange={(event) => setPassphrase(event.target.value)} />
        )}
      </Field>
    </ConfirmDialog>
  );
}
