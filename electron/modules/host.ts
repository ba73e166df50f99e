import { app, dialog, type MessagePortMain, safeStorage } from 'electron';
import type { Language, Settings } from '../../contract/settings.ts';
import { actText } from '../../host/acts/act-text.ts';
import type { OpenChooser } from '../../host/acts/chosen-places.ts';
import type { AskPerson } from '../../host/acts/pending-acts.ts';
import { openHostApp } from '../../host/app/host-app.ts';
import { SYSTEM } from '../../platform/system.ts';
import type { Shell, ShellModule } from '../module.ts';
import { languageOf, SHELL_TEXTS } from '../texts.ts';
import { forkUtility, type UtilityChannel } from '../utility-channel.ts';
import { CAN_START_AT_LOGIN } from './login-item.ts';
import type { Updates } from './updates.ts';

export interface HostModule {
  readonly module: ShellModule;
  /** Gives a node's worker a port of a window; false = it is not running. */
  handOver(profileId: string, port: MessagePortMain): boolean;
}

/** Opens the host, with Electron utility processes as workers. */
export function createHostModule(updates: Updates): HostModule {
  const workers = new Map<string, UtilityChannel>();
  return {
    handOver(profileId, port) {
      const worker = workers.get(profileId);
      worker?.handOver(port);
      return worker !== undefined;
    },
    module: {
      name: 'host',
      async load(shell) {
        const host = await openHostApp({
          dataDir: shell.paths.dataDir,
          language: languageOf(null, app.getLocale()),
          shell: 'electron',
          features: {
            notifications: true,
            startAtLogin: CAN_START_AT_LOGIN,
            tray: true,
            updates: updates.possible,
            folders: true,
          },
          electronBackend: SYSTEM.desktop.keychain.alwaysEncrypts ? null : safeStorage.getSelectedStorageBackend(),
          updates: {
            state: updates.state,
            watch: updates.onState,
            check: updates.check,
            install: () => Promise.resolve(updates.install()),
          },
          ask: askInDialog(shell),
          chooseFolder: chooseInDialog(shell),
          openWorker({ profileId, entry, onOutput }) {
            const title = `Crynux node ${profileId}`;
            const worker = forkUtility({ entry, title, onOutput });
            workers.set(profileId, worker);
            worker.onExit(() => {
              if (workers.get(profileId) === worker) workers.delete(profileId);
            });
            return worker;
          },
        });
        shell.host = host;
        void host.autoStart();
      },
      async quit(shell) {
        await shell.host?.close();
      },
    },
  };
}

/** A dialog of this process with the program's own text: no page can draw, press or close it. */
function askInDialog(shell: Shell): AskPerson {
  return async (question, signal) => {
    const language = await languageOfShell(shell);
    const { message, lines } = actText(question, language);
    const options = {
      type: 'warning' as const,
      message,
      detail: lines.join('\n'),
      buttons: [SHELL_TEXTS[language].actCancel, SHELL_TEXTS[language].actAllow],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
      // Closed as if refused when the time is up or the command line has answered.
      signal,
    };
    const window = shell.window?.current() ?? null;
    const { response } = await (window === null ? dialog.showMessageBox(options) : dialog.showMessageBox(window, options));
    return response === 1;
  };
}

/** The same for folders: the choice is made by the person in a native dialog, and never taken from a page. */
function chooseInDialog(shell: Shell): OpenChooser {
  return async (kind) => {
    const options = { title: SHELL_TEXTS[await languageOfShell(shell)].choose[kind], properties: ['openDirectory' as const] };
    const window = shell.window?.current() ?? null;
    const { canceled, filePaths } = await (window === null
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(window, options));
    return canceled ? null : (filePaths[0] ?? null);
  };
}

async function languageOfShell({ host }: Shell): Promise<Language> {
  const settings = host === null ? null : await firstOf<Settings>(host.client.settings.watch({}));
  return languageOf(settings?.language ?? null, app.getLocale());
}

async function firstOf<Value>(stream: Promise<AsyncIterable<Value>>): Promise<Value | null> {
  for await (const value of await stream) return value;
  return null;
}
