/** The engines of this machine as the window shows them. */
import os from 'node:os';
import type { EngineCandidate } from '../../contract/engines.ts';
import type { EngineView } from '../../contract/host-contract.ts';
import type { NetworkPreset } from '../../contract/node-config.ts';
import { engineCandidates } from '../../worker/engines/engine-candidates.ts';
import { inspectOfficialWorker } from '../../worker/engines/official/inspect.ts';
import { bundledModelIds } from './program-parts.ts';

export interface EngineDirectory {
  list(): EngineView[];
  /** What is at a folder or program that the host names; never throws for what it finds. */
  inspect(place: string): EngineView;
}

export function createEngineDirectory(presets: () => readonly NetworkPreset[]): EngineDirectory {
  const facts = () => ({ platform: process.platform, env: process.env, home: os.homedir(), networks: presets() });
  return {
    list: () => engineCandidates(facts()).map(engineView),
    inspect: (place) => engineView(inspectOfficialWorker(place, facts())),
  };
}

function engineView({ kind, title, path, version, patches, config, problem, acceptedBy }: EngineCandidate): EngineView {
  return {
    kind,
    title,
    path,
    version,
    patches: patches.state,
    config,
    problem: problem === null ? null : { code: problem.code, message: problem.message, data: problem.data },
    acceptedBy,
    modelIds: kind === 'embedded' ? [...bundledModelIds()] : [],
  };
}
