/** Makes a subscription readable step by step, at any speed. */
import type { Subscribe } from './feed.ts';

export interface StreamOptions<Update> {
  readonly subscribe: Subscribe<Update>;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** How many changes are queued for a reader; if there are more, it gets a new snapshot instead. */
  readonly backlog?: number;
  /** Resolves when what was read before has left the process; this makes a reader that cannot be reached a slow one. */
  readonly drained?: () => Promise<void>;
}

const BACKLOG = 256;

export async function* streamOf<Update>(options: StreamOptions<Update>): AsyncGenerator<Update, void> {
  const { subscribe, signal, backlog = BACKLOG, drained = async () => {} } = options;
  const waiting: Update[] = [];
  let unsubscribe: (() => void) | null = null;
  let wake = () => {};
  const stop = () => {
    unsubscribe?.();
    unsubscribe = null;
    waiting.length = 0;
  };
  const enqueue = (update: Update) => {
    if (waiting.length < backlog) waiting.push(update);
    else stop();
    wake();
  };
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    while (!signal.aborted) {
      await Promise.race([drained(), aborted]);
      if (signal.aborted) return;
      unsubscribe ??= subscribe(enqueue);
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else await Promise.race([new Promise<void>((resolve) => (wake = resolve)), aborted]);
    }
  } finally {
    stop();
  }
}
