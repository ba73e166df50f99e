import { app } from 'electron';
import { IS_PACKAGE } from '../../platform/programs.ts';
import { DEEP_LINK_SCHEME, deepLinkOf, parseDeepLink, routeOf } from '../deep-link.ts';
import type { ShellModule } from '../module.ts';

export const deepLinks: ShellModule = {
  name: 'deep-links',
  init(shell) {
    if (IS_PACKAGE) app.setAsDefaultProtocolClient(DEEP_LINK_SCHEME);
    app.on('open-url', (event, url) => {
      event.preventDefault();
      const link = parseDeepLink(url);
      if (link !== null) shell.window?.show(routeOf(link));
    });
  },
  load(shell) {
    const link = deepLinkOf(process.argv);
    if (link !== null) shell.window?.show(routeOf(link));
  },
};
