/** Looks for installations of the official node where people put them. Reads a few folders, never a whole disk. */
import path from 'node:path';
import type { EngineCandidate } from '../../../contract/engines.ts';
import { systemFiles } from './files.ts';
import { type InspectOptions, inspectOfficialWorker } from './inspect.ts';
import { layoutAt } from './layout.ts';

export interface FindOptions extends InspectOptions {
  /** The user's folder. */
  readonly home: string;
}

/** Releases are unpacked under names such as `crynux-node-lithium-v3.5.0-linux-bin-x64`; the app is `Crynux Node.app`. */
const NAME = /^crynux[-_ ]?node/i;
/** A repository's own build folder, and what some unpackers make of an archive: a folder of one name in the other. */
const INSIDE = ['.', path.join('build', 'crynux_node')];

/** Installations in a fixed order, usable ones first, each once. */
export function findOfficialWorkers(options: FindOptions): EngineCandidate[] {
  const { files = systemFiles } = options;
  const roots = new Map<string, EngineCandidate>();
  for (const place of places(options)) {
    const found = layoutAt(place, files);
    // Looking upwards is for what a host points at; here it would find the same installation again.
    if (found === null || !found.root.startsWith(path.resolve(place)) || roots.has(found.root)) continue;
    roots.set(found.root, inspectOfficialWorker(place, options));
  }
  return [...roots.values()].sort((a, b) => Number(a.problem !== null) - Number(b.problem !== null));
}

function places(options: FindOptions): string[] {
  const { files = systemFiles } = options;
  const named = folders(options).flatMap((folder) =>
    files
      .list(folder)
      .filter((name) => NAME.test(name))
      .flatMap((name) => [...INSIDE, name].map((inside) => path.join(folder, name, inside))),
  );
  return [...named, ...wellKnown(options)];
}

function folders({ platform, env, home }: FindOptions): string[] {
  const own = [home, ...['Downloads', 'Desktop', 'Documents'].map((name) => path.join(home, name))];
  switch (platform) {
    case 'win32': {
      const programs = [env.LOCALAPPDATA && path.join(env.LOCALAPPDATA, 'Programs'), env.ProgramFiles, env.SystemDrive];
      return [...programs.flatMap((folder) => (folder ? [folder.endsWith(':') ? `${folder}\\` : folder] : [])), ...own];
    }
    case 'darwin':
      return ['/Applications', path.join(home, 'Applications'), ...own];
    default:
      return ['/opt', '/usr/local', '/srv', ...own];
  }
}

/** The container image of the official node. */
function wellKnown({ platform }: FindOptions): string[] {
  return platform === 'linux' ? ['/app'] : [];
}
