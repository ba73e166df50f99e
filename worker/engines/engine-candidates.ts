/** Every engine on this machine: the one that is part of this program, and installations of the official one. */
import type { EngineCandidate } from '../../contract/engines.ts';
import { ENGINE_VERSION } from './embedded/session.ts';
import { findOfficialWorkers } from './official/find.ts';
import { acceptedBy, type InspectOptions, inspectOfficialWorker } from './official/inspect.ts';

export interface CandidateOptions extends InspectOptions {
  /** Installations that the host has named; listed even if they cannot be used. */
  readonly places?: readonly string[];
}

export function engineCandidates(options: CandidateOptions): EngineCandidate[] {
  const named = (options.places ?? []).map((place) => inspectOfficialWorker(place, options));
  const { files } = options.system;
  const isNamed = (one: EngineCandidate) =>
    named.some((other) => other.path !== null && one.path !== null && files.isSame(other.path, one.path));
  const found = findOfficialWorkers(options).filter((one) => !isNamed(one));
  return [embeddedCandidate(options), ...named, ...found];
}

function embeddedCandidate({ networks = [] }: CandidateOptions): EngineCandidate {
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
