/** What changes, told to whoever listens: first how things are, then each change, counted without a gap. */

/** The listener is given a snapshot before this returns; the answer ends the subscription. */
export type Subscribe<Update> = (listener: (update: Update) => void) => () => void;

export class Feed<Update> {
  readonly #snapshot: (revision: number) => Update;
  readonly #listeners = new Set<(update: Update) => void>();
  #revision = 0;

  /** @param snapshot how things are now; its revision is that of the last change. */
  constructor(snapshot: (revision: number) => Update) {
    this.#snapshot = snapshot;
  }

  readonly subscribe: Subscribe<Update> = (listener) => {
    // Entered apart: the same function may listen twice.
    const own = (update: Update) => listener(update);
    listener(this.#snapshot(this.#revision));
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  };

  /** Call it after the change, which a snapshot then shows too. Nothing is made while nobody listens. */
  publish(change: (revision: number) => Update): void {
    this.#revision += 1;
    if (this.#listeners.size === 0) return;
    const update = change(this.#revision);
    for (const listener of [...this.#listeners]) listener(update);
  }
}
