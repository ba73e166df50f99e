import { clsx } from 'clsx';
import { type LucideIcon, Network, PanelLeftClose, PanelLeftOpen, Settings } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { NavLink, useLocation } from 'react-router';
import type { ProfileView } from '../../contract/profiles.ts';
import { useAct, useHostRead, useRefresh } from '../rpc/hooks.ts';
import { useHostClient, useProfiles, useSettings } from '../state/app-context.ts';
import { prefetchScreen, type ScreenName } from './lazy-screens.ts';
import { NODE_SCREENS, nodePath, SCREEN_ICONS } from './screens.ts';

export function Rail({ selected }: { readonly selected: ProfileView | null }) {
  const { t } = useTranslation();
  const host = useHostClient();
  const collapsed = useSettings()?.railCollapsed ?? false;
  const toggle = useAct(() => host().settings.change({ railCollapsed: !collapsed }));
  const Toggle = collapsed ? PanelLeftOpen : PanelLeftClose;
  const toggleLabel = t(collapsed ? 'frame.expand' : 'frame.collapse');
  return (
    <nav
      aria-label={t('frame.screens')}
      className={clsx(
        'row-span-4 flex min-h-0 flex-col gap-0.5 overflow-y-auto border-r border-line bg-surface p-2',
        collapsed ? 'w-14' : 'w-48',
      )}
    >
      <div className={clsx('flex h-9 shrink-0 items-center', collapsed ? 'justify-center' : 'justify-between pl-2.5')}>
        {!collapsed && <span className="font-semibold">{t('appName')}</span>}
        <button
          type="button"
          title={toggleLabel}
          aria-label={toggleLabel}
          className="inline-flex size-8 items-center justify-center rounded-md text-faint hover:bg-raised hover:text-ink"
          onClick={() => void toggle.run()}
        >
          <Toggle aria-hidden className="size-4" />
        </button>
      </div>
      {useHasFleet() && <RailLink screen="fleet" to="/fleet" icon={Network} label={t('screens.fleet')} collapsed={collapsed} />}
      {selected !== null &&
        NODE_SCREENS.map((screen) => (
          <RailLink
            key={screen}
            screen={screen}
            to={nodePath(selected.profile.id, screen)}
            icon={SCREEN_ICONS[screen]}
            label={t(`screens.${screen}`)}
            collapsed={collapsed}
          />
        ))}
      <div className="flex-1" />
      <RailLink screen="settings" to="/settings" icon={Settings} label={t('screens.settings')} collapsed={collapsed} />
    </nav>
  );
}

const PLACES_REFRESH_MS = 60_000;

/** True if there is more than one node to see, here or elsewhere. */
function useHasFleet(): boolean {
  const profiles = useProfiles() ?? [];
  const read = useHostRead('places', (client, signal) => client.fleet.places.list({}, { signal }));
  const { pathname } = useLocation();
  // A place that was just added shows up at the next update.
  useRefresh(read, PLACES_REFRESH_MS, pathname);
  return profiles.length > 1 || (read.value?.places.length ?? 0) > 1;
}

interface RailLinkProps {
  readonly screen: ScreenName;
  readonly to: string;
  readonly icon: LucideIcon;
  readonly label: string;
  readonly collapsed: boolean;
}

function RailLink({ screen, to, icon: Icon, label, collapsed }: RailLinkProps) {
  return (
    <NavLink
      to={to}
      onPointerEnter={() => prefetchScreen(screen)}
      onFocus={() => prefetchScreen(screen)}
      title={collapsed ? label : undefined}
      aria-label={collapsed ? label : undefined}
      className={({ isActive }) =>
        clsx(
          'flex h-9 shrink-0 items-center gap-2.5 rounded-md px-2.5',
          collapsed && 'justify-center',
          isActive ? 'bg-accent-wash font-medium text-accent' : 'text-soft hover:bg-raised hover:text-ink',
        )
      }
    >
      <Icon aria-hidden className="size-4.5 shrink-0" />
      {!collapsed && <span className="truncate">{label}</span>}
    </NavLink>
  );
}
