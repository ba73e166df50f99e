import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { app } from 'electron';
import { autostartEntry } from '../../platform/autostart.ts';
import { INSTALLED_SHELL } from '../../platform/programs.ts';
import { SYSTEM } from '../../platform/system.ts';
import type { ShellModule } from '../module.ts';

const START_AT_LOGIN = SYSTEM.desktop.startAtLogin;
const ARGS = ['--hidden'];

/** On Linux, a login item names an executable, and a checkout has none. */
export const CAN_START_AT_LOGIN: boolean = START_AT_LOGIN.kind === 'loginItem' || INSTALLED_SHELL !== null;

/** Off until the host enables it; the program then starts in the tray. */
export function loginItemModule(): ShellModule {
  const watching = new AbortController();
  return {
    name: 'login-item',
    load(shell) {
      if (shell.host === null || !CAN_START_AT_LOGIN) return;
      const { client } = shell.host;
      void (async () => {
        for await (const { startAtLogin } of await client.settings.watch({}, { signal: watching.signal }))
          keepLoginItem(startAtLogin);
      })().catch((error: unknown) => {
        if (!watching.signal.aborted) shell.log.warn({ err: error }, 'the login item is no longer kept up to date');
      });
    },
    quit: () => watching.abort(),
  };
}

/** Written again at each start, because an update may have renamed an AppImage. */
function keepLoginItem(wanted: boolean): void {
  if (START_AT_LOGIN.kind === 'loginItem') {
    // Windows reports an item only if its arguments are given.
    if (app.getLoginItemSettings({ args: ARGS }).openAtLogin !== wanted)
      app.setLoginItemSettings({ openAtLogin: wanted, args: ARGS });
    return;
  }
  if (!wanted || INSTALLED_SHELL === null) {
    rmSync(START_AT_LOGIN.file, { force: true });
    return;
  }
  mkdirSync(path.dirname(START_AT_LOGIN.file), { recursive: true });
  writeFileSync(START_AT_LOGIN.file, autostartEntry({ title: app.name, program: INSTALLED_SHELL, args: ARGS }));
}
