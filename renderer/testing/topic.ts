/** A value with watchers: each gets the current value, then every change in order. */
export class Topic<Value, Change = Value> {
  readonly #snapshot: () => Value;
  readonly #watchers = new Set<(change: Change) => void>();

  constructor(snapshot: () => Value) {
    this.#snapshot = snapshot;
  }

  publish(change: Change): void {
    for (const watcher of this.#watchers) watcher(change);
  }

  async *watch(signal: AbortSignal | undefined): AsyncGenerator<Value | Change, void, void> {
    const waiting: Change[] = [];
    let wake: () => void = () => {};
    const watcher = (change: Change) => {
      waiting.push(change);
      wake();
    };
    const stop = () => wake();
    this.#watchers.add(watcher);
    signal?.addEventListener('abort', stop);
    try {
      yield this.#snapshot();
      while (signal?.aborted !== true) {
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#watchers.delete(watcher);
      signal?.removeEventListener('abort', stop);
    }
  }
}
