import { RotateCcw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { gpus as texts } from '../../i18n/en/gpus.ts';
import { withTexts } from '../../i18n/with-texts.tsx';
import { useHostRead, useRefresh } from '../../rpc/hooks.ts';
import { useNode } from '../../state/app-context.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Loading } from '../../ui/loading.tsx';
import { RunningNodeOnly } from '../../ui/running-node-only.tsx';
import { Screen } from '../../ui/screen.tsx';
import { AcceptanceCard } from './acceptance-card.tsx';
import { AssignCard } from './assign-card.tsx';
import { CardsCard } from './cards-card.tsx';
import { HistoryCard } from './history-card.tsx';
import { SelfTestCard } from './self-test-card.tsx';
import { SettingsCard } from './settings-card.tsx';

export const GpusScreen = withTexts('gpus', texts, GpusPage);

function GpusPage() {
  const { t } = useTranslation(['gpus', 'common']);
  const { profile } = useNode();
  const read = useHostRead('cards', (client, signal) => client.gpus.inventory({}, { signal }));
  useRefresh(read, 5_000);
  const { value } = read;
  const onCards = profile.profile.gpu.kind === 'cards';
  return (
    <Screen wide title={t('title')}>
      {profile.pendingRestart && (
        <p role="status" className="flex items-center gap-2 rounded-md bg-accent-wash px-3 py-2 text-accent">
          <RotateCcw aria-hidden className="size-4 shrink-0" />
          {t('pending')}
        </p>
      )}
      {read.error && <ErrorNote error={read.error} />}
      {value === null && read.error === null && <Loading />}
      {value !== null && <CardsCard inventory={value.inventory} usedBy={value.usedBy} />}
      {value !== null && (
        <div key={profile.profile.id} className="grid items-start gap-4 lg:grid-cols-2 2xl:grid-cols-3">
          <AssignCard cards={value.inventory.cards} usedBy={value.usedBy} />
          <div className="flex min-w-0 flex-col gap-4 empty:hidden lg:max-2xl:order-3">
            {onCards && <AcceptanceCard />}
            {onCards && <SelfTestCard />}
          </div>
          <SettingsCard />
        </div>
      )}
      {onCards && (
        <RunningNodeOnly>
          <HistoryCard />
        </RunningNodeOnly>
      )}
    </Screen>
  );
}
