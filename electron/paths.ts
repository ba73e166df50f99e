/** Where the parts of the built program are. Everything is relative to the root that holds package.json. */
import path from 'node:path';

export interface ShellPaths {
  /** Settings, profiles, keystores, logs of this user. */
  readonly dataDir: string;
  readonly preload: string;
  readonly renderer: string;
  readonly icon: string;
  readonly trayIcon: string;
}

export function shellPaths(root: string, dataDir: string): ShellPaths {
  return {
    dataDir,
    preload: path.join(root, 'out', 'preload', 'preload.cjs'),
    renderer: path.join(root, 'out', 'renderer'),
    icon: path.join(root, 'resources', 'icons', 'icon.png'),
    trayIcon: path.join(root, 'resources', 'icons', 'tray.png'),
  };
}

/** Programs that run outside of Electron cannot read its archive; they are unpacked beside it. */
export function unpacked(file: string): string {
  return file.replace(`app.asar${path.sep}`, `app.asar.unpacked${path.sep}`);
}

/** Node's own binary, shipped with the package: Electron's cannot stand in for it, its fuse is off. */
export function shippedNode(resources: string, platform: NodeJS.Platform): string {
  return path.join(resources, 'node', platform === 'win32' ? 'node.exe' : 'node');
}
