import type { LifeKind } from '../../contract/life.ts';

/** What a person is told while the way in or out takes its time. */
const SENTENCES: Partial<Record<LifeKind, string>> = {
  checking: 'The checks before the start are made.',
  notCleared: 'The checks before the start do not allow it; they are made again from time to time.',
  staking: 'The stake is brought to its amount.',
  awaitingStake: 'An earlier stake is on its way back; the node stakes anew when it has arrived.',
  leaving: 'The node asks for its stake and leaves the network after its current task.',
  returning: 'The node has left the network; the relay returns its stake.',
};

/** Null: the node's state says it all. */
export function describeLife(kind: LifeKind | null): string | null {
  return kind === null ? null : (SENTENCES[kind] ?? null);
}
