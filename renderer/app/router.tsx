import { lazy } from 'react';
import { createHashRouter } from 'react-router';
import { Frame } from './frame.tsx';
import { Home, NodeMissing, ScreenBroken, ScreenLink } from './places.tsx';

// Each screen is loaded when it is looked at: the first one needs no other.
const FirstRunScreen = lazy(() =>
  import('../features/first-run/screen.tsx').then((module) => ({ default: module.FirstRunScreen })),
);
const OverviewScreen = lazy(() =>
  import('../features/overview/screen.tsx').then((module) => ({ default: module.OverviewScreen })),
);
const TasksScreen = lazy(() => import('../features/tasks/screen.tsx').then((module) => ({ default: module.TasksScreen })));
const EarningsScreen = lazy(() =>
  import('../features/earnings/screen.tsx').then((module) => ({ default: module.EarningsScreen })),
);
const TrustScreen = lazy(() => import('../features/trust/screen.tsx').then((module) => ({ default: module.TrustScreen })));
const GpusScreen = lazy(() => import('../features/gpus/screen.tsx').then((module) => ({ default: module.GpusScreen })));
const ModelsScreen = lazy(() => import('../features/models/screen.tsx').then((module) => ({ default: module.ModelsScreen })));
const WalletScreen = lazy(() => import('../features/wallet/screen.tsx').then((module) => ({ default: module.WalletScreen })));
const LogsScreen = lazy(() => import('../features/logs/screen.tsx').then((module) => ({ default: module.LogsScreen })));
const SettingsScreen = lazy(() =>
  import('../features/settings/screen.tsx').then((module) => ({ default: module.SettingsScreen })),
);

/** Addresses stand behind `#`, so that a page from a file or behind a token works the same. */
export function createRouter() {
  const broken = <ScreenBroken />;
  return createHashRouter([
    {
      path: '/',
      element: <Frame />,
      errorElement: broken,
      children: [
        { index: true, element: <Home /> },
        { path: 'first-run/:step?', element: <FirstRunScreen />, errorElement: broken },
        { path: 'settings/:section?', element: <SettingsScreen />, errorElement: broken },
        {
          path: 'node/:profileId',
          errorElement: broken,
          children: [
            { path: 'overview', element: <OverviewScreen />, errorElement: broken },
            { path: 'tasks', element: <TasksScreen />, errorElement: broken },
            { path: 'earnings', element: <EarningsScreen />, errorElement: broken },
            { path: 'trust/:caseId?', element: <TrustScreen />, errorElement: broken },
            { path: 'gpus', element: <GpusScreen />, errorElement: broken },
            { path: 'models', element: <ModelsScreen />, errorElement: broken },
            { path: 'wallet', element: <WalletScreen />, errorElement: broken },
            { path: 'logs', element: <LogsScreen />, errorElement: broken },
          ],
        },
        { path: ':screen', element: <ScreenLink /> },
        { path: '*', element: <NodeMissing what="screen" /> },
      ],
    },
  ]);
}
