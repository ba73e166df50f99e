import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAlive, useNode } from '../../state/app-context.ts';
import { useTruth } from '../../state/truth.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { NodeOrRecords, RunningNodeOnly } from '../../ui/running-node-only.tsx';
import { Screen } from '../../ui/screen.tsx';
import { WhyNoTasks } from '../trust/why-no-tasks.tsx';
import { AttentionCard, useAttentionItems } from './attention-card.tsx';
import { CurrentTaskCard } from './current-task-card.tsx';
import { EarningsCard } from './earnings-card.tsx';
import { GpuCard } from './gpu-card.tsx';
import { ScoresCard } from './scores-card.tsx';
import { StateCard } from './state-card.tsx';
import { NetEarningsCard, StakeSafetyCard } from './summary-cards.tsx';
import { UnlockDialog } from './unlock-dialog.tsx';

/** Am I earning, is anything at risk, do I have to do something? */
export function OverviewScreen() {
  const { t } = useTranslation('overview');
  const [open, setOpen] = useState<'why' | 'unlock' | null>(null);
  const alive = useAlive();
  const truth = useTruth();
  const items = useAttentionItems(truth);
  const summary = (
    <div className="grid grid-cols-1 gap-4 md:grid-cols-2 2xl:grid-cols-[1fr_1fr_1.6fr]">
      <NetEarningsCard />
      <StakeSafetyCard truth={truth} items={items} />
      <div className="min-w-0 md:col-span-2 2xl:col-span-1">
        <AttentionCard items={items} onUnlock={() => setOpen('unlock')} />
      </div>
    </div>
  );
  return (
    <Screen wide title={t('title')}>
      <StateCard truth={truth} onUnlock={() => setOpen('unlock')} onWhy={() => setOpen('why')} />
      {!alive && (
        <NodeOrRecords>
          {summary}
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
            <EarningsCard />
            <ScoresCard />
          </div>
        </NodeOrRecords>
      )}
      {alive && (
        <>
          {summary}
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2 2xl:grid-cols-3">
            <EarningsCard />
            <div className="flex min-w-0 flex-col gap-4">
              <CurrentTaskCard truth={truth} onWhy={() => setOpen('why')} />
              <GpuCard />
            </div>
            <div className="min-w-0 lg:max-2xl:col-span-2">
              <ScoresCard />
            </div>
          </div>
        </>
      )}
      <NoTasksDialog open={open === 'why'} onClose={() => setOpen(null)} />
      <UnlockDialog open={open === 'unlock'} onClose={() => setOpen(null)} />
    </Screen>
  );
}

/** Every condition of the network, one click away from the idle state. */
function NoTasksDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { profile } = useNode();
  return (
    <Dialog drawer open={open} onClose={onClose} title={profile.profile.name}>
      <RunningNodeOnly>
        <WhyNoTasks />
      </RunningNodeOnly>
    </Dialog>
  );
}
