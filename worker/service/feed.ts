/** A feed of changes for any number of listeners: first a snapshot, then each change, numbered without gaps. */

/** Calls the listener with a snapshot before it returns; the returned function ends the subscription. */
export type Subscribe<Update> = (listener: (update: Update) => void) => () => void;

export class Feed<Update> {
  readonly #snapshot: (revision: number) => Update;
  readonly #listeners = new Set<(update: Update) => void>();
  #revision = 0;

  /** @param snapshot makes a snapshot of the current state; its revision is that of the last change. */
  constructor(snapshot: (revision: number) => Update) {
    this.#snapshot = snapshot;
  }

  readonly subscribe: Subscribe<Update> = (listener) => {
    // Wrapped, because the same function may subscribe twice.
    const own = (update: Update) => listener(update);
    listener(this.#snapshot(this.#revision));
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  };

  /** Call this after the change, so that a snapshot already includes it. Without listeners, no update is made. */
  publish(change: (revision: number) => Update): void {
    this.#revision += 1;
    if (this.#listeners.size === 0) return;
    const update = change(this.#revision);
    for (const listener of [...this.#listeners]) listener(update);
  }
}
