/** This data directory's record that it put the address into the network, and the facts for the doppelganger check. */
import { type Hex, isHex } from '../../protocol/hex.ts';
import type { TrustNetwork } from '../networks/relay/relay-reader.ts';
import type { Store } from '../store/store.ts';
import type { DoppelgangerFacts } from './doppelganger.ts';

/** Call this before every join; the record must be on disk first. */
export function claimJoin({ settings }: Pick<Store, 'settings'>): void {
  settings.set('joinedAfterEvent', settings.get('eventCursor') ?? 0);
}

/** Number of events to read; a node that was away longer is judged by the oldest of them. */
const MAX_EVENTS = 500;

/** @throws as `TrustNetwork` does. */
export async function doppelgangerFacts(parts: {
  readonly store: Store;
  readonly network: Pick<TrustNetwork, 'nodeInfo' | 'eventsAfter'>;
  readonly confirmedAlone: boolean;
}): Promise<DoppelgangerFacts> {
  const { store, network, confirmedAlone } = parts;
  const { status } = await network.nodeInfo();
  const cursor = store.settings.get('eventCursor');
  const joinedAfterEvent = store.settings.get('joinedAfterEvent');
  const newEvents = cursor === null ? [] : await network.eventsAfter(cursor, MAX_EVENTS);
  const joins = store.events.ofTypes(['NodeJoin']);
  return {
    status,
    joinedAfterEvent,
    ownJoinSeen: joinedAfterEvent !== null && joins.some((event) => event.id > joinedAfterEvent),
    newEvents,
    hasVerdict: (commitment) => isHex(commitment, 32) && hasVerdict(store, commitment),
    confirmedAlone,
  };
}

function hasVerdict(store: Store, commitment: Hex): boolean {
  if (store.ledger.find(commitment) !== null) return true;
  return store.executions.of(commitment).some((execution) => execution.outcome === 'invalid');
}
