/**
 * Why a node gets no tasks: every condition of the network's selection, judged by what a node can know. The rest is
 * reported as unknown. Source: RELAY_PROTOCOL 4.2.
 */
import type { ModelChance, NoTaskCondition, NoTasks } from '../../contract/standing.ts';
import { baseModelsOf, type CandidateNode, evaluateFilters } from '../../protocol/node/selection.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import type { NodeInfo } from '../../protocol/wire/node.ts';
import type { LoadedModel } from '../../protocol/wire/public-network.ts';
import type { NoTaskFacts } from './no-task-facts.ts';
import { condition } from './no-task-facts.ts';
import { chainReachable, draw, models } from './no-tasks-chain.ts';
import { gpuPinned, hardwareConditions, isOwnModel, publishedModels, version, vram } from './no-tasks-hardware.ts';

/** The conditions in the order in which a host would check them. */
export function explainNoTasks(facts: NoTaskFacts): NoTasks {
  return {
    atMs: facts.nowMs,
    conditions: facts.mode === 'chain' ? chainConditions(facts) : relayConditions(facts),
    models: modelChances(facts),
  };
}

function relayConditions(facts: NoTaskFacts): NoTaskCondition[] {
  return [
    nodeRunning(facts),
    relayReachable(facts),
    engineReady(facts),
    member(facts),
    available(facts),
    health(facts),
    weight(facts),
    queue(facts),
    ...hardwareConditions(facts),
  ];
}

/** Contracts exclude nobody, ignore the stake, and require neither a platform nor a number of equal nodes. */
function chainConditions(facts: NoTaskFacts): NoTaskCondition[] {
  return [
    nodeRunning(facts),
    chainReachable(facts),
    engineReady(facts),
    { ...member(facts), source: 'CHAIN_PROTOCOL 3.1' },
    { ...available(facts), source: 'CHAIN_PROTOCOL 3.5 candidates' },
    draw(facts),
    { ...queue(facts), source: 'CHAIN_PROTOCOL 4.2' },
    { ...version(facts), source: 'CHAIN_PROTOCOL 3.5 version' },
    { ...gpuPinned(facts), source: 'CHAIN_PROTOCOL 3.5 candidates' },
    { ...vram(facts), source: 'CHAIN_PROTOCOL 3.5 candidates' },
    models(facts),
  ];
}

function nodeRunning({ local }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'nodeRunning', source: 'this machine' } as const;
  if (local.guards.length > 0) {
    return condition({ ...base, verdict: 'no', code: 'guarded', params: { guards: [...local.guards] }, change: 'guardEnds' });
  }
  if (local.node === 'running') return condition({ ...base, verdict: 'yes', code: 'running' });
  return condition({ ...base, verdict: 'no', code: 'notRunning', params: { state: local.node }, change: 'resume' });
}

function relayReachable({ local }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'relayReachable', source: 'this machine' } as const;
  if (local.relay === 'reachable') return condition({ ...base, verdict: 'yes', code: 'reachable' });
  if (local.relay === 'unknown') return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  return condition({ ...base, verdict: 'no', code: 'unreachable', change: 'connection' });
}

function engineReady({ local }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'engineReady', source: 'this machine' } as const;
  if (!local.engineAccepted) return condition({ ...base, verdict: 'no', code: 'notAccepted', change: 'acceptedEngine' });
  if (local.engine === 'ready') return condition({ ...base, verdict: 'yes', code: 'ready' });
  return condition({ ...base, verdict: 'no', code: 'notReady', params: { state: local.engine }, change: 'engineStarts' });
}

function member({ info }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'member', source: 'RELAY_PROTOCOL 4.10' } as const;
  if (info === null) return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  const params = { status: info.status };
  switch (info.status) {
    case 'Quit':
      return condition({ ...base, verdict: 'no', code: 'notMember', params, change: 'join' });
    case 'PendingQuit':
      return condition({ ...base, verdict: 'no', code: 'leaving', params, change: 'join' });
    case 'Paused':
    case 'PendingPause':
      return condition({ ...base, verdict: 'no', code: 'paused', params, change: 'resume' });
    default:
      return condition({ ...base, verdict: 'yes', code: 'member', params });
  }
}

function available({ info }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'available', source: 'RELAY_PROTOCOL 4.2 availability' } as const;
  if (info === null) return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  const params = { status: info.status };
  if (info.status === 'Available') return condition({ ...base, verdict: 'yes', code: 'available', params });
  if (info.status === 'Busy') return condition({ ...base, verdict: 'no', code: 'busy', params, change: 'taskEnds' });
  const change = info.status === 'Quit' ? 'join' : 'resume';
  return condition({ ...base, verdict: 'no', code: 'notAvailable', params, change });
}

function health({ qos }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'health', source: 'RELAY_PROTOCOL 4.7 exclusion' } as const;
  if (qos === null || qos.exclusion.state === 'unknown') return condition({ ...base, verdict: 'unknown', code: 'notTold' });
  const params = { health: qos.now.health?.value ?? null, endsAtMs: qos.exclusion.endsAtMs };
  if (qos.exclusion.state === 'notExcluded') return condition({ ...base, verdict: 'yes', code: 'notExcluded', params });
  return condition({ ...base, verdict: 'no', code: 'excluded', params, change: 'recovery' });
}

/** Not a filter but the odds: a node without weight is chosen only if all others have none either. */
function weight({ info, publicNodes }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'weight', source: 'RELAY_PROTOCOL 4.2 weight' } as const;
  if (info === null) return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  const params = {
    weight: info.probWeight,
    stakingScore: info.stakingScore,
    qosScore: info.qosScore,
    share: shareOf(info, publicNodes),
  };
  if (info.stakingScore === 0) return condition({ ...base, verdict: 'no', code: 'noStake', params, change: 'stake' });
  if (info.qosScore === 0) return condition({ ...base, verdict: 'no', code: 'noQuality', params, change: 'quality' });
  if (info.probWeight === 0) return condition({ ...base, verdict: 'no', code: 'noWeight', params, change: 'recovery' });
  return condition({ ...base, verdict: 'yes', code: 'weighed', params });
}

/**
 * This node's share of the total weight: how often it is picked if every node fits. Null if the others' weights are
 * unknown.
 */
function shareOf(info: NodeInfo, publicNodes: NoTaskFacts['publicNodes']): number | null {
  if (publicNodes === null || !publicNodes.complete) return null;
  let total = 0;
  for (const node of publicNodes.nodes) {
    if (node.address.toLowerCase() === info.address.toLowerCase()) continue;
    if (node.weight === null) return null;
    total += node.weight;
  }
  return total + info.probWeight === 0 ? null : info.probWeight / (total + info.probWeight);
}

function queue({ queued }: NoTaskFacts): NoTaskCondition {
  const base = { id: 'queue', source: 'RELAY_PROTOCOL 3.6 stats/queue/count' } as const;
  if (queued === null) return condition({ ...base, verdict: 'unknown', code: 'notRead' });
  if (queued > 0) return condition({ ...base, verdict: 'yes', code: 'waiting', params: { queued } });
  return condition({ ...base, verdict: 'no', code: 'empty', params: { queued }, change: 'newTasks' });
}

/** Converts a relay's kind of model; fine-tune tasks count as `sd`. */
function taskTypeOf(kind: string): TaskType {
  return kind === 'llm' ? 'Llm' : 'StableDiffusion';
}

/** The filters that depend only on the model, with the codes of the devnet's dispatcher. */
function modelChances(facts: NoTaskFacts): ModelChance[] | null {
  const { info } = facts;
  const published = publishedModels(facts);
  if (published === null || info === null) return null;
  const candidate: CandidateNode = {
    status: 'Available',
    hasCurrentTask: false,
    excluded: false,
    version: info.version,
    gpuName: info.gpuName,
    gpuVramGib: info.gpuVramGib,
    onDiskModelIds: info.modelIds,
    sameNamedNodes: 1,
  };
  return published.map((model) => ({
    modelId: model.modelId,
    kind: model.kind,
    minVramGib: model.minVramGib,
    onDiskNodes: model.onDiskNodes,
    failed: failedFilters(candidate, model),
  }));
}

function failedFilters(candidate: CandidateNode, model: LoadedModel): string[] {
  const demand = {
    type: taskTypeOf(model.kind),
    version: candidate.version,
    requiredGpu: '',
    requiredGpuVramGib: 0,
    minVramGib: model.minVramGib,
    // Named with or without its type; isOwnModel accepts both.
    modelIds: [],
  };
  const results = evaluateFilters(candidate, demand, { minimumNodeNameNumber: 0, nodeNameWhitelist: null });
  const failed: string[] = results.filter((result) => !result.passed).map((result) => result.filter);
  const own = baseModelsOf(candidate.onDiskModelIds);
  return isOwnModel(model, own) ? failed : [...failed, 'baseModels'];
}
