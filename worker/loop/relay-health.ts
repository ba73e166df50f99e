/** Whether the network can be reached, according to the last requests. */
import { CodedError } from '../../protocol/errors.ts';
import { isChainError } from '../chain/errors.ts';
import { isWorkerError } from '../kit/errors.ts';
import { isOutcomeUnknown } from '../networks/relay/refusals.ts';

export type Reachability =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'reachable' }
  | { readonly kind: 'unreachable'; readonly error: CodedError };

export class RelayHealth {
  #state: Reachability = { kind: 'unknown' };
  readonly #listeners = new Set<(state: Reachability) => void>();

  get state(): Reachability {
    return this.#state;
  }

  /** Called only when the kind changes. */
  onChange(listener: (state: Reachability) => void): void {
    this.#listeners.add(listener);
  }

  recordSuccess(): void {
    this.#set({ kind: 'reachable' });
  }

  /** A refusal is also an answer, so the relay can be reached. */
  recordFailure(error: unknown): void {
    if (error instanceof CodedError && isOutcomeUnknown(error)) this.#set({ kind: 'unreachable', error });
    else if (isWorkerError(error, 'RELAY_REFUSED') || isChainError(error, 'CHAIN_REVERTED')) this.recordSuccess();
  }

  #set(next: Reachability): void {
    const changed = this.#state.kind !== next.kind;
    this.#state = next;
    if (changed) for (const listener of this.#listeners) listener(next);
  }
}
