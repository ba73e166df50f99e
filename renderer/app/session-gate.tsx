import { KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useApp } from '../state/app-context.ts';
import { CopyButton } from '../ui/hash.tsx';

const NEW_ADDRESS_COMMAND = 'crynux-node window';

/** The window, or how to get a new address once its session has ended, because nothing would be answered any more. */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const { host } = useApp();
  const ended = useStore(host.state, ({ kind }) => kind === 'ended');
  return ended ? <SessionEnded /> : children;
}

function SessionEnded() {
  const { t } = useTranslation();
  return (
    <main className="grid h-full place-items-center overflow-y-auto p-6">
      <section
        aria-labelledby="session-ended"
        className="flex max-w-xl flex-col gap-4 rounded-lg border border-line bg-surface p-8"
      >
        <KeyRound aria-hidden className="size-8 text-soft" />
        <h1 id="session-ended" className="text-xl font-semibold">
          {t('session.title')}
        </h1>
        <p role="status">{t('session.text')}</p>
        <p>{t('session.how')}</p>
        <p className="flex items-center gap-2 rounded-md bg-raised px-3 py-2 font-mono">
          <span className="min-w-0 flex-1 break-all">{NEW_ADDRESS_COMMAND}</span>
          <CopyButton text={NEW_ADDRESS_COMMAND} what={t('session.command')} />
        </p>
        <p className="text-[13px] text-faint">{t('session.where')}</p>
      </section>
    </main>
  );
}
