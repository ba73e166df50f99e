import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { app, type MessagePortMain } from 'electron';
import type { HostClient } from '../../contract/rpc-client.ts';
import { listenToWindow, rpcPortOfMain } from '../ipc.ts';
import type { ShellModule } from '../module.ts';
import { createShellWindow } from '../window.ts';

/** The window and its connections. When started by the login item, it stays in the tray until it is opened. */
export function windowModule(handOver: (profileId: string, port: MessagePortMain) => boolean): ShellModule {
  let stop = (): void => {};
  let keepInTray = true;
  const watching = new AbortController();
  return {
    name: 'window',
    async load(shell) {
      const stateFile = path.join(shell.paths.dataDir, 'window.json');
      shell.window = await createShellWindow({
        preload: shell.paths.preload,
        icon: shell.paths.icon,
        stateFile,
        saveState: (state) => {
          try {
            // Saved at once, because the last window closes while the program is already ending.
            writeFileSync(stateFile, JSON.stringify(state));
          } catch (error) {
            shell.log.warn({ err: error }, 'the position of the window was not saved');
          }
        },
        mayClose: () => shell.isQuitting || !keepInTray,
      });
      stop = listenToWindow({
        own: () => shell.window?.current()?.webContents ?? null,
        connect: (target, port) => {
          if (target.kind === 'node') {
            const { profileId } = target;
            return handOver(profileId, port) || shell.host?.serveRecords(profileId, rpcPortOfMain(port)) === true;
          }
          shell.host?.serve(rpcPortOfMain(port));
          return shell.host !== null;
        },
        onRefused: (error) => shell.log.warn({ err: error }, 'a request was refused'),
      });
      app.on('activate', () => shell.window?.show());
      app.on('window-all-closed', () => app.quit());
      void followTray(shell.host?.client ?? null, watching.signal, (value) => {
        keepInTray = value;
      }).catch(() => {});
      if (!process.argv.includes('--hidden')) shell.window.show();
    },
    quit() {
      watching.abort();
      stop();
    },
  };
}

async function followTray(client: HostClient | null, signal: AbortSignal, onChange: (keep: boolean) => void): Promise<void> {
  if (client === null) return;
  for await (const settings of await client.settings.watch({}, { signal })) onChange(settings.keepRunningInTray);
}
