/** Routes that are not screens themselves. */
import { Compass } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Navigate, useParams, useRevalidator, useSearchParams } from 'react-router';
import { useProfiles } from '../state/app-context.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Loading } from '../ui/loading.tsx';
import { isNodeScreen, nodePath } from './screens.ts';

/** The first node's overview, or the first run if there is no node. */
export function HomeRedirect() {
  const profiles = useProfiles();
  if (profiles === null) return <Loading className="p-5" />;
  const first = profiles[0];
  return <Navigate replace to={first === undefined ? '/first-run' : nodePath(first.profile.id, 'overview')} />;
}

/** A URL without a node (a deep link): opens that screen of the named node, otherwise of the first. */
export function DeepLink() {
  const { screen } = useParams();
  const [search] = useSearchParams();
  const profiles = useProfiles();
  if (profiles === null) return <Loading className="p-5" />;
  const id = search.get('profile') ?? profiles[0]?.profile.id;
  if (!isNodeScreen(screen)) return <NotFound what="screen" />;
  if (id === undefined) return <Navigate replace to="/first-run" />;
  const rest = new URLSearchParams(search);
  rest.delete('profile');
  return <Navigate replace to={nodePath(id, screen, rest.toString())} />;
}

export function NotFound({ what }: { readonly what: 'node' | 'screen' }) {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={Compass}
      title={t(what === 'node' ? 'frame.unknownNode' : 'frame.unknownScreen')}
      hint=""
      action={
        <a className="text-accent underline" href="#/">
          {t('frame.toOverview')}
        </a>
      }
    />
  );
}

export function ScreenError() {
  const { t } = useTranslation();
  const { revalidate } = useRevalidator();
  return (
    <div role="alert">
      <EmptyState
        icon={Compass}
        title={t('frame.broken')}
        hint=""
        action={<Button onClick={() => void revalidate()}>{t('frame.again')}</Button>}
      />
    </div>
  );
}
