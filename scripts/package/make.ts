/** Makes packages of this machine's kind from a stage, with electron-builder. */
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Configuration, build as electronBuild } from 'electron-builder';
import { parse } from 'yaml';
import type { Stage } from './stage.ts';
import type { Target } from './target.ts';

export interface MakeOptions {
  readonly root: string;
  readonly stage: Stage;
  readonly target: Target;
  readonly output: string;
  /** Folder of an unpacked Electron; null = electron-builder fetches the release. */
  readonly electron: string | null;
  /** Nothing but the folder of the program, as an installation would leave it. */
  readonly folderOnly: boolean;
  /** Where updates are looked for, https; null = this package has none. */
  readonly updateUrl: string | null;
}

/** @returns the files that were made, or the folder. @throws Error as electron-builder, and for an address that is not https */
export async function makePackages(options: MakeOptions): Promise<readonly string[]> {
  const { root, stage, target, output, electron, folderOnly, updateUrl } = options;
  if (updateUrl !== null && new URL(updateUrl).protocol !== 'https:') throw new Error('updates come over https alone');
  const fixed: Configuration = parse(await readFile(path.join(root, 'electron-builder.yml'), 'utf8'));
  const { version } = JSON.parse(await readFile(path.join(root, 'node_modules', 'electron', 'package.json'), 'utf8'));
  const config: Configuration = {
    ...fixed,
    electronVersion: version,
    directories: { buildResources: path.join(root, 'build'), output },
    // electron-builder leaves out what looks like a dependency, unless a pattern asks for everything.
    extraResources: [{ from: stage.outside, to: '.', filter: ['**/*'] }],
    publish: updateUrl === null ? null : { provider: 'generic', url: updateUrl },
    ...(electron === null ? {} : { electronDist: electron }),
    // Electron's own greeting, which it falls back to where a program has no archive.
    afterPack: ({ appOutDir, packager }) =>
      rm(path.join(packager.getResourcesDir(appOutDir), 'default_app.asar'), { force: true }),
  };
  // The stage is a project of its own without dependencies, so that none are collected.
  const { build, Platform, Arch } = createRequire(import.meta.url)('electron-builder') as typeof import('electron-builder');
  const platform = { linux: Platform.LINUX, darwin: Platform.MAC, win32: Platform.WINDOWS }[target.platform];
  const targets = platform.createTarget(folderOnly ? 'dir' : null, target.arch === 'x64' ? Arch.x64 : Arch.arm64);
  return await (build as typeof electronBuild)({ projectDir: stage.app, targets, config, publish: 'never' });
}
