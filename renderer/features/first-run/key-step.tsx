import { KeyRound, Plus, Upload } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyView } from '../../../contract/keys.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Time } from '../../ui/time.tsx';
import { BackupBadge } from '../keys/backup-badge.tsx';
import { Option, Options, StepHeader, type StepProps } from './step-parts.tsx';

/** Loaded on demand, so that a new host's first screen does not wait for them. */
const CreateKeyDialog = lazy(() =>
  import('../keys/create-key-dialog.tsx').then((module) => ({ default: module.CreateKeyDialog })),
);
const ImportKeyDialog = lazy(() =>
  import('../keys/import-key-dialog.tsx').then((module) => ({ default: module.ImportKeyDialog })),
);

export function KeyStep({ choices, change }: StepProps) {
  const { t } = useTranslation(['firstRun', 'keys']);
  const read = useHostRead('keys', (client, signal) => client.keys.list({}, { signal }));
  const [open, setOpen] = useState<'create' | 'import' | null>(null);
  const keys = (read.value?.keys ?? []).filter(({ archived }) => !archived);
  const take = (key: KeyView) => {
    change({ address: key.address });
    read.reload();
  };
  return (
    <>
      <StepHeader title={t('key.title')} lead={t('key.lead')} />
      {read.error && <ErrorNote error={read.error} />}
      {read.value !== null && keys.length === 0 && (
        <p className="flex items-center gap-2 text-soft">
          <KeyRound aria-hidden className="size-4" />
          {t('key.none')}
        </p>
      )}
      {keys.length > 0 && (
        <Options legend={t('key.choose')}>
          {keys.map((key) => (
            <Option
              key={key.address}
              type="radio"
              name="key"
              checked={choices.address === key.address}
              onChange={() => change({ address: key.address })}
              title={
                <>
                  <code className="font-mono text-[13px]">{key.address}</code>
                  <BackupBadge view={key} />
                  {!key.unlocked && <Badge tone="warn">{t('key.locked')}</Badge>}
                </>
              }
            >
              <span>
                {t(`keys:storeKinds.${key.store}`)} · <Time atMs={key.createdMs} />
              </span>
            </Option>
          ))}
        </Options>
      )}
      <div className="flex flex-wrap gap-2">
        <Button icon={Plus} tone={keys.length === 0 ? 'primary' : 'plain'} onClick={() => setOpen('create')}>
          {t('key.create')}
        </Button>
        <Button icon={Upload} onClick={() => setOpen('import')}>
          {t('key.import')}
        </Button>
      </div>
      <Suspense fallback={null}>
        {open === 'create' && <CreateKeyDialog open onClose={() => setOpen(null)} onCreated={take} />}
        {open === 'import' && <ImportKeyDialog open onClose={() => setOpen(null)} onImported={take} />}
      </Suspense>
    </>
  );
}
