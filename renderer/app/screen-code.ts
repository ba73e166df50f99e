/** The code of each screen. It is loaded when the screen is opened, or a moment earlier; the first screen needs only its own. */
import { type ComponentType, lazy } from 'react';
import type { NodeScreen } from './screens.ts';

export type CodeOf = NodeScreen | 'first-run' | 'fleet' | 'settings';

const LOAD: Readonly<Record<CodeOf, () => Promise<ComponentType>>> = {
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
const NEXT: CodeOf = 'tasks';
let isNextAsked = false;

export function screenOf(name: CodeOf) {
  return lazy(async () => {
    const screen = await LOAD[name]();
    if (!isNextAsked) requestIdleCallback(() => fetchAhead(NEXT));
    isNextAsked = true;
    return { default: screen };
  });
}

/** Called when someone is about to open the screen. An error here happens again when they do, and is shown then. */
export function fetchAhead(name: CodeOf): void {
  LOAD[name]().catch(() => {});
}
