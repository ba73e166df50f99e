/**
 * Which of its four worlds this program runs in. The location of this module and the runtime tell, so every process of
 * the program finds out without being told.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Paths are absolute, in the notation of the system. */
export type World =
  /** TypeScript sources of a checkout, run by Node. */
  | { readonly kind: 'sources'; readonly root: string; readonly node: string }
  /** The built `dist/` of a checkout, run by the Electron binary from npm (`app.isPackaged` is false). */
  | { readonly kind: 'sourcesInElectron'; readonly root: string }
  /**
   * An installed desktop program: this code is in `app.asar`. `resources`: the folder of the archive; `shell`: the file
   * that a user starts.
   */
  | { readonly kind: 'package'; readonly resources: string; readonly shell: string }
  /** Built JavaScript run by Node: a server, or a program that a desktop program starts outside its archive. */
  | { readonly kind: 'headless'; readonly base: string; readonly node: string };

export interface WorldFacts {
  /** Path of the AppImage that was started: its contents run from a folder that is gone afterwards. */
  readonly appImage?: string | undefined;
  readonly moduleUrl: string;
  /** Path of this process's program. */
  readonly execPath: string;
  /** Electron's version; set in its main and utility processes. */
  readonly electron: string | undefined;
  readonly platform: NodeJS.Platform;
}

export const ARCHIVE = 'app.asar';

/** The `path` module of any system, on any system. */
export function pathOf(platform: NodeJS.Platform): path.PlatformPath {
  return platform === 'win32' ? path.win32 : path.posix;
}

export function worldOf({ moduleUrl, execPath, electron, platform, appImage }: WorldFacts): World {
  const { dirname, basename } = pathOf(platform);
  const file = fileURLToPath(moduleUrl, { windows: platform === 'win32' });
  const base = dirname(dirname(file));
  if (file.endsWith('.ts')) return { kind: 'sources', root: base, node: execPath };
  const root = dirname(base);
  if (basename(root) === ARCHIVE) return { kind: 'package', resources: dirname(root), shell: appImage ?? execPath };
  return electron === undefined ? { kind: 'headless', base, node: execPath } : { kind: 'sourcesInElectron', root };
}

export const WORLD: World = worldOf({
  moduleUrl: import.meta.url,
  execPath: process.execPath,
  electron: process.versions.electron,
  platform: process.platform,
  appImage: process.env.APPIMAGE,
});
