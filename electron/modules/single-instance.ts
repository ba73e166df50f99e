import { app } from 'electron';
import { deepLinkOf, routeOf } from '../deep-link.ts';
import type { ShellModule } from '../module.ts';

/** A second start shows the window of the first, at the place its link leads to. */
export const singleInstance: ShellModule = {
  name: 'single-instance',
  init(shell) {
    if (!app.requestSingleInstanceLock()) {
      shell.isQuitting = true;
      app.exit(0);
      return;
    }
    app.on('second-instance', (_event, argv) => {
      const link = deepLinkOf(argv);
      shell.window?.show(link === null ? undefined : routeOf(link));
    });
  },
};
