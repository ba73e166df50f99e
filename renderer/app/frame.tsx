/** The frame around every screen: rail, top bar, connection banner and messages. */
import { Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useParams } from 'react-router';
import type { ProfileView } from '../../contract/profiles.ts';
import { useProfiles } from '../state/app-context.ts';
import { Loading } from '../ui/loading.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { ConnectionBanner, NodeConnectionBanner } from './connection-banner.tsx';
import { NotFound } from './fallback-routes.tsx';
import { NodeProvider } from './node-provider.tsx';
import { Notices } from './notices.tsx';
import { Palette } from './palette.tsx';
import { Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';

export function Frame() {
  const { t } = useTranslation();
  const content = useRef<HTMLElement>(null);
  const { requested, selected } = useSelectedProfile();
  const missing = requested !== undefined && selected?.profile.id !== requested;
  const loading = useProfiles() === null;
  const outlet = <Suspense fallback={<Loading className="p-5" />}>{missing ? <NotFound what="node" /> : <Outlet />}</Suspense>;
  return (
    <div className="grid h-full grid-cols-[auto_minmax(0,1fr)] grid-rows-[auto_auto_minmax(0,1fr)_auto]">
      <button
        type="button"
        className="absolute top-2 left-2 z-50 rounded-md bg-surface px-3 py-2 not-focus:sr-only"
        onClick={() => content.current?.focus()}
      >
        {t('frame.skip')}
      </button>
      <Rail selected={selected} />
      <TopBar selected={selected} />
      <ConnectionBanner />
      <main ref={content} tabIndex={-1} className="col-start-2 row-start-3 min-h-0 overflow-y-auto">
        <Notices />
        {loading ? (
          <Loading className="p-5" />
        ) : selected === null || missing ? (
          outlet
        ) : (
          <NodeProvider profile={selected}>
            <NodeConnectionBanner />
            {outlet}
          </NodeProvider>
        )}
      </main>
      <Toasts />
      <Palette />
    </div>
  );
}

/** The node in the URL, otherwise the one shown last, otherwise the first. */
function useSelectedProfile(): { requested: string | undefined; selected: ProfileView | null } {
  const { profileId } = useParams();
  const profiles = useProfiles() ?? [];
  const [last, setLast] = useState<string | undefined>();
  if (profileId !== undefined && profileId !== last) setLast(profileId);
  const id = profileId ?? last;
  const selected = profiles.find(({ profile }) => profile.id === id) ?? profiles[0] ?? null;
  return { requested: profileId, selected };
}
