/** Lays out the contents of a package: `app/` becomes the archive, `outside/` is placed next to it as plain files. */
import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { UpdateFeed } from '../../electron/updates/feed.ts';
import { hashFile } from '../../platform/file-hash.ts';
import type { OutsideList } from '../../platform/outside.ts';
import { SYSTEM } from '../../platform/system.ts';
import { backendList } from './backend-list.ts';
import { componentsOf } from './components.ts';
import { copyPackages, filesOf, readLock } from './dependencies.ts';
import { noticesOf } from './notices.ts';
import { sbomOf } from './sbom.ts';
import { nativePackages, type Target } from './target.ts';

export interface Stage {
  readonly app: string;
  readonly outside: string;
}

/** The registry that this machine's npm uses; a release is built where that is the public one. */
function npmRegistry(): string {
  const said = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', shell: SYSTEM.name === 'win32' }).trim();
  return said.endsWith('/') ? said : `${said}/`;
}

/** From the existing `dist/` and `out/`; `npm run build` creates them. */
export async function makeStage(options: {
  readonly root: string;
  readonly target: Target;
  readonly folder: string;
  /** Null = the program will not update itself. */
  readonly feed: UpdateFeed | null;
  /** Signs files with machine code before their hashes are listed, because a Mac's signature is part of the file. */
  readonly signBinaries?: ((folder: string) => Promise<void>) | undefined;
}): Promise<Stage> {
  const { root, target, folder, feed, signBinaries } = options;
  const at = (...parts: string[]) => path.join(root, ...parts);
  const app = path.join(folder, 'app');
  const outside = path.join(folder, 'outside');
  const program = path.join(outside, 'program');
  await rm(folder, { recursive: true, force: true });
  await mkdir(outside, { recursive: true });

  const manifest = await shippedManifest(root, feed);
  await cp(at('dist'), path.join(app, 'dist'), { recursive: true });
  await writeFile(path.join(app, 'dist', 'package.json'), manifest);
  const packages = await backendList({ root, lock: await readLock(root), target, registry: npmRegistry() });
  await writeFile(path.join(app, 'dist', 'resources', 'gpu-backends.json'), JSON.stringify({ packages }));
  await cp(path.join(app, 'dist'), path.join(program, 'dist'), { recursive: true });
  // The shell only runs in Electron.
  await rm(path.join(program, 'dist', 'electron'), { recursive: true });
  for (const into of [app, program]) await cp(at('out', 'renderer'), path.join(into, 'out', 'renderer'), { recursive: true });
  await cp(at('out', 'preload'), path.join(app, 'out', 'preload'), { recursive: true });
  await writeFile(path.join(app, 'package.json'), manifest);
  await cp(at('LICENSE'), path.join(app, 'LICENSE'));

  await copyPackages({ root, lock: await readLock(root), target, into: program });
  const node = nativePackages(target).node;
  await mkdir(path.join(outside, 'node'));
  await cp(at('node_modules', 'node', 'bin', node), path.join(outside, 'node', node), { dereference: true });
  await writeLauncher(outside, target);
  await writeNotices(root, outside, target);
  await signBinaries?.(outside);
  await writeFile(path.join(app, 'outside.json'), JSON.stringify(await listOf(outside)));
  return { app, outside };
}

/** What the program needs to know about itself, but nothing about how it is built. */
async function shippedManifest(root: string, updates: UpdateFeed | null): Promise<string> {
  const { name, productName, desktopName, version, description, license, homepage, author, main } = JSON.parse(
    await readFile(path.join(root, 'package.json'), 'utf8'),
  );
  return `${JSON.stringify({ name, productName, desktopName, version, description, license, homepage, author, type: 'module', main, updates }, null, 2)}\n`;
}

/** `crynux-node` of an installed program: runs on Node, outside the archive. */
async function writeLauncher(outside: string, { platform }: Target): Promise<void> {
  const folder = path.join(outside, 'bin');
  await mkdir(folder);
  if (platform === 'win32') {
    const text =
      '@"%~dp0..\\node\\node.exe" --disable-warning=ExperimentalWarning "%~dp0..\\program\\dist\\headless\\main.js" %*\r\n';
    await writeFile(path.join(folder, 'crynux-node.cmd'), text);
    return;
  }
  const file = path.join(folder, 'crynux-node');
  const text = `#!/bin/sh
# Follows links: the package puts one on the PATH.
here=$(dirname "$(readlink -f "$0")")
exec "$here/../node/node" --disable-warning=ExperimentalWarning "$here/../program/dist/headless/main.js" "$@"
`;
  await writeFile(file, text);
  await chmod(file, 0o755);
}

/** Lists the contents of the package, for people and for programs. */
async function writeNotices(root: string, outside: string, target: Target): Promise<void> {
  const folder = path.join(outside, 'licenses');
  await mkdir(folder);
  const components = componentsOf({ root, lock: await readLock(root), target });
  const { name, version, license } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  await writeFile(path.join(folder, 'THIRD-PARTY-NOTICES.txt'), noticesOf(components, root));
  await writeFile(path.join(folder, SBOM_FILE), sbomOf({ components, program: { name, version, license }, target }));
}

export const SBOM_FILE = 'sbom.cdx.json';

async function listOf(outside: string): Promise<OutsideList> {
  const files: Record<string, string> = {};
  for (const file of await filesOf(outside)) files[file] = (await hashFile(path.join(outside, file))).sha256;
  return { files };
}
