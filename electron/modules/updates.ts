/** Updates as the window shows and orders them, on the library's own classes. */
import { app } from 'electron';
import electronUpdater, { type AppUpdater } from 'electron-updater';
import type { UpdateState } from '../../contract/host-contract.ts';
import { serialiseError } from '../../protocol/errors.ts';
import { ShellError } from '../errors.ts';
import type { Shell, ShellModule } from '../module.ts';
import type { UpdateFeed } from '../updates/feed.ts';
import { SignedProvider } from '../updates/signed-provider.ts';

/** How the host's contract reaches the updater; states are pushed, orders are pulled. */
export interface Updates {
  readonly module: ShellModule;
  /** False where the package was made without a feed, and in a program run from source. */
  readonly possible: boolean;
  state(): UpdateState;
  onState(listener: (state: UpdateState) => void): () => void;
  check(): Promise<void>;
  /** Downloads what is available; quits for what is ready: nodes end after their tasks, it is installed, and starts. */
  install(): void;
}

export interface UpdatesOptions {
  readonly nowMs: () => number;
  readonly feed: UpdateFeed | null;
  /** Left out, the one of this system. Its getter looks at the machine's packages: without a feed it is not asked. */
  readonly updater?: () => AppUpdater;
}

const EVERY_MS = 6 * 60 * 60_000;

/** Asks before it loads, waits for the running tasks, and can be switched off. */
export function createUpdates({ nowMs, feed, updater = () => electronUpdater.autoUpdater }: UpdatesOptions): Updates {
  const listeners = new Set<(state: UpdateState) => void>();
  const watching = new AbortController();
  let state: UpdateState = { kind: 'off' };
  let timer: NodeJS.Timeout | null = null;
  let shell: Shell | null = null;

  function set(next: UpdateState): void {
    state = next;
    for (const listener of listeners) listener(next);
  }

  /** Of what is heard from the library: switched off meanwhile, it is no news. */
  function heard(next: UpdateState): void {
    if (state.kind !== 'off') set(next);
  }

  function failed(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const coded = error instanceof ShellError ? error : new ShellError('SHELL_UPDATE_FAILED', message);
    heard({ kind: 'failed', error: { ...serialiseError(coded), data: {} } });
  }

  /** Everything has been put away. What cannot be installed leaves the old version, which starts again with its nodes. */
  function installAtEnd(): void {
    const startOld = (error: unknown): void => {
      shell?.log.error({ err: error }, 'the update was not installed');
      app.relaunch();
      app.quit();
    };
    const library = updater();
    library.once('error', startOld);
    // Without questions, and started afterwards, on every system.
    library.quitAndInstall(true, true);
  }

  async function check(): Promise<void> {
    if (state.kind === 'off') return;
    try {
      await updater().checkForUpdates();
    } catch (error) {
      failed(error);
    }
  }

  function turn(on: boolean): void {
    if (on === (state.kind !== 'off')) return;
    if (timer !== null) clearInterval(timer);
    timer = null;
    set(on ? { kind: 'current', checkedMs: null } : { kind: 'off' });
    if (!on) return;
    timer = setInterval(() => void check(), EVERY_MS);
    void check();
  }

  const module: ShellModule = {
    name: 'updates',
    load(given) {
      shell = given;
      if (feed === null || given.host === null) return;
      const library = updater();
      library.autoDownload = false;
      library.autoInstallOnAppQuit = false;
      library.allowDowngrade = false;
      // No second file to download and to trust.
      library.disableWebInstaller = true;
      library.setFeedURL(Object.assign({ provider: 'custom' as const, updateProvider: SignedProvider }, { feed }));
      library.on('update-available', ({ version }) => heard({ kind: 'available', version }));
      library.on('update-not-available', () => heard({ kind: 'current', checkedMs: nowMs() }));
      library.on('download-progress', ({ percent }) => {
        if (state.kind === 'available' || state.kind === 'downloading') {
          set({ kind: 'downloading', version: state.version, percent });
        }
      });
      library.on('update-downloaded', ({ version }) => heard({ kind: 'ready', version }));
      library.on('error', failed);
      const { client } = given.host;
      void (async () => {
        for await (const settings of await client.settings.watch({}, { signal: watching.signal }))
          turn(settings.updates === 'ask');
      })().catch((error: unknown) => {
        if (!watching.signal.aborted) given.log.warn({ err: error }, 'updates no longer follow the settings');
      });
    },
    quit() {
      watching.abort();
      if (timer !== null) clearInterval(timer);
    },
  };

  return {
    module,
    possible: feed !== null,
    check,
    state: () => state,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    install() {
      if (state.kind === 'available') {
        void updater().downloadUpdate().catch(failed);
        return;
      }
      if (state.kind !== 'ready' || shell === null) return;
      // The modules' way out comes first.
      shell.atEnd = installAtEnd;
      app.quit();
    },
  };
}
