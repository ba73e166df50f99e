/** Collects changes over a moment and reports them together, so that a burst of changes is drawn once. */
import type { Clock } from '../../protocol/ports.ts';

export interface Batch<Item> {
  add(item: Item): void;
  /** Stops reporting. */
  close(): void;
}

export function createBatch<Item>(options: {
  readonly clock: Clock;
  readonly afterMs: number;
  /** Each once, in the order of arrival. */
  readonly tell: (items: readonly Item[]) => void;
}): Batch<Item> {
  const { clock, afterMs, tell } = options;
  const ending = new AbortController();
  let waiting = new Set<Item>();
  let isDue = false;
  return {
    add(item) {
      if (ending.signal.aborted) return;
      waiting.add(item);
      if (isDue) return;
      isDue = true;
      clock.sleep(afterMs, ending.signal).then(
        () => {
          isDue = false;
          const items = [...waiting];
          waiting = new Set();
          tell(items);
        },
        () => {},
      );
    },
    close() {
      waiting.clear();
      ending.abort();
    },
  };
}
