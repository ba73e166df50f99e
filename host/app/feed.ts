/** Turns callbacks into a subscription that a client may end at any time. */

/** A reader that is this far behind is cut off; it subscribes again and starts with a snapshot. */
const MAX_WAITING = 10_000;

/**
 * Yields what `first` returns, then every event, until the signal aborts. Events in between are not lost.
 * @param subscribe returns its unsubscribe function
 */
export async function* feed<Event>(options: {
  readonly subscribe: (listener: (event: Event) => void) => () => void;
  readonly first: () => readonly Event[];
  readonly signal: AbortSignal | undefined;
}): AsyncGenerator<Event, void, void> {
  const { subscribe, first, signal } = options;
  const waiting: Event[] = [];
  let wake: () => void = () => {};
  const end = subscribe((event) => {
    waiting.push(event);
    wake();
  });
  const aborted = () => wake();
  signal?.addEventListener('abort', aborted, { once: true });
  try {
    waiting.unshift(...first());
    while (signal?.aborted !== true && waiting.length <= MAX_WAITING) {
      const event = waiting.shift();
      if (event !== undefined) yield event;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    end();
    signal?.removeEventListener('abort', aborted);
  }
}

interface Call {
  readonly signal?: AbortSignal | undefined;
}

/** The current state, then every change. */
export function streamOf<State>(subscribe: (listener: (state: State) => void) => () => void, state: () => State) {
  return ({ signal }: Call) => feed({ subscribe, first: () => [state()], signal });
}
