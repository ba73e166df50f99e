/** Which cards can be used together by one node. Pure. */
import type { GpuCard } from '../../../contract/gpu.ts';

export interface CardGroup {
  readonly name: string;
  /** Identical cards, in the driver's order. */
  readonly cards: readonly GpuCard[];
}

/** Usable cards by exact name, ordered by their first card. */
export function groupByName(cards: readonly GpuCard[]): readonly CardGroup[] {
  const usable = cards.filter(({ unusable }) => unusable === null);
  return [...Map.groupBy(usable, ({ name }) => name)].map(([name, members]) => ({ name, cards: members }));
}

/** The selection after a click: a card with another name starts a new selection. */
export function toggleCard(chosen: readonly string[], group: CardGroup, id: string): readonly string[] {
  const members = new Set(group.cards.map((card) => card.id));
  const kept = chosen.filter((each) => members.has(each));
  return kept.includes(id) ? kept.filter((each) => each !== id) : [...kept, id];
}

export function sameIds(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}
