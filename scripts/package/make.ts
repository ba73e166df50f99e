/** Makes packages for this kind of machine from a stage, with electron-builder. */
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Configuration, build as electronBuild } from 'electron-builder';
import { parse } from 'yaml';
import type { UpdateFeed } from '../../electron/updates/feed.ts';
import type { Stage } from './stage.ts';
import type { Target } from './target.ts';

export interface MakeOptions {
  readonly root: string;
  readonly stage: Stage;
  readonly target: Target;
  readonly output: string;
  /** Folder of an unpacked Electron; null = electron-builder downloads the release. */
  readonly electron: string | null;
  /**
   * electron-builder's names; `dir`: the program's folder, as an installation would leave it. Null = all kinds for this
   * system.
   */
  readonly kinds: readonly string[] | null;
  /** Null = no channel file is made. */
  readonly feed: UpdateFeed | null;
}

/** fpm runs in another folder. */
function withFiles({ deb, rpm }: Configuration, root: string): Pick<Configuration, 'deb' | 'rpm'> {
  const inFull = (files: readonly string[] | null | undefined) => (files ?? []).map((file) => path.join(root, file));
  return { deb: { ...deb, fpm: inFull(deb?.fpm) }, rpm: { ...rpm, fpm: inFull(rpm?.fpm) } };
}

/** @returns the created files, or the folder. @throws Error like electron-builder */
export async function makePackages(options: MakeOptions): Promise<readonly string[]> {
  const { root, stage, target, output, electron, kinds, feed } = options;
  const fixed: Configuration = parse(await readFile(path.join(root, 'electron-builder.yml'), 'utf8'));
  const { version } = JSON.parse(await readFile(path.join(root, 'node_modules', 'electron', 'package.json'), 'utf8'));
  const at = (file: string | null | undefined) => (file == null ? null : path.join(root, file));
  const config: Configuration = {
    ...fixed,
    // The project is the stage, so paths from our root have to be absolute.
    win: { ...fixed.win, icon: at(fixed.win?.icon as string) },
    linux: { ...fixed.linux, ...(fixed.linux?.icon == null ? {} : { icon: path.join(root, fixed.linux.icon) }) },
    mac: {
      ...fixed.mac,
      icon: at(fixed.mac?.icon as string),
      entitlements: at(fixed.mac?.entitlements),
      entitlementsInherit: at(fixed.mac?.entitlementsInherit),
    },
    ...withFiles(fixed, root),
    electronVersion: version,
    directories: { buildResources: path.join(root, 'build'), output },
    // electron-builder leaves out what looks like a dependency, unless a pattern asks for everything.
    extraResources: [{ from: stage.outside, to: '.', filter: ['**/*'] }],
    publish: feed === null ? null : { provider: 'generic', url: feed.url, channel: feed.channel },
    ...(electron === null ? {} : { electronDist: electron }),
    // Electron's default app, which it falls back to if a program has no archive.
    afterPack: ({ appOutDir, packager }) =>
      rm(path.join(packager.getResourcesDir(appOutDir), 'default_app.asar'), { force: true }),
  };
  // The stage is a project of its own without dependencies, so that none are collected.
  const { build, Platform, Arch } = createRequire(import.meta.url)('electron-builder') as typeof import('electron-builder');
  const platform = { linux: Platform.LINUX, darwin: Platform.MAC, win32: Platform.WINDOWS }[target.platform];
  const targets = platform.createTarget(kinds === null ? null : [...kinds], target.arch === 'x64' ? Arch.x64 : Arch.arm64);
  return await (build as typeof electronBuild)({ projectDir: stage.app, targets, config, publish: 'never' });
}
