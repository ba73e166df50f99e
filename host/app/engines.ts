/** The engines of this machine, as the window shows them. */

import type { EngineCandidate } from '../../contract/engines.ts';
import type { EngineView } from '../../contract/host-contract.ts';
import type { NetworkPreset } from '../../contract/node-config.ts';
import { SYSTEM } from '../../platform/system.ts';
import { engineCandidates } from '../../worker/engines/engine-candidates.ts';
import { inspectOfficialWorker } from '../../worker/engines/official/inspect.ts';
import { bundledModelIds } from './bundled-models.ts';
import { createPatchList, type PatchList } from './patch-list.ts';

export interface EngineDirectory {
  list(): Promise<EngineView[]>;
  /** Inspects a folder or program that the host names. Never rejects because of what it finds. */
  inspect(place: string): Promise<EngineView>;
  /** The same for a place chosen by a person; it stays in the list until the program ends. */
  keep(place: string): Promise<EngineView>;
}

export function createEngineDirectory(
  presets: () => readonly NetworkPreset[],
  patchList: PatchList = createPatchList(),
): EngineDirectory {
  const facts = (patchList?: string) => ({
    ...{ system: SYSTEM, networks: presets() },
    ...(patchList === undefined ? {} : { patchList }),
  });
  const offered = async (found: readonly EngineCandidate[]) => (found.some(takesPatches) ? await patchList() : undefined);
  const kept = new Set<string>();
  const inspect = async (place: string) => {
    const list = await offered([inspectOfficialWorker(place, facts())]);
    return engineView(inspectOfficialWorker(place, facts(list)));
  };
  return {
    inspect,
    async list() {
      const found = engineCandidates(facts(await offered(engineCandidates(facts())))).map(engineView);
      const chosen = await Promise.all([...kept].map(inspect));
      return [...found, ...chosen.filter((view) => !found.some(({ path }) => path === view.path))];
    },
    keep(place) {
      kept.add(place);
      return inspect(place);
    },
  };
}

/** An official worker checks its patch source itself; without a patch URL there is nothing to ask. */
function takesPatches({ config }: EngineCandidate): boolean {
  return config?.kind === 'official' && config.patchUrl !== '';
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
