import { app, dialog } from 'electron';
import { IS_PACKAGE } from '../../platform/programs.ts';
import type { ShellModule } from '../module.ts';
import { languageOf, WORDS } from '../words.ts';

/**
 * Chromium's sandbox cannot be had everywhere: the start script of an AppImage leaves it out where the system lets nobody make
 * user namespaces, as Ubuntu does since 24.04. Without it a page that broke out of its process could read the keys of this user,
 * so that a person has to say that the program may go on.
 */
export function sandboxModule(isInstalled: boolean = IS_PACKAGE): ShellModule {
  return {
    name: 'sandbox',
    async load(shell) {
      if (!isInstalled || !sandboxIsOff(process.argv, process.env)) return;
      shell.log.warn({}, 'the window runs without a sandbox');
      const { message, detail, goOn, quit } = WORDS[languageOf(null, app.getLocale())].noSandbox;
      const { response } = await dialog.showMessageBox({
        type: 'warning',
        message,
        detail,
        buttons: [quit, goOn],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      });
      if (response === 1) return;
      shell.leaving = true;
      app.exit(1);
    },
  };
}

/** By what Chromium and Electron look at. */
export function sandboxIsOff(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): boolean {
  return argv.includes('--no-sandbox') || (env.ELECTRON_DISABLE_SANDBOX ?? '') !== '';
}
