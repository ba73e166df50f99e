/** Subscriptions of the contract, from the host's own callbacks. */
import { feed } from '../app/feed.ts';

interface Call {
  readonly signal?: AbortSignal | undefined;
}

/** The current state, then every change. */
export function streamOf<State>(subscribe: (listener: (state: State) => void) => () => void, state: () => State) {
  return ({ signal }: Call) => feed({ subscribe, first: () => [state()], signal });
}
