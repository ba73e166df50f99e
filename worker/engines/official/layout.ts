/** Where an installation of the official node keeps its worker program. Source: RELAY_PROTOCOL 9.1. */
import path from 'node:path';
import type { EngineCandidate } from '../../../contract/engines.ts';
import type { InstallationFiles } from './files.ts';

export const WORKER_PROGRAM = 'crynux_worker_process';

export type OfficialPlatform = 'linux' | 'darwin' | 'win32';

export interface OfficialLayout {
  readonly layout: NonNullable<EngineCandidate['layout']>;
  /** Folder in which the official node runs its worker: patches name files relative to it. */
  readonly root: string;
  /** The bundled executable, or the script. */
  readonly program: string;
  /** Folders that hold the worker's Python package; empty where it is inside the executable. */
  readonly packages: readonly string[];
  /** Where the layout belongs. */
  readonly platforms: readonly OfficialPlatform[];
}

/** What a host may point at: the installation, the app, the folder of the worker, or the program itself. */
const LEVELS_ABOVE = 4;

/** The installation that `place` is, or is part of; null = there is none. */
export function layoutAt(place: string, files: InstallationFiles): OfficialLayout | null {
  if (files.kind(place) === null) return null;
  let folder = path.resolve(place);
  for (let level = 0; level < LEVELS_ABOVE; level++) {
    const found = sourceLayout(folder, files) ?? bundleLayout(folder, files) ?? appLayout(folder, files);
    if (found !== null) return found;
    const parent = path.dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
  return null;
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
 * The folder that a program of the official worker has to run in, from its command line; null for any other program.
 * Run elsewhere, the worker would write its patches beside the files it means to change.
 */
export function officialWorkingFolder({ command, args }: { command: string; args: readonly string[] }): string | null {
  const script = args[0] ?? '';
  if (path.isAbsolute(script) && path.basename(script) === `${WORKER_PROGRAM}.py`) return path.dirname(path.dirname(script));
  if (!path.isAbsolute(command) || path.basename(command).replace(/\.exe$/i, '') !== WORKER_PROGRAM) return null;
  const folder = path.dirname(command);
  return path.basename(folder) === WORKER_PROGRAM ? path.dirname(folder) : folder;
}
