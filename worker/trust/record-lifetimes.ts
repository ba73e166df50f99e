import type { MachineFacts } from '../../contract/trust.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { Engine, EngineState } from '../engines/engine.ts';
import type { Store } from '../store/store.ts';

/** Records the machine whenever a new engine lifetime starts; returns a function that stops it. */
export function recordLifetimes(parts: {
  readonly engine: Pick<Engine, 'state' | 'onState'>;
  readonly store: Pick<Store, 'lifetimes'>;
  readonly machine: () => MachineFacts;
  readonly clock: Clock;
}): () => void {
  const { engine, store, machine, clock } = parts;
  const record = (state: EngineState) => {
    if (state.kind === 'ready') store.lifetimes.record(state.lifetime, machine(), clock.now());
  };
  record(engine.state());
  return engine.onState(record);
}
