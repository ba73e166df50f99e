import type { LifeKind } from '../../contract/life.ts';

/** Sentences for a person while joining or leaving takes time. */
const SENTENCES: Partial<Record<LifeKind, string>> = {
  checking: 'Running the checks before the start.',
  notCleared: 'The checks before the start failed; they are repeated from time to time.',
  staking: 'Adjusting the stake to the required amount.',
  awaitingStake: 'An earlier stake is being returned; the node stakes again when it has arrived.',
  leaving: 'The node requests its stake back and leaves the network after its current task.',
  returning: 'The node has left the network; the relay is returning its stake.',
};

/** Null: the node's state is explanation enough. */
export function describeLife(kind: LifeKind | null): string | null {
  return kind === null ? null : (SENTENCES[kind] ?? null);
}
