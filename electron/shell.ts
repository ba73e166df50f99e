/** Runs the modules of the shell in order, and in reverse order when quitting. */
import { app } from 'electron';
import type { Shell, ShellModule } from './module.ts';

/** How long the modules may take to shut down; after that the program ends without waiting, even for a running task. */
const QUIT_WITHIN_MS = 15 * 60_000;

export function runShell(shell: Shell, modules: readonly ShellModule[]): void {
  const loaded: ShellModule[] = [];
  let hasQuit = false;

  async function load(): Promise<void> {
    await app.whenReady();
    for (const module of modules) {
      if (shell.isQuitting) return;
      loaded.push(module);
      await module.load?.(shell);
    }
  }

  async function quitModules(): Promise<void> {
    for (const module of loaded.toReversed()) {
      try {
        await module.quit?.(shell);
      } catch (error) {
        shell.log.error({ err: error, module: module.name }, 'a part of the shell did not shut down in order');
      }
    }
  }

  // Electron asks once; quit again once everything is shut down.
  app.on('before-quit', (event) => {
    shell.isQuitting = true;
    if (hasQuit) return;
    event.preventDefault();
    const late = setTimeout(() => app.exit(1), QUIT_WITHIN_MS);
    void quitModules().finally(() => {
      hasQuit = true;
      clearTimeout(late);
      if (shell.afterQuit === null) app.quit();
      else shell.afterQuit();
    });
  });
  for (const module of modules) module.init?.(shell);
  load().catch((error: unknown) => {
    shell.log.error({ err: error }, 'the shell could not start');
    app.exit(1);
  });
}
