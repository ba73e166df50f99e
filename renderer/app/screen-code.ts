/** The code of each screen, which is loaded when it is looked at, or a moment earlier: the first one needs no other. */
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

/** Of all screens the one that is looked at most; the first one goes before it. */
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

/** Someone is about to look at it. What goes wrong here goes wrong again when they do, and is said there. */
export function fetchAhead(name: CodeOf): void {
  LOAD[name]().catch(() => {});
}
