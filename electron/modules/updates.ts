/** Connects the window's update state and commands to the library's own classes. */
import { app } from 'electron';
import electronUpdater, { type AppUpdater } from 'electron-updater';
import type { UpdateState } from '../../contract/host-contract.ts';
import { serialiseError } from '../../protocol/errors.ts';
import { ShellError } from '../errors.ts';
import type { Shell, ShellModule } from '../module.ts';
import type { UpdateFeed } from '../updates/feed.ts';
import { SignedProvider } from '../updates/signed-provider.ts';

/** The host's contract reaches the updater through this: states are pushed, commands are pulled. */
export interface Updates {
  readonly module: ShellModule;
  /** False if the package was made without a feed, or the program runs from source. */
  readonly possible: boolean;
  state(): UpdateState;
  onState(listener: (state: UpdateState) => void): () => void;
  check(): Promise<void>;
  /**
   * Downloads an available update, or installs a downloaded one: nodes end after their tasks, then the update is
   * installed and started.
   */
  install(): void;
}

export interface UpdatesOptions {
  readonly nowMs: () => number;
  readonly feed: UpdateFeed | null;
  /**
   * Default: the updater for this system. Its getter inspects the machine's packages, so it is not used without a feed.
   */
  readonly updater?: () => AppUpdater;
}

const CHECK_EVERY_MS = 6 * 60 * 60_000;

/** Asks before downloading, waits for running tasks, and can be switched off. */
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

  /** If it was switched off in the meantime, ignore what the library reports. */
  function report(next: UpdateState): void {
    if (state.kind !== 'off') set(next);
  }

  function reportFailure(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const coded = error instanceof ShellError ? error : new ShellError('SHELL_UPDATE_FAILED', message);
    report({ kind: 'failed', error: { ...serialiseError(coded), data: {} } });
  }

  /** Everything is shut down. If the update cannot be installed, the old version restarts with its nodes. */
  function installAtEnd(): void {
    const restartOldVersion = (error: unknown): void => {
      shell?.log.error({ err: error }, 'the update was not installed');
      app.relaunch();
      app.quit();
    };
    const library = updater();
    library.once('error', restartOldVersion);
    // Silently, and restarts afterwards, on every system.
    library.quitAndInstall(true, true);
  }

  async function check(): Promise<void> {
    if (state.kind === 'off') return;
    try {
      await updater().checkForUpdates();
    } catch (error) {
      reportFailure(error);
    }
  }

  function setEnabled(on: boolean): void {
    if (on === (state.kind !== 'off')) return;
    if (timer !== null) clearInterval(timer);
    timer = null;
    set(on ? { kind: 'current', checkedMs: null } : { kind: 'off' });
    if (!on) return;
    timer = setInterval(() => void check(), CHECK_EVERY_MS);
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
      // No second file to download and trust.
      library.disableWebInstaller = true;
      library.setFeedURL(Object.assign({ provider: 'custom' as const, updateProvider: SignedProvider }, { feed }));
      library.on('update-available', ({ version }) => report({ kind: 'available', version }));
      library.on('update-not-available', () => report({ kind: 'current', checkedMs: nowMs() }));
      library.on('download-progress', ({ percent }) => {
        if (state.kind === 'available' || state.kind === 'downloading') {
          set({ kind: 'downloading', version: state.version, percent });
        }
      });
      library.on('update-downloaded', ({ version }) => report({ kind: 'ready', version }));
      library.on('error', reportFailure);
      const { client } = given.host;
      void (async () => {
        for await (const settings of await client.settings.watch({}, { signal: watching.signal }))
          setEnabled(settings.updates === 'ask');
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
        void updater().downloadUpdate().catch(reportFailure);
        return;
      }
      if (state.kind !== 'ready' || shell === null) return;
      // The modules shut down first.
      shell.afterQuit = installAtEnd;
      app.quit();
    },
  };
}
