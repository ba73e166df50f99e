import { Menu, type MenuItemConstructorOptions } from 'electron';
import { IS_PACKAGE } from '../../platform/programs.ts';
import { SYSTEM } from '../../platform/system.ts';
import type { ShellModule } from '../module.ts';

const MAC = SYSTEM.desktop.ownMenu;

/** The menu that the platform expects; everything about nodes is in the window. */
export const menu: ShellModule = {
  name: 'menu',
  load(shell) {
    const view: MenuItemConstructorOptions[] = [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
    ];
    // Developer tools bypass the contract, so a packaged program has none.
    if (!IS_PACKAGE) view.push({ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' });
    const settings: MenuItemConstructorOptions = {
      label: 'Settings…',
      accelerator: 'CommandOrControl+,',
      click: () => shell.window?.show('/settings'),
    };
    const template: MenuItemConstructorOptions[] = [
      MAC
        ? {
            role: 'appMenu',
            submenu: [{ role: 'about' }, { type: 'separator' }, settings, { type: 'separator' }, { role: 'quit' }],
          }
        : { label: '&File', submenu: [settings, { type: 'separator' }, { role: 'quit' }] },
      { role: 'editMenu' },
      { label: '&View', submenu: view },
      { role: 'windowMenu' },
    ];
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  },
};
