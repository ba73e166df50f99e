/** Runs the modules of the shell in order, and in reverse order when quitting. */
import { app } from 'electron';
import type { Shell, ShellModule } from './module.ts';

/** How long the modules may take to shut down; after that the program ends without waiting, even for a running task. */
const LEAVE_WITHIN_MS = 15 * 60_000;

export function runShell(shell: Shell, modules: readonly ShellModule[]): void {
  const loaded: ShellModule[] = [];
  let left = false;

  async function load(): Promise<void> {
    await app.whenReady();
    for (const module of modules) {
      if (shell.leaving) return;
      loaded.push(module);
      await module.load?.(shell);
    }
  }

  async function leave(): Promise<void> {
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
    shell.leaving = true;
    if (left) return;
    event.preventDefault();
    const late = setTimeout(() => app.exit(1), LEAVE_WITHIN_MS);
    void leave().finally(() => {
      left = true;
      clearTimeout(late);
      if (shell.atEnd === null) app.quit();
      else shell.atEnd();
    });
  });
  for (const module of modules) module.init?.(shell);
  load().catch((error: unknown) => {
    shell.log.error({ err: error }, 'the shell could not start');
    app.exit(1);
  });
}
