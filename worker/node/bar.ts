/** Records a slash or kick-out in the store: it bars the node from joining until its host lifts it. */
import type { RelayEvent } from '../../protocol/wire/event.ts';
import type { LoopContext } from '../loop/context.ts';

/** Records the event. Returns false if it is neither. */
export function recordBar({ store, networkClock }: Pick<LoopContext, 'store' | 'networkClock'>, event: RelayEvent): boolean {
  if (event.type !== 'NodeSlashed' && event.type !== 'NodeKickedOut') return false;
  const barred = event.type === 'NodeSlashed' ? 'slashed' : 'kickedOut';
  // A kick-out does not override a slash.
  if (store.settings.get('barred') !== 'slashed') {
    store.settings.set('barred', barred);
    store.settings.set('barredMs', Math.trunc(networkClock.now()));
  }
  store.history.add({ state: barred, atMs: networkClock.now(), source: 'event', evidence: `event ${event.id}` });
  return true;
}
