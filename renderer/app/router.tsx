import { createHashRouter } from 'react-router';
import { Frame } from './frame.tsx';
import { Home, NodeMissing, ScreenBroken, ScreenLink } from './places.tsx';
import { screenOf } from './screen-code.ts';

const FirstRunScreen = screenOf('first-run');
const FleetScreen = screenOf('fleet');
const OverviewScreen = screenOf('overview');
const TasksScreen = screenOf('tasks');
const EarningsScreen = screenOf('earnings');
const TrustScreen = screenOf('trust');
const GpusScreen = screenOf('gpus');
const ModelsScreen = screenOf('models');
const WalletScreen = screenOf('wallet');
const LogsScreen = screenOf('logs');
const SettingsScreen = screenOf('settings');

/** Routes are in the URL fragment, so that a page from a file or behind a token works the same. */
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
        { path: ':screen', element: <ScreenLink /> },
        { path: '*', element: <NodeMissing what="screen" /> },
      ],
    },
  ]);
}
