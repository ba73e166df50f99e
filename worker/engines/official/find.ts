/** Looks for installations of the official node where people put them. Reads a few folders, never a whole disk. */
import path from 'node:path';
import type { EngineCandidate } from '../../../contract/engines.ts';
import { systemFiles } from './files.ts';
import { type InspectOptions, inspectOfficialWorker } from './inspect.ts';
import { layoutAt } from './layout.ts';

/** Releases are unpacked under names such as `crynux-node-lithium-v3.5.0-linux-bin-x64`; the app is `Crynux Node.app`. */
const NAME = /^crynux[-_ ]?node/i;
/**
 * A repository's own build folder; also what some unpackers make of an archive: a folder inside another of the same
 * name.
 */
const INSIDE = ['.', path.join('build', 'crynux_node')];

/** Installations in a fixed order, usable ones first, each once. */
export function findOfficialWorkers(options: InspectOptions): EngineCandidate[] {
  const { system, files = systemFiles } = options;
  const roots = new Map<string, EngineCandidate>();
  for (const place of searchPlaces(options)) {
    const found = layoutAt(place, files);
    // Searching parent folders is for paths that a host has given; here it would find the same installation again.
    if (found === null || !system.files.isWithin(found.root, place) || roots.has(found.root)) continue;
    roots.set(found.root, inspectOfficialWorker(place, options));
  }
  return [...roots.values()].sort((a, b) => Number(a.problem !== null) - Number(b.problem !== null));
}

function searchPlaces({ system, files = systemFiles }: InspectOptions): string[] {
  const named = system.folders.programs.flatMap((folder) =>
    files
      .list(folder)
      .filter((name) => NAME.test(name))
      .flatMap((name) => [...INSIDE, name].map((inside) => path.join(folder, name, inside))),
  );
  return [...named, ...system.folders.officialNode];
}
