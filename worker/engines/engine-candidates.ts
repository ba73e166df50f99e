/** Every engine that this machine has: the one that is part of this program, and installations of the official one. */
import type { EngineCandidate } from '../../contract/engines.ts';
import { ENGINE_VERSION } from './embedded/session.ts';
import { type FindOptions, findOfficialWorkers } from './official/find.ts';
import { acceptedBy, inspectOfficialWorker } from './official/inspect.ts';

export interface CandidateOptions extends FindOptions {
  /** Installations that the host has named; shown even when they cannot be used. */
  readonly places?: readonly string[];
}

export function engineCandidates(options: CandidateOptions): EngineCandidate[] {
  const named = (options.places ?? []).map((place) => inspectOfficialWorker(place, options));
  const found = findOfficialWorkers(options).filter((one) => !named.some((other) => other.path === one.path));
  return [embedded(options), ...named, ...found];
}

function embedded({ networks = [] }: CandidateOptions): EngineCandidate {
  return {
    kind: 'embedded',
    title: 'Embedded engine',
    path: null,
    layout: null,
    version: ENGINE_VERSION,
    patches: { state: 'none', installedVersion: ENGINE_VERSION, available: null, offBecause: null },
    config: { kind: 'embedded' },
    problem: null,
    acceptedBy: acceptedBy('embedded', networks),
  };
}
