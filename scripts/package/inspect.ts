/** Opens a built package and compares it to what it should be. */
import path from 'node:path';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { hashFile } from '../../platform/file-hash.ts';
import type { OutsideList } from '../../platform/outside.ts';
import { openArchive } from './archive.ts';
import { fits, machinesOfFile } from './binaries.ts';
import { groupsOf, type PackageInventory, packedFiles, takeInventory } from './contents.ts';
import { filesOf } from './dependencies.ts';
import type { Target } from './target.ts';

/** By Electron's name of a fuse: whether it is on in the shipped binary. */
export type Fuses = Readonly<Record<string, boolean>>;

/**
 * SECURITY.md says what each is for. `WasmTrapHandlers` is not a risk: it lets WebAssembly detect out-of-bounds access.
 */
export const WANTED_FUSES: Fuses = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
  WasmTrapHandlers: true,
};

export interface Inspection extends PackageInventory {
  readonly fuses: Fuses;
  /** Number of files with machine code; all must be for the same kind of machine, or they are listed as problems. */
  readonly binaries: number;
}

/** `folder`: of the installed program; `binary`: Electron's in it. */
export async function inspectPackage(options: {
  readonly folder: string;
  readonly binary: string;
  readonly target: Target;
}): Promise<Inspection> {
  const { folder, binary, target } = options;
  const files = await packedFiles(folder);
  const { rows, problems: unaccounted } = takeInventory(files, groupsOf(target));
  const fuses = await readFuses(path.join(folder, binary));
  const foreign: string[] = [];
  let binaries = 0;
  for (const name of await filesOf(folder)) {
    const machines = await machinesOfFile(path.join(folder, name));
    if (machines === null) continue;
    binaries++;
    if (!fits(machines, target)) foreign.push(`${name} is for ${machines.join(', ')}`);
  }
  const wrongFuses = Object.keys({ ...WANTED_FUSES, ...fuses })
    .filter((name) => WANTED_FUSES[name] !== fuses[name])
    .map((name) => `the fuse ${name} is ${fuses[name] === true ? 'on' : 'off'}`);
  return { rows, fuses, binaries, problems: [...unaccounted, ...foreign, ...wrongFuses, ...(await listProblems(folder))] };
}

export async function readFuses(binary: string): Promise<Fuses> {
  const wire = await getCurrentFuseWire(binary);
  const numbers = Object.values(FuseV1Options).filter((fuse) => typeof fuse === 'number');
  return Object.fromEntries(numbers.map((fuse) => [FuseV1Options[fuse], wire[fuse] === FuseState.ENABLE]));
}

/**
 * The archive has its own integrity check; the others are created after it, and nothing is loaded or started from them.
 */
const UNLISTED = ['app.asar', 'app-update.yml', 'package-type', 'apparmor-profile'];

/** The list inside the archive must match exactly what is outside, including hashes. */
async function listProblems(folder: string): Promise<string[]> {
  const resources = path.join(folder, 'resources');
  const { files }: OutsideList = JSON.parse(openArchive(path.join(resources, 'app.asar')).read('outside.json').toString('utf8'));
  const there = (await filesOf(resources)).filter((name) => !UNLISTED.includes(name));
  const unlisted = there.filter((name) => !(name in files)).map((name) => `resources/${name} is not in the list`);
  const gone = Object.keys(files)
    .filter((name) => !there.includes(name))
    .map((name) => `resources/${name} is listed but missing`);
  const changed: string[] = [];
  for (const [name, hash] of Object.entries(files)) {
    if (there.includes(name) && (await hashFile(path.join(resources, name))).sha256 !== hash)
      changed.push(`resources/${name} differs from the list`);
  }
  return [...unlisted, ...gone, ...changed];
}
