import { createHashRouter } from 'react-router';
import { DeepLink, HomeRedirect, NotFound, ScreenError } from './fallback-routes.tsx';
import { Frame } from './frame.tsx';
import { lazyScreen } from './lazy-screens.ts';

const FirstRunScreen = lazyScreen('first-run');
const FleetScreen = lazyScreen('fleet');
const OverviewScreen = lazyScreen('overview');
const TasksScreen = lazyScreen('tasks');
const EarningsScreen = lazyScreen('earnings');
const TrustScreen = lazyScreen('trust');
const GpusScreen = lazyScreen('gpus');
const ModelsScreen = lazyScreen('models');
const WalletScreen = lazyScreen('wallet');
const LogsScreen = lazyScreen('logs');
const SettingsScreen = lazyScreen('settings');

/** Routes are in the URL fragment, so that a page from a file or behind a token works the same. */
export function createRouter() {
  const broken = <ScreenError />;
  return createHashRouter([
    {
      path: '/',
      element: <Frame />,
      errorElement: broken,
      children: [
        { index: true, element: <HomeRedirect /> },
        { path: 'first-run/:step?', element: <FirstRunScreen />, errorElement: broken },
        { path: 'fleet', element: <FleetScreen />, errorElement: broken },
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
        { path: ':screen', element: <DeepLink /> },
        { path: '*', element: <NotFound what="screen" /> },
      ],
    },
  ]);
}
