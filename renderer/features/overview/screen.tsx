import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAlive } from '../../state/app-context.ts';
import { RecordsShown } from '../../ui/node-needed.tsx';
import { Screen } from '../../ui/screen.tsx';
import { AttentionCard } from './attention-card.tsx';
import { CurrentTaskCard } from './current-task-card.tsx';
import { EarningsCard } from './earnings-card.tsx';
import { GpuCard } from './gpu-card.tsx';
import { NoTasksDialog } from './no-tasks-dialog.tsx';
import { ScoresCard } from './scores-card.tsx';
import { StateCard } from './state-card.tsx';
import { UnlockDialog } from './unlock-dialog.tsx';

/** Am I earning, is anything at risk, do I have to do something? */
export function OverviewScreen() {
  const { t } = useTranslation('overview');
  const [open, setOpen] = useState<'why' | 'unlock' | null>(null);
  const alive = useAlive();
  return (
    <Screen title={t('title')}>
      <StateCard onUnlock={() => setOpen('unlock')} onWhy={() => setOpen('why')} />
      <AttentionCard onUnlock={() => setOpen('unlock')} />
      {!alive && (
        <RecordsShown>
          <EarningsCard />
        </RecordsShown>
      )}
      {alive && (
        <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
          <div className="flex min-w-0 flex-col gap-4">
            <EarningsCard />
            <GpuCard />
          </div>
          <div className="flex min-w-0 flex-col gap-4">
            <CurrentTaskCard onWhy={() => setOpen('why')} />
            <ScoresCard />
          </div>
        </div>
      )}
      <NoTasksDialog open={open === 'why'} onClose={() => setOpen(null)} />
      <UnlockDialog open={open === 'unlock'} onClose={() => setOpen(null)} />
    </Screen>
  );
}
