/** Where an installation of the official node has its worker program. Source: RELAY_PROTOCOL 9.1. */

import path from 'node:path';
import type { EngineCandidate } from '../../../contract/engines.ts';
import type { SystemName } from '../../../platform/machine.ts';
import type { InstallationFiles } from './files.ts';

const WORKER_PROGRAM = 'crynux_worker_process';

export interface OfficialLayout {
  readonly layout: NonNullable<EngineCandidate['layout']>;
  /** Folder in which the official node runs its worker: patches name files relative to it. */
  readonly root: string;
  /** The bundled executable, or the script. */
  readonly program: string;
  /** Folders with the worker's Python package; empty if it is inside the executable. */
  readonly packages: readonly string[];
  /** The systems for which the layout exists. */
  readonly platforms: readonly SystemName[];
}

/** What a host may name: the installation, the app, the folder of the worker, or the program itself. */
const LEVELS_ABOVE = 4;

/** What unpackers put around an installation: a folder named like the archive, with the release's own folder inside. */
const LEVELS_BELOW = 2;
/** A folder with more entries is not just a wrapper, and is not searched. */
const MAX_ENTRIES = 200;

/** The installation that `place` is, belongs to, or contains; null = there is none, or more than one inside. */
export function layoutAt(place: string, files: InstallationFiles): OfficialLayout | null {
  if (files.kind(place) === null) return null;
  let folder = path.resolve(place);
  for (let level = 0; level < LEVELS_ABOVE; level++) {
    const found = layoutIn(folder, files);
    if (found !== null) return found;
    const parent = path.dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  const inside = layoutsBelow(path.resolve(place), files, LEVELS_BELOW);
  return inside.length === 1 ? (inside[0] ?? null) : null;
}

function layoutIn(folder: string, files: InstallationFiles): OfficialLayout | null {
  return sourceLayout(folder, files) ?? bundleLayout(folder, files) ?? appLayout(folder, files);
}

function layoutsBelow(folder: string, files: InstallationFiles, levels: number): OfficialLayout[] {
  const names = files.list(folder).filter((name) => !name.startsWith('.') && name !== '__MACOSX');
  if (names.length > MAX_ENTRIES) return [];
  return names.flatMap((name) => {
    const inner = path.join(folder, name);
    if (files.kind(inner) !== 'folder') return [];
    const found = layoutIn(inner, files);
    if (found !== null) return [found];
    return levels > 1 ? layoutsBelow(inner, files, levels - 1) : [];
  });
}

/**
 * Where the official node of an installation stores the host's settings. Its data folder is `data` next to a release's
 * program, the folder itself if it runs from source (also in the container), and among the user's settings on macOS.
 */
export function officialSettingsFile({ layout, root }: Pick<OfficialLayout, 'layout' | 'root'>, settings: string): string {
  switch (layout) {
    case 'source':
      return path.join(root, 'config', '.env');
    case 'bundle':
      return path.join(root, 'data', 'config', '.env');
    case 'app':
      return path.join(settings, 'crynux.io', 'Crynux Node', 'config', '.env');
  }
}

function sourceLayout(root: string, files: InstallationFiles): OfficialLayout | null {
  const program = path.join(root, 'worker', `${WORKER_PROGRAM}.py`);
  if (files.kind(program) !== 'file') return null;
  const venv = path.join(root, 'worker', 'venv');
  const pythons = files.list(path.join(venv, 'lib')).filter((name) => name.startsWith('python'));
  const packages = [...pythons.map((name) => path.join(venv, 'lib', name)), path.join(venv, 'Lib')]
    .map((folder) => path.join(folder, 'site-packages'))
    .filter((folder) => files.kind(folder) === 'folder');
  return { layout: 'source', root, program, packages, platforms: ['linux', 'darwin', 'win32'] };
}

function bundleLayout(root: string, files: InstallationFiles): OfficialLayout | null {
  const folder = path.join(root, WORKER_PROGRAM);
  const packages = [path.join(folder, '_internal')].filter((one) => files.kind(one) === 'folder');
  for (const [file, platform] of [
    [`${WORKER_PROGRAM}.exe`, 'win32'],
    [WORKER_PROGRAM, 'linux'],
  ] as const) {
    const program = path.join(folder, file);
    if (files.kind(program) === 'file') return { layout: 'bundle', root, program, packages, platforms: [platform] };
  }
  return null;
}

function appLayout(app: string, files: InstallationFiles): OfficialLayout | null {
  const root = path.join(app, 'Contents', 'Resources');
  const program = path.join(root, WORKER_PROGRAM);
  return files.kind(program) === 'file' ? { layout: 'app', root, program, packages: [], platforms: ['darwin'] } : null;
}

/**
 * The folder that a program of the official worker must run in, from its command line; null for any other program. In a
 * different folder, the worker would write its patches beside the files it means to change.
 */
export function officialWorkingFolder({ command, args }: { command: string; args: readonly string[] }): string | null {
  const script = args[0] ?? '';
  if (path.isAbsolute(script) && path.basename(script) === `${WORKER_PROGRAM}.py`) return path.dirname(path.dirname(script));
  if (!path.isAbsolute(command) || path.basename(command).replace(/\.exe$/i, '') !== WORKER_PROGRAM) return null;
  const folder = path.dirname(command);
  return path.basename(folder) === WORKER_PROGRAM ? path.dirname(folder) : folder;
}
