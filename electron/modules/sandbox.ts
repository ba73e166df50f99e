import { app, dialog } from 'electron';
import { IS_PACKAGE } from '../../platform/programs.ts';
import type { ShellModule } from '../module.ts';
import { languageOf, SHELL_TEXTS } from '../texts.ts';

/**
 * Chromium's sandbox is not available everywhere: an AppImage's start script turns it off on systems that do not allow
 * unprivileged user namespaces, such as Ubuntu since 24.04. Without it, a page that broke out of its process could read
 * this user's keys, so a person has to agree before the program continues.
 */
export function sandboxModule(isInstalled: boolean = IS_PACKAGE): ShellModule {
  return {
    name: 'sandbox',
    async load(shell) {
      if (!isInstalled || !sandboxIsOff(process.argv, process.env)) return;
      shell.log.warn({}, 'the window runs without a sandbox');
      const { message, detail, continueAnyway, quit } = SHELL_TEXTS[languageOf(null, app.getLocale())].noSandbox;
      const { response } = await dialog.showMessageBox({
        type: 'warning',
        message,
        detail,
        buttons: [quit, continueAnyway],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      });
      if (response === 1) return;
      shell.isQuitting = true;
      app.exit(1);
    },
  };
}

/** Checks what Chromium and Electron check. */
export function sandboxIsOff(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): boolean {
  return argv.includes('--no-sandbox') || (env.ELECTRON_DISABLE_SANDBOX ?? '') !== '';
}
