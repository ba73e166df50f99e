import { app } from 'electron';
import type { ShellModule } from '../module.ts';

/** Off until the host says otherwise; the program then starts into the tray. */
export function loginItemModule(): ShellModule {
  const watching = new AbortController();
  return {
    name: 'login-item',
    load(shell) {
      // Linux desktops have no common way; the setting is not offered there.
      if (shell.host === null || process.platform === 'linux') return;
      const { client } = shell.host;
      void (async () => {
        for await (const { startAtLogin } of await client.settings.watch({}, { signal: watching.signal })) {
          if (app.getLoginItemSettings().openAtLogin === startAtLogin) continue;
          app.setLoginItemSettings({ openAtLogin: startAtLogin, args: ['--hidden'] });
        }
      })().catch((error: unknown) => {
        if (!watching.signal.aborted) shell.log.warn({ err: error }, 'the login item is no longer kept');
      });
    },
    quit: () => watching.abort(),
  };
}
