import { Power } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct } from '../rpc/hooks.ts';
import { useHostClient, useNode } from '../state/app-context.ts';
import { Button } from './button.tsx';
import { EmptyState } from './empty-state.tsx';
import { ErrorNote } from './error-note.tsx';

/** Its content while the node's process lives; else why there is none, and the way to start it. */
export function NodeNeeded({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const { profile } = useNode();
  const host = useHostClient();
  const start = useAct(() => host().profiles.start({ id: profile.profile.id }));
  const { kind } = profile.worker;
  if (kind === 'running' || kind === 'stopping') return children;
  return (
    <>
      <EmptyState
        icon={Power}
        title={t('node.notRunning')}
        hint={t('node.notRunningHint')}
        action={
          (kind === 'stopped' || kind === 'failed') && (
            <Button tone="primary" busy={start.busy} onClick={() => void start.run()}>
              {t('do.start')}
            </Button>
          )
        }
      />
      {start.error && <ErrorNote error={start.error} />}
    </>
  );
}
