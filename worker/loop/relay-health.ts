/** Whether the network can be reached, as the last requests found it. */
import { isWorkerError, type WorkerError } from '../errors.ts';
import { isOutcomeUnknown } from '../networks/relay/refusals.ts';

export type Reachability =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'reachable' }
  | { readonly kind: 'unreachable'; readonly error: WorkerError };

export class RelayHealth {
  #state: Reachability = { kind: 'unknown' };
  readonly #listeners = new Set<(state: Reachability) => void>();

  get state(): Reachability {
    return this.#state;
  }

  /** Hears of changes of kind only. */
  onChange(listener: (state: Reachability) => void): void {
    this.#listeners.add(listener);
  }

  ok(): void {
    this.#set({ kind: 'reachable' });
  }

  /** A refusal is an answer: the relay is there. */
  failed(error: unknown): void {
    if (isWorkerError(error) && isOutcomeUnknown(error)) this.#set({ kind: 'unreachable', error });
    else if (isWorkerError(error, 'RELAY_REFUSED')) this.ok();
  }

  #set(next: Reachability): void {
    const changed = this.#state.kind !== next.kind;
    this.#state = next;
    if (changed) for (const listener of this.#listeners) listener(next);
  }
}
