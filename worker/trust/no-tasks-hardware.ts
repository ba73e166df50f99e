/** The conditions about a node's card, engine version and models. Source: RELAY_PROTOCOL 4.2. */
import type { NoTaskCondition } from '../../contract/standing.ts';
import { platformOfGpuName } from '../../protocol/node/gpu-name.ts';
import { baseModelsOf, nodeFilters, parseVersion, versionServes } from '../../protocol/node/selection.ts';
import type { NodeInfo } from '../../protocol/wire/node.ts';
import type { LoadedModel } from '../../protocol/wire/public-network.ts';
import type { NoTaskFacts } from './no-task-facts.ts';
import { condition, sameCard } from './no-task-facts.ts';

/** Most names in a parameter list. */
const MAX_NAMES = 10;

export function hardwareConditions(facts: NoTaskFacts): NoTaskCondition[] {
  return [
    version(facts),
    gpuPlatform(facts),
    gpuPinned(facts),
    vram(facts),
    nodeName(facts),
    condition({
      id: 'nodeNameWhitelist',
      source: 'RELAY_PROTOCOL 4.2 node-name policy',
      verdict: 'unknown',
      code: 'notTold',
      params: facts.info === null ? {} : cardAndVersion(facts.info),
    }),
    baseModels(facts),
  ];
}

function cardAndVersion({ gpuName, gpuVramGib, version: engine }: NodeInfo) {
  return { gpuName, gpuVramGib, version: engine };
}

/** The network does not publish which versions its tasks require; what others run is the best hint. */
export function version({ info, versions }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'version', source: 'RELAY_PROTOCOL 4.2 version' } as const;
  if (info === null) return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  const own = info.version;
  if (parseVersion(own) === null) {
    return condition({ ...base, verdict: 'no', code: 'unreadable', params: { version: own }, change: 'engineUpdate' });
  }
  if (versions === null) {
    return condition({ ...base, verdict: 'unknown', code: 'notTold', params: { version: own } });
  }
  // A version that ours does not serve is either a newer one with our major version, or one with a different major
  // version.
  const unserved = versions.filter((other) => parseVersion(other) !== null && !versionServes(own, other));
  const params = { version: own, others: unserved.slice(0, MAX_NAMES) };
  if (unserved.length === 0) return condition({ ...base, verdict: 'yes', code: 'newest', params });
  return condition({ ...base, verdict: 'unknown', code: 'othersDiffer', params, change: 'engineUpdate' });
}

function gpuPlatform({ info }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'gpuPlatform', source: 'RELAY_PROTOCOL 4.2 GPU not pinned' } as const;
  if (info === null) return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  const platform = platformOfGpuName(info.gpuName);
  const params = { gpuName: info.gpuName, platform };
  if (servesLanguageTasks(info)) return condition({ ...base, verdict: 'yes', code: 'allTypes', params });
  const change = platform === null ? 'platformInName' : 'otherPlatform';
  return condition({ ...base, verdict: 'no', code: 'noLanguageTasks', params, change });
}

function servesLanguageTasks(info: NodeInfo): boolean {
  const candidate = {
    status: info.status,
    hasCurrentTask: false,
    excluded: false,
    version: info.version,
    gpuName: info.gpuName,
    gpuVramGib: info.gpuVramGib,
    onDiskModelIds: [],
    sameNamedNodes: 1,
  };
  const demand = { version: info.version, requiredGpu: '', requiredGpuVramGib: 0, minVramGib: 0, modelIds: [] };
  return nodeFilters.gpu(candidate, { ...demand, type: 'Llm' });
}

/** Pinned tasks go to exactly this name and memory; nobody publishes which names are requested. */
export function gpuPinned({ info }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'gpuPinned', source: 'RELAY_PROTOCOL 4.2 GPU pinned' } as const;
  if (info === null) return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  return condition({ ...base, verdict: 'unknown', code: 'notTold', params: cardAndVersion(info) });
}

export function vram(facts: NoTaskFacts): NoTaskCondition {
  const { info } = facts;
  const base = { id: 'vram', source: 'RELAY_PROTOCOL 4.2 GPU not pinned' } as const;
  const models = publishedModels(facts);
  if (info === null) return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  const { gpuVramGib } = info;
  if (models === null || models.length === 0) {
    return condition({ ...base, verdict: 'unknown', code: 'notTold', params: { gpuVramGib } });
  }
  const fitting = models.filter((model) => gpuVramGib >= model.minVramGib).length;
  const smallestGib = Math.min(...models.map((model) => model.minVramGib));
  const params = { gpuVramGib, fitting, models: models.length, smallestGib };
  if (fitting > 0) return condition({ ...base, verdict: 'yes', code: 'fits', params });
  return condition({ ...base, verdict: 'no', code: 'tooSmall', params, change: 'moreMemory' });
}

/** For nodes that were not queried, version and presence are unknown: they give an upper bound of the nodes that count. */
function nodeName({ info, publicNodes, versions, policy }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'nodeName', source: 'RELAY_PROTOCOL 4.2 node-name policy, 11.1 #24' } as const;
  const { minimumNodeNameNumber: minimum, known } = policy;
  if (minimum <= 1 && known) return condition({ ...base, verdict: 'yes', code: 'noMinimum', params: { minimum } });
  if (info === null || publicNodes === null)
    return condition({ ...base, verdict: 'unknown', code: 'notRead', params: { minimum } });
  const sameCardNodes = publicNodes.nodes.filter(
    (node) => node.address.toLowerCase() !== info.address.toLowerCase() && sameCard(node, info),
  );
  const others = sameCardNodes.filter(({ version }) => version === undefined || version === null || version === info.version);
  const count = others.length + 1;
  const params = { ...cardAndVersion(info), count, minimum, minimumKnown: known };
  if (count < minimum && publicNodes.complete) {
    return condition({ ...base, verdict: known ? 'no' : 'unknown', code: 'tooFew', params, change: 'moreSuchNodes' });
  }
  const allSameVersion =
    others.every(({ version }) => version === info.version) || (versions?.every((other) => other === info.version) ?? false);
  if (count >= minimum && allSameVersion && known) return condition({ ...base, verdict: 'yes', code: 'enough', params });
  return condition({ ...base, verdict: 'unknown', code: 'versionsNotTold', params });
}

function baseModels(facts: NoTaskFacts): NoTaskCondition {
  const { info } = facts;
  const base = { id: 'baseModels', source: 'RELAY_PROTOCOL 4.2 base-model gate' } as const;
  if (info === null) return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  const own = baseModelsOf(info.modelIds);
  const present = own.slice(0, MAX_NAMES);
  if (own.length === 0) return condition({ ...base, verdict: 'no', code: 'none', params: { present }, change: 'downloadModels' });
  const models = publishedModels(facts);
  if (models === null) return condition({ ...base, verdict: 'unknown', code: 'notTold', params: { present } });
  const missing = models.filter((model) => !isOwnModel(model, own)).toSorted((a, b) => b.onDiskNodes - a.onDiskNodes);
  const params = { present, missing: missing.slice(0, MAX_NAMES).map((model) => model.modelId) };
  if (missing.length === 0) return condition({ ...base, verdict: 'yes', code: 'all', params });
  return condition({ ...base, verdict: 'unknown', code: 'someMissing', params, change: 'downloadModels' });
}

export function publishedModels({ models }: NoTaskFacts): readonly LoadedModel[] | null {
  return models === null || models === 'unsupported' ? null : models;
}

/** A relay may name a model with or without its type. */
export function isOwnModel({ modelId }: LoadedModel, ownBaseModels: readonly string[]): boolean {
  const id = modelId.toLowerCase();
  return ownBaseModels.includes(id) || ownBaseModels.includes(`base:${id}`);
}
