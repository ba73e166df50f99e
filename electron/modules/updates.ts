import { app } from 'electron';
import electronUpdater from 'electron-updater';
import type { UpdateState } from '../../contract/host-contract.ts';
import { IS_PACKAGE } from '../../platform/programs.ts';
import { serialiseError } from '../../protocol/errors.ts';
import { ShellError } from '../errors.ts';
import type { ShellModule } from '../module.ts';

/** How the host's contract reaches the updater; states are pushed, orders are pulled. */
export interface Updates {
  readonly module: ShellModule;
  state(): UpdateState;
  onState(listener: (state: UpdateState) => void): () => void;
  check(): Promise<void>;
  /** Quits the program, which stops the nodes after their tasks, and installs on the way out. */
  install(): void;
}

const EVERY_MS = 6 * 60 * 60_000;

/** Asks before it loads, waits for the running tasks, and can be switched off. Never in a program run from source. */
export function createUpdates(nowMs: () => number): Updates {
  // Its getter looks at the machine's packages; a program run from source does not even ask.
  const updater = () => electronUpdater.autoUpdater;
  const listeners = new Set<(state: UpdateState) => void>();
  const watching = new AbortController();
  let state: UpdateState = { kind: 'off' };
  let timer: NodeJS.Timeout | null = null;

  function set(next: UpdateState): void {
    state = next;
    for (const listener of listeners) listener(next);
  }

  function failed(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    set({ kind: 'failed', error: { ...serialiseError(new ShellError('SHELL_UPDATE_FAILED', message)), data: {} } });
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
    load(shell) {
      if (!IS_PACKAGE || shell.host === null) return;
      const autoUpdater = updater();
      autoUpdater.autoDownload = false;
      autoUpdater.autoInstallOnAppQuit = false;
      autoUpdater.on('update-available', ({ version }) => set({ kind: 'available', version }));
      autoUpdater.on('update-not-available', () => set({ kind: 'current', checkedMs: nowMs() }));
      autoUpdater.on('download-progress', ({ percent }) => {
        if (state.kind === 'available' || state.kind === 'downloading') {
          set({ kind: 'downloading', version: state.version, percent });
        }
      });
      autoUpdater.on('update-downloaded', ({ version }) => set({ kind: 'ready', version }));
      autoUpdater.on('error', failed);
      const { client } = shell.host;
      void (async () => {
        for await (const settings of await client.settings.watch({}, { signal: watching.signal }))
          turn(settings.updates === 'ask');
      })().catch((error: unknown) => {
        if (!watching.signal.aborted) shell.log.warn({ err: error }, 'updates no longer follow the settings');
      });
    },
    quit() {
      watching.abort();
      if (timer !== null) clearInterval(timer);
    },
  };

  return {
    module,
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
      if (state.kind !== 'ready') return;
      // Quitting runs the modules' way out first: nodes end after their tasks.
      updater().autoInstallOnAppQuit = true;
      app.quit();
    },
  };
}
