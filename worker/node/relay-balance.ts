/** The account's balance as the relay said last, noted for the time when no node runs. */
import type { LoopContext } from '../loop/context.ts';

/** How often an unchanged balance is noted again. */
const NOTE_AGAIN_MS = 60_000;

export class RelayBalance {
  readonly #context: LoopContext;
  #wei: bigint | null = null;

  constructor(context: LoopContext) {
    this.#context = context;
  }

  /** Null: nothing has been read, or the network keeps no accounts. */
  get wei(): bigint | null {
    return this.#wei;
  }

  read(wei: bigint | null): void {
    this.#wei = this.#context.network.rules.keepsAccounts ? wei : null;
    if (this.#wei !== null) this.#note(String(this.#wei));
  }

  #note(wei: string): void {
    const { store, clock } = this.#context;
    const last = store.settings.get('lastBalance');
    // biome-ignore lint/plugin: told to people, with the date at which it was read
    const isFresh = last !== null && clock.now() - last.readMs < NOTE_AGAIN_MS;
    if (isFresh && last.wei === wei) return;
    store.settings.set('lastBalance', { wei, readMs: clock.now() });
  }
}
