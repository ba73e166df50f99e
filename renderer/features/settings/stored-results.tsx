import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NodeStorage } from '../../../contract/retention.ts';
import { useCancellableAct, useNodeRead } from '../../rpc/hooks.ts';
import { useAlive, useApp, useNodeClient } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Fact, Facts } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { sizeText } from '../../ui/save-file.ts';
import { Time } from '../../ui/time.tsx';

/** What closed tasks have left on the disk now, and the way to have it removed at once. */
export function StoredResults() {
  const { t } = useTranslation('settings');
  const isAlive = useAlive();
  const read = useNodeRead(`storage ${isAlive}`, (client, signal) => client.storage.view({}, { signal }));
  const [open, setOpen] = useState(false);
  const storage = read.value;
  return (
    <section aria-label={t('profile.kept')} className="flex flex-col gap-3 rounded-md border border-line bg-raised p-3">
      <h3 className="font-medium">{t('profile.kept')}</h3>
      {read.error && <ErrorNote error={read.error} />}
      {storage !== null && (
        <>
          <StorageFacts storage={storage} />
          <div className="flex flex-wrap items-center gap-3">
            <Button icon={Trash2} disabled={!isAlive || storage.removable.tasks === 0} onClick={() => setOpen(true)}>
              {t('profile.removeNow')}
            </Button>
            {!isAlive && storage.removable.tasks > 0 && <p className="text-[13px] text-faint">{t('profile.removeStopped')}</p>}
          </div>
          <RemoveResultsDialog open={open} storage={storage} onClose={() => setOpen(false)} onRemoved={read.reload} />
        </>
      )}
    </section>
  );
}

function StorageFacts({ storage }: { readonly storage: NodeStorage }) {
  const { t } = useTranslation('settings');
  const { removable, argsBytes, reportBytes, caseBytes, resultsBytes } = storage;
  return (
    <Facts>
      <Fact name={t('profile.keptResults')}>
        {removable.tasks === 0 ? (
          t('profile.keptNothing')
        ) : (
          <>
            {sizeText(removable.bytes)} {t('profile.keptTasks', { count: removable.tasks })}
          </>
        )}
      </Fact>
      {removable.oldestMs !== null && (
        <Fact name={t('profile.keptOldest')}>
          <Time atMs={removable.oldestMs} />
        </Fact>
      )}
      <Fact name={t('profile.keptArgs')}>{sizeText(argsBytes + reportBytes)}</Fact>
      <Fact name={t('profile.keptCases')}>{sizeText(caseBytes + Math.max(0, resultsBytes - removable.bytes))}</Fact>
    </Facts>
  );
}

interface RemoveResultsDialogProps {
  readonly open: boolean;
  readonly storage: NodeStorage;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

function RemoveResultsDialog({ open, storage: { removable }, onClose, onRemoved }: RemoveResultsDialogProps) {
  const { t } = useTranslation('settings');
  const { toasts } = useApp();
  const node = useNodeClient();
  const run = useCancellableAct(async (signal) => {
    try {
      await node().storage.prune({ scope: 'allClosed' }, { signal });
    } finally {
      onRemoved();
    }
    toasts.getState().push({ tone: 'good', text: t('profile.removed') });
    onClose();
  });
  return (
    <ConfirmDialog
      danger
      open={open}
      onClose={() => {
        run.clear();
        onClose();
      }}
      title={t('profile.removeTitle')}
      confirmLabel={t('profile.removeAction')}
      busy={run.busy}
      working={{ label: t('profile.removing'), onCancel: run.cancel }}
      error={run.error}
      onConfirm={() => void run.run()}
    >
      <p>{t('profile.removeText', { count: removable.tasks, size: sizeText(removable.bytes) })}</p>
      <p>{t('profile.removeStays')}</p>
    </ConfirmDialog>
  );
}
