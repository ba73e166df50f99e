/** A subscription that outlives its connection: reopened after a reconnect, a gap in the revisions, or its end. */
import { type Link, type LinkClock, pageClock, retryDelayMs } from './link.ts';

export interface Followed<Client, Update> {
  open(client: Client, signal: AbortSignal): Promise<AsyncIterable<Update>>;
  /** `gap`: something is missing, and the subscription is reopened for a new snapshot. */
  take(update: Update): 'taken' | 'gap';
}

/** Returns a function that ends it. */
export function follow<Client, Update>(
  link: Link<Client>,
  followed: Followed<Client, Update>,
  clock: LinkClock = pageClock,
): () => void {
  let end: (() => void) | null = null;
  let current: Client | null = null;
  const look = () => {
    const state = link.state.getState();
    const client = state.kind === 'open' ? state.client : null;
    if (client === current) return;
    current = client;
    end?.();
    end = client === null ? null : keepOpen(client, followed, clock);
  };
  const forget = link.state.subscribe(look);
  look();
  return () => {
    forget();
    end?.();
  };
}

function keepOpen<Client, Update>(client: Client, followed: Followed<Client, Update>, clock: LinkClock): () => void {
  const stop = new AbortController();
  let cancelRetry: (() => void) | null = null;
  const round = async (failures: number): Promise<void> => {
    const outcome = await readOnce(client, followed, stop.signal);
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

async function readOnce<Client, Update>(client: Client, followed: Followed<Client, Update>, outer: AbortSignal) {
  const own = new AbortController();
  try {
    const updates = await followed.open(client, AbortSignal.any([outer, own.signal]));
    for await (const update of updates) {
      if (outer.aborted) return 'ended';
      if (followed.take(update) === 'gap') return 'gap';
    }
    return 'ended';
  } catch {
    // The link's own state shows that the connection is lost; a refused subscription is retried.
    return 'failed';
  } finally {
    own.abort();
  }
}
