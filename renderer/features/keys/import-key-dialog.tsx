import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyView } from '../../../contract/keys.ts';
import { useAct } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { EMPTY_KEY_COPY, KeyCopyFields, type KeyCopyForm, toKeyCopy } from './key-copy.tsx';
import { chosenStore, NO_STORE_CHOICE, StoreFields } from './store-choice.tsx';

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

/** What is typed here is sent to the host and nowhere else, and is discarded when the dialog closes. */
function ImportForm({ onImported }: { readonly onImported: (key: KeyView) => void }) {
  const { t } = useTranslation('keys');
  const host = useHostClient();
  const [typed, setTyped] = useState<KeyCopyForm>(EMPTY_KEY_COPY);
  const [choice, setChoice] = useState(NO_STORE_CHOICE);
  const chosen = chosenStore(choice);
  const copy = toKeyCopy(typed);
  const act = useAct(async () => {
    if (chosen !== null && copy !== null) onImported(await host().keys.import({ ...copy, ...chosen }));
  });
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void act.run();
      }}
    >
      <KeyCopyFields value={typed} onChange={(part) => setTyped((was) => ({ ...was, ...part }))} />
      <StoreFields value={choice} onChange={setChoice} />
      <p className="text-[13px] text-faint">{t('import.keepCopy')}</p>
      {act.error && <ErrorNote error={act.error} />}
      <Button type="submit" tone="primary" className="self-end" disabled={chosen === null || copy === null} busy={act.busy}>
        {t('import.action')}
      </Button>
    </form>
  );
}
