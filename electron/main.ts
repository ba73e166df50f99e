/** The desktop program. Everything happens in its modules; this file only lists them in order. */
import '../platform/private-process.ts';
import { app } from 'electron';
import { systemClock } from '../worker/kit/system-clock.ts';
import { createLog } from '../worker/log.ts';
import { hardening } from './hardening.ts';
import { deepLinks } from './modules/deep-links.ts';
import { createHostModule } from './modules/host.ts';
import { loginItemModule } from './modules/login-item.ts';
import { menu } from './modules/menu.ts';
import { notificationsModule } from './modules/notifications.ts';
import { powerModule } from './modules/power.ts';
import { sandboxModule } from './modules/sandbox.ts';
import { singleInstance } from './modules/single-instance.ts';
import { trayModule } from './modules/tray.ts';
import { createUpdates } from './modules/updates.ts';
import { windowModule } from './modules/window.ts';
import { shellPaths } from './paths.ts';
import { runShell } from './shell.ts';
import { updateFeed } from './updates/feed.ts';

const feed = updateFeed();
const updates = createUpdates({ nowMs: systemClock.now, feed });
const host = createHostModule(updates);

runShell(
  {
    paths: shellPaths(app.getPath('userData')),
    log: createLog({ level: 'info', secrets: [] }),
    host: null,
    window: null,
    isQuitting: false,
    afterQuit: null,
  },
  [
    singleInstance,
    hardening,
    sandboxModule(),
    menu,
    host.module,
    windowModule(host.handOver),
    deepLinks,
    trayModule(),
    notificationsModule(),
    powerModule(),
    loginItemModule(),
    updates.module,
  ],
);
