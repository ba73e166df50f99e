import { Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Link } from '../rpc/link.ts';
import { useApp, useNode } from '../state/app-context.ts';
import { isAlive } from '../state/node-session.ts';
import { Button } from '../ui/button.tsx';
import { useNow } from '../ui/time.tsx';

export function ConnectionBanner() {
  const { t } = useTranslation();
  return <Banner link={useApp().host} text={t('connection.lost')} />;
}

export function NodeConnectionBanner() {
  const { t } = useTranslation();
  const { host } = useApp();
  const hostState = useStore(host.state, ({ kind }) => kind);
  const {
    session,
    profile: { worker },
  } = useNode();
  // Without the host nothing can be reached; saying so once is enough.
  // A stopped node is shown from its records, so its connection is not missed.
  if (!isAlive(worker)) return null;
  return hostState === 'open' ? <Banner link={session.link} text={t('connection.nodeLost')} /> : null;
}

/** Shown from the first loss until the connection is back. */
function Banner<Client>({ link, text }: { readonly link: Link<Client>; readonly text: string }) {
  const { t } = useTranslation();
  const state = useStore(link.state);
  const now = useNow();
  if (state.kind === 'idle' || state.kind === 'open' || state.kind === 'ended') return null;
  if (state.kind === 'connecting' && state.failures === 0) return null;
  const seconds = state.kind === 'waiting' ? Math.max(0, Math.ceil((state.retryAtMs - now) / 1_000)) : 0;
  return (
    <div
      role="status"
      className="col-start-2 flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn-wash px-5 py-2 text-warn"
    >
      <Unplug aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1">{text}</p>
      {state.kind === 'waiting' ? (
        <>
          <span className="tabular-nums">{t('connection.retryIn', { seconds })}</span>
          <Button small onClick={() => link.retryNow()}>
            {t('connection.retry')}
          </Button>
        </>
      ) : (
        <span>{t('connection.connecting')}</span>
      )}
    </div>
  );
}
