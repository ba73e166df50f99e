/**
 * From a selection of cards to the report and the engine's isolation. Both are parts of one object, made in one place
 * from the same cards, so they cannot disagree (law 6). Source: RELAY_PROTOCOL 8.9, 9.1.
 */
import type { GpuCard, GpuReport, GpuSelection } from '../../contract/gpu.ts';
import { gpuModel, type NodePlatform, relayGpuName, relayVramGib } from '../../protocol/node/gpu-name.ts';
import type { ExecutorMode } from '../engines/confinement.ts';
import { gpuError, problemError } from './errors.ts';
import { type MacName, macGpuName } from './platform.ts';

/** The host's `WORKER_GPT_EXECUTOR`; null = not set, which means `tensor_parallel`. */
export type GptExecutor = string | null;

export interface DerivedGpu extends GpuReport {
  /** Name of the card, with `Nx` for several, as diagnostics report it (RELAY_PROTOCOL 8.7). */
  readonly model: string;
  readonly perCardMib: readonly number[];
  readonly executorMode: ExecutorMode;
  /** IDs of the cards that execute, as in the inventory, in the driver's order. */
  readonly ids: readonly string[];
  /** Those of them that are NVIDIA cards; empty on a Mac. */
  readonly uuids: readonly string[];
  /** Value of CUDA_VISIBLE_DEVICES; null on a Mac, where the variable is not set. */
  readonly cudaVisibleDevices: string | null;
}

/** The machine's facts for deriving a selection. */
export interface NodeMachine {
  readonly cards: readonly GpuCard[];
  readonly platform: NodePlatform;
  readonly executor: GptExecutor;
  readonly macName?: MacName;
}

/**
 * The official node's choice: the group of equal names with the most cards, then the largest memory per card, then the
 * lowest index. Unusable cards and those in `taken` are left out. Null = nothing to suggest.
 */
export function suggestSelection({
  cards,
  taken = new Set(),
}: {
  readonly cards: readonly GpuCard[];
  readonly taken?: ReadonlySet<string>;
}): GpuSelection | null {
  const groups = new Map<string, GpuCard[]>();
  for (const card of cards) {
    if (card.unusable !== null || taken.has(card.id)) continue;
    // Macs have one GPU; a Mac with several would still be one chip.
    if (card.vendor !== 'nvidia' && groups.has(card.name)) continue;
    groups.set(card.name, [...(groups.get(card.name) ?? []), card]);
  }
  const memory = (group: readonly GpuCard[]) => Math.max(...group.map((card) => card.memoryMib ?? 0));
  const index = (group: readonly GpuCard[]) => Math.min(...group.map((card) => card.index));
  const best = [...groups.values()].sort((a, b) => b.length - a.length || memory(b) - memory(a) || index(a) - index(b))[0];
  return best === undefined ? null : { ids: sortByDriverIndex(best).map((card) => card.id) };
}

/** @throws GpuError GPU_BAD_SELECTION, GPU_UNKNOWN_CARD, GPU_NOT_IDENTICAL, or the code for an unusable card. */
export function deriveGpu(selection: GpuSelection, machine: NodeMachine): DerivedGpu {
  const cards = sortByDriverIndex(selectedCards(selection, machine.cards));
  const first = cards[0];
  if (first === undefined) throw gpuError('GPU_BAD_SELECTION', 'It is empty.');
  const { platform, executor, macName = 'official' } = machine;
  const name = first.vendor === 'apple' ? macGpuName({ chipset: first.name, style: macName }) : first.name;
  const perCardMib = cards.map((card) => card.memoryMib ?? 0);
  const model = gpuModel({ name, count: cards.length });
  const tensorParallel = isTensorParallel({ platform, executor, count: cards.length });
  const uuids = cards.flatMap((card) => card.uuid ?? []);
  return Object.freeze({
    reportedName: relayGpuName({ model, tensorParallel, platform }),
    reportedVramGib: relayVramGib(perCardMib),
    model,
    perCardMib,
    executorMode: tensorParallel ? ('tensor_parallel' as const) : ('device_map' as const),
    ids: cards.map((card) => card.id),
    uuids,
    cudaVisibleDevices: platform === 'Darwin' ? null : uuids.join(','),
  });
}

export function isTensorParallel(given: {
  readonly platform: NodePlatform;
  readonly executor: GptExecutor;
  readonly count: number;
}): boolean {
  const wanted = given.executor === null || given.executor === 'tensor_parallel';
  return wanted && (given.platform === 'docker' || given.platform === 'Linux') && given.count >= 2;
}

function selectedCards(selection: GpuSelection, cards: readonly GpuCard[]): readonly GpuCard[] {
  if (new Set(selection.ids).size !== selection.ids.length) throw gpuError('GPU_BAD_SELECTION', 'A card is named twice.');
  const selected = selection.ids.map((id) => {
    const card = cards.find((candidate) => candidate.id === id);
    if (card === undefined) throw gpuError('GPU_UNKNOWN_CARD', `No card ${id}.`, { card: id });
    const { unusable } = card;
    if (unusable !== null) throw problemError(unusable, { card: id });
    if (card.memoryMib === null) throw gpuError('GPU_NO_MEMORY_SIZE', 'no memory size', { card: id });
    return card;
  });
  const names = new Set(selected.map((card) => card.name));
  if (names.size > 1) throw gpuError('GPU_NOT_IDENTICAL', [...names].join(' / '), { names: [...names] });
  if (selected.length > 1 && selected.some((card) => card.uuid === null)) {
    throw gpuError('GPU_NOT_ISOLATABLE', 'Only NVIDIA cards form a group.');
  }
  return selected;
}

function sortByDriverIndex(cards: readonly GpuCard[]): readonly GpuCard[] {
  return [...cards].sort((a, b) => a.index - b.index);
}
