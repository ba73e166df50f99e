/** Stores for values that the host sends whole with every change: settings, the devnet, updates. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { HostClient } from '../../contract/rpc-client.ts';
import { follow } from '../rpc/follow.ts';
import type { Link } from '../rpc/link.ts';

/** Null before the first value. */
export type Watched<Value> = StoreApi<{ readonly value: Value | null }>;

export function createWatched<Value>(): Watched<Value> {
  return createStore<{ readonly value: Value | null }>(() => ({ value: null }));
}

export function feedWatched<Value>(
  store: Watched<Value>,
  link: Link<HostClient>,
  open: (client: HostClient, signal: AbortSignal) => Promise<AsyncIterable<Value>>,
): () => void {
  return follow(link, {
    open,
    apply(value: Value) {
      store.setState({ value });
      return 'applied';
    },
  });
}
