/** The files that the shell shows, and the folder of its user's data. */
import path from 'node:path';
import { PROGRAMS, type Programs } from '../platform/programs.ts';

export interface ShellPaths {
  /** Settings, profiles, keystores and logs of this user. */
  readonly dataDir: string;
  readonly preload: string;
  readonly renderer: string;
  readonly icon: string;
  readonly trayIcon: string;
}

export function shellPaths(dataDir: string, { preload, window, icons }: Programs = PROGRAMS): ShellPaths {
  return {
    dataDir,
    preload,
    renderer: window,
    icon: path.join(icons, 'icon.png'),
    trayIcon: path.join(icons, 'tray.png'),
  };
}
