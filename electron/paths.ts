/** Where the parts of the built program are. Everything is relative to the root that holds package.json. */
import path from 'node:path';

export interface ShellPaths {
  readonly root: string;
  /** Settings, profiles, keystores, logs of this user. */
  readonly dataDir: string;
  readonly preload: string;
  readonly renderer: string;
  /** The worker program, run in a process of its own. */
  readonly worker: string;
  readonly devnet: string;
  readonly icon: string;
  readonly trayIcon: string;
}

export function shellPaths(root: string, dataDir: string): ShellPaths {
  return {
    root,
    dataDir,
    preload: path.join(root, 'out', 'preload', 'preload.cjs'),
    renderer: path.join(root, 'out', 'renderer'),
    worker: path.join(root, 'dist', 'worker', 'main.js'),
    devnet: path.join(root, 'dist', 'devnet', 'main.js'),
    icon: path.join(root, 'resources', 'icons', 'icon.png'),
    trayIcon: path.join(root, 'resources', 'icons', 'tray.png'),
  };
}
