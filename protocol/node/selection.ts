/** Which node gets a task: hard filters, weight, weighted pick. Source: RELAY_PROTOCOL 4.2. */
import { isBaseModelId, normaliseModelIdRelay } from '../models/model-id.ts';
import type { TaskType } from '../tasks/status.ts';
import { collapseWhitespace, platformOfGpuName } from './gpu-name.ts';
import type { NodeStatus } from './status.ts';

/** A node as the dispatcher sees it. VRAM in GiB. */
export interface CandidateNode {
  readonly status: NodeStatus;
  readonly hasCurrentTask: boolean;
  /** Excluded for bad health (`isExcluded`). */
  readonly excluded: boolean;
  readonly version: string;
  readonly gpuName: string;
  readonly gpuVramGib: number;
  readonly onDiskModelIds: readonly string[];
  /** Active nodes (not Quit, not Paused) with the same GPU name, VRAM and version, this one included. */
  readonly sameNamedNodes: number;
}

/** A task's requirements. Its fields are those of a `RemoteTask`. */
export interface TaskDemand {
  readonly type: TaskType;
  readonly version: string;
  readonly requiredGpu: string;
  readonly requiredGpuVramGib: number;
  readonly minVramGib: number;
  readonly modelIds: readonly string[];
}

interface NamedHardware {
  readonly gpuName: string;
  readonly gpuVramGib: number;
  readonly version: string;
}

export interface DispatchPolicy {
  /** The real relay's default is 10; a devnet's 0. */
  readonly minimumNodeNameNumber: number;
  /** Null: every name is allowed. */
  readonly nodeNameWhitelist: readonly NamedHardware[] | null;
}

export const REAL_RELAY_POLICY: DispatchPolicy = { minimumNodeNameNumber: 10, nodeNameWhitelist: null };

/** Bonus factor for base models that the node has in use. */
const IN_USE_BONUS = 0.3;

export type NodeFilter = (node: CandidateNode, task: TaskDemand, policy: DispatchPolicy) => boolean;

/** Every hard filter by name; a node must pass them all. */
export const nodeFilters = {
  available: (node) => node.status === 'Available' && !node.hasCurrentTask,
  health: (node) => !node.excluded,
  version: (node, task) => versionServes(node.version, task.version),
  gpu: (node, task) =>
    task.requiredGpu === '' ? platformServes(node.gpuName, task.type) : collapseWhitespace(task.requiredGpu) === node.gpuName,
  vram: (node, task) =>
    task.requiredGpu === '' ? node.gpuVramGib >= task.minVramGib : node.gpuVramGib === task.requiredGpuVramGib,
  nodeName: (node, _task, policy) =>
    node.sameNamedNodes >= policy.minimumNodeNameNumber &&
    (policy.nodeNameWhitelist === null || policy.nodeNameWhitelist.some((listed) => matchesHardware(listed, node))),
  baseModels: (node, task) => {
    const onDisk = new Set(node.onDiskModelIds.map(normaliseModelIdRelay));
    return baseModelsOf(task.modelIds).every((id) => onDisk.has(id));
  },
} as const satisfies Record<string, NodeFilter>;

export type NodeFilterName = keyof typeof nodeFilters;

export interface FilterResult {
  readonly filter: NodeFilterName;
  readonly passed: boolean;
}

/** The result of every filter: the dispatcher needs all to pass, a host wants to know which one did not. */
export function evaluateFilters(node: CandidateNode, task: TaskDemand, policy: DispatchPolicy): readonly FilterResult[] {
  return Object.entries(nodeFilters).map(([filter, passes]) => ({
    filter: filter as NodeFilterName,
    passed: passes(node, task, policy),
  }));
}

/** Distinct base model ids of a task, as the relay stores them. */
export function baseModelsOf(modelIds: readonly string[]): readonly string[] {
  return [...new Set(modelIds.filter(isBaseModelId).map(normaliseModelIdRelay))];
}

/** Three whole numbers, or null. */
export function parseVersion(text: string): readonly [number, number, number] | null {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(text);
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** Same major, and (minor, patch) at least the task's. */
export function versionServes(nodeVersion: string, taskVersion: string): boolean {
  const node = parseVersion(nodeVersion);
  const task = parseVersion(taskVersion);
  if (node === null || task === null || node[0] !== task[0]) return false;
  return node[1] === task[1] ? node[2] >= task[2] : node[1] > task[1];
}

/** LLM tasks without a pinned GPU never go to Macs or to names without a platform. */
function platformServes(gpuName: string, type: TaskType): boolean {
  const platform = platformOfGpuName(gpuName);
  return type !== 'Llm' || (platform !== null && platform !== 'Darwin');
}

function matchesHardware(listed: NamedHardware, node: CandidateNode): boolean {
  return listed.gpuName === node.gpuName && listed.gpuVramGib === node.gpuVramGib && listed.version === node.version;
}

/**
 * 0–1. `maxStakeWei` is the highest score stake of all known nodes, or the network's minimum stake when that
 * is zero. Score stake = operator stake + delegations + locked vesting + relay balance.
 */
export function stakingScore(scoreStakeWei: bigint, maxStakeWei: bigint): number {
  return maxStakeWei <= 0n ? 0 : Math.sqrt(Number(scoreStakeWei) / Number(maxStakeWei));
}

/** Harmonic combination of staking score and combined QoS, raised by up to 30 % for base models in use. */
export function selectionWeight(node: {
  readonly staking: number;
  readonly qos: number;
  readonly inUseBaseModels: readonly string[];
  readonly taskBaseModels: readonly string[];
}): number {
  const { staking, qos } = node;
  if (staking === 0 || qos === 0) return 0;
  const wanted = baseModelsOf(node.taskBaseModels);
  const inUse = new Set(node.inUseBaseModels.map(normaliseModelIdRelay));
  const hits = wanted.filter((id) => inUse.has(id)).length;
  const bonus = wanted.length === 0 ? 1 : 1 + IN_USE_BONUS * (hits / wanted.length);
  return ((staking * qos) / (staking + qos)) * bonus;
}

/** One candidate by weight, `fraction` uniform in [0, 1); the first one when no candidate has any weight. */
export function pickWeighted<Candidate extends { readonly weight: number }>(
  candidates: readonly Candidate[],
  fraction: number,
): Candidate | undefined {
  const total = candidates.reduce((acc, candidate) => acc + candidate.weight, 0);
  if (total <= 0) return candidates[0];
  let rest = fraction * total;
  for (const candidate of candidates) {
    rest -= candidate.weight;
    if (rest < 0) return candidate;
  }
  // Reached only by float rounding at the very end of the range.
  return candidates.findLast((candidate) => candidate.weight > 0);
}
