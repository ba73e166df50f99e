/** A subscription that outlives its connection: reopened after a reconnect, a gap in the revisions, or its end. */
import { type Link, type LinkClock, pageClock, retryDelayMs } from './link.ts';

export interface Subscription<Client, Update> {
  open(client: Client, signal: AbortSignal): Promise<AsyncIterable<Update>>;
  /** `gap`: something is missing, and the subscription is reopened for a new snapshot. */
  apply(update: Update): 'applied' | 'gap';
}

/** Returns a function that ends it. */
export function follow<Client, Update>(
  link: Link<Client>,
  subscription: Subscription<Client, Update>,
  clock: LinkClock = pageClock,
): () => void {
  let end: (() => void) | null = null;
  let current: Client | null = null;
  const update = () => {
    const state = link.state.getState();
    const client = state.kind === 'open' ? state.client : null;
    if (client === current) return;
    current = client;
    end?.();
    end = client === null ? null : resubscribe(client, subscription, clock);
  };
  const unsubscribe = link.state.subscribe(update);
  update();
  return () => {
    unsubscribe();
    end?.();
  };
}

function resubscribe<Client, Update>(client: Client, subscription: Subscription<Client, Update>, clock: LinkClock): () => void {
  const stop = new AbortController();
  let cancelRetry: (() => void) | null = null;
  const round = async (failures: number): Promise<void> => {
    const outcome = await readUpdates(client, subscription, stop.signal);
    if (stop.signal.aborted) return;
    const next = outcome === 'failed' ? failures + 1 : 1;
    cancelRetry = clock.after(retryDelayMs(next), () => void round(next));
  };
  void round(0);
  return () => {
    stop.abort();
    cancelRetry?.();
  };
}

async function readUpdates<Client, Update>(client: Client, subscription: Subscription<Client, Update>, outer: AbortSignal) {
  const own = new AbortController();
  try {
    const updates = await subscription.open(client, AbortSignal.any([outer, own.signal]));
    for await (const update of updates) {
      if (outer.aborted) return 'ended';
      if (subscription.apply(update) === 'gap') return 'gap';
    }
    return 'ended';
  } catch {
    // The link's own state shows that the connection is lost; a refused subscription is retried.
    return 'failed';
  } finally {
    own.abort();
  }
}
