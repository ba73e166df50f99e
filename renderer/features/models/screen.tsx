import { FolderSearch, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { models as texts } from '../../i18n/en/models.ts';
import { withTexts } from '../../i18n/with-texts.tsx';
import { useAlive } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { NodeOrRecords } from '../../ui/running-node-only.tsx';
import { Screen } from '../../ui/screen.tsx';
import { AddModelDialog } from './add-model-dialog.tsx';
import { DiskCard } from './disk-card.tsx';
import { DownloadsCard } from './downloads-card.tsx';
import { ModelsCard } from './models-card.tsx';
import { UnknownFilesCard } from './unknown-files-card.tsx';
import { useModels, useModelsRequest } from './use-models.ts';

export const ModelsScreen = withTexts('models', texts, ModelsPage);

function ModelsPage() {
  const { t } = useTranslation('models');
  const alive = useAlive();
  const [adding, setAdding] = useState(false);
  const scan = useModelsRequest();
  return (
    <Screen
      wide
      title={t('title')}
      actions={
        alive && (
          <div className="flex flex-wrap gap-2">
            <Button icon={FolderSearch} busy={scan.busy} onClick={() => void scan.run({ type: 'scan' }, t('scanned'))}>
              {t('scan')}
            </Button>
            <Button tone="primary" icon={Plus} onClick={() => setAdding(true)}>
              {t('add')}
            </Button>
          </div>
        )
      }
    >
      {scan.error && <ErrorNote error={scan.error} />}
      <NodeOrRecords>
        <ModelsCards />
      </NodeOrRecords>
      <AddModelDialog open={adding} onClose={() => setAdding(false)} />
    </Screen>
  );
}

function ModelsCards() {
  const { t } = useTranslation('models');
  const state = useModels();
  if (state === null) {
    return (
      <p role="status" className="text-faint">
        {t('waiting')}
      </p>
    );
  }
  return (
    <>
      <div className="grid grid-cols-1 items-start gap-4 2xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <DiskCard disk={state.disk} />
          <DownloadsCard downloads={state.downloads} />
        </div>
        <ModelsCard models={state.models} />
      </div>
      {state.unknown.length > 0 && <UnknownFilesCard items={state.unknown} />}
    </>
  );
}
