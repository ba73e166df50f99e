/** The code of each screen. It is loaded when the screen is opened, or a moment earlier; the first screen needs only its own. */
import { type ComponentType, lazy } from 'react';
import type { NodeScreen } from './screens.ts';

export type ScreenName = NodeScreen | 'first-run' | 'fleet' | 'settings';

const LOADERS: Readonly<Record<ScreenName, () => Promise<ComponentType>>> = {
  'first-run': async () => (await import('../features/first-run/screen.tsx')).FirstRunScreen,
  fleet: async () => (await import('../features/fleet/screen.tsx')).FleetScreen,
  overview: async () => (await import('../features/overview/screen.tsx')).OverviewScreen,
  tasks: async () => (await import('../features/tasks/screen.tsx')).TasksScreen,
  earnings: async () => (await import('../features/earnings/screen.tsx')).EarningsScreen,
  trust: async () => (await import('../features/trust/screen.tsx')).TrustScreen,
  gpus: async () => (await import('../features/gpus/screen.tsx')).GpusScreen,
  models: async () => (await import('../features/models/screen.tsx')).ModelsScreen,
  wallet: async () => (await import('../features/wallet/screen.tsx')).WalletScreen,
  logs: async () => (await import('../features/logs/screen.tsx')).LogsScreen,
  settings: async () => (await import('../features/settings/screen.tsx')).SettingsScreen,
};

/** The screen that is opened most often; loaded right after the first one. */
const PREFETCHED: ScreenName = 'tasks';
let isPrefetched = false;

export function lazyScreen(name: ScreenName) {
  return lazy(async () => {
    const screen = await LOADERS[name]();
    if (!isPrefetched) requestIdleCallback(() => prefetchScreen(PREFETCHED));
    isPrefetched = true;
    return { default: screen };
  });
}

/** Called when someone is about to open the screen. An error here happens again when they do, and is shown then. */
export function prefetchScreen(name: ScreenName): void {
  LOADERS[name]().catch(() => {});
}
