import { History, Power } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useAct } from '../rpc/hooks.ts';
import { useAlive, useHostClient, useNode } from '../state/app-context.ts';
import { useTruthOf } from '../state/truth.ts';
import { Button } from './button.tsx';
import { EmptyState } from './empty-state.tsx';
import { ErrorNote } from './error-note.tsx';

/** Shows its content while the node's process is running; otherwise the reason, and a way to start it. */
export function RunningNodeOnly({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  if (useAlive()) return children;
  return (
    <EmptyState icon={Power} title={t('node.notRunning')} hint={t('node.notRunningHint')} action={<StartButton primary />} />
  );
}

/** Shows its content from the node, or, if it is not running, from its records, and says so. */
export function NodeOrRecords({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const { session } = useNode();
  const isOpen = useStore(session.link.state, ({ kind }) => kind === 'open');
  const alive = useAlive();
  if (alive) return children;
  if (!isOpen) return <RunningNodeOnly>{children}</RunningNodeOnly>;
  return (
    <>
      <div role="note" className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md border border-line px-3 py-2 text-soft">
        <History aria-hidden className="size-4 shrink-0" />
        <p className="min-w-0 flex-1">{t('node.records')}</p>
        <StartButton />
      </div>
      {children}
    </>
  );
}

/** Starts the node, if that is what it needs. */
function StartButton({ primary = false }: { readonly primary?: boolean }) {
  const { t } = useTranslation();
  const { profile } = useNode();
  const host = useHostClient();
  const start = useAct(() => host().profiles.start({ id: profile.profile.id }));
  const truthOf = useTruthOf();
  if (truthOf(profile).controls[0] !== 'start') return null;
  return (
    <>
      <Button small={!primary} tone={primary ? 'primary' : 'plain'} busy={start.busy} onClick={() => void start.run()}>
        {t('do.start')}
      </Button>
      {start.error && <ErrorNote error={start.error} />}
    </>
  );
}
