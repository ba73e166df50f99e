/** The relay's event log. Source: RELAY_PROTOCOL 1.3, 3.4. */
import type { RelayEventType, RelayEventWire } from '../../protocol/wire/event.ts';
import type { RelayContext } from './context.ts';
import type { EventRow } from './store/rows.ts';

export interface NewEvent {
  readonly type: RelayEventType;
  readonly nodeAddress: string;
  /** '' if no task is concerned. */
  readonly commitment?: string;
  /** In the order of the relay's struct; sent as a JSON string. */
  readonly args: Readonly<Record<string, unknown>>;
}

const GO_ESCAPES: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

export function emit({ store, clock }: RelayContext, { type, nodeAddress, commitment = '', args }: NewEvent): void {
  const text = JSON.stringify(args).replace(/[<>&]/g, (char) => GO_ESCAPES[char] ?? char);
  store.events.put({ id: store.events.size + 1, type, nodeAddress, commitment, args: text, atMs: clock.now() });
}

/** Null = no filter. Compared case-insensitively, as in the real relay's database. */
export interface EventFilter {
  readonly nodeAddress: string | null;
  readonly commitment: string | null;
}

function matches(row: EventRow, { nodeAddress, commitment }: EventFilter): boolean {
  const fits = (wanted: string | null, value: string) => wanted === null || value.toLowerCase() === wanted.toLowerCase();
  return fits(nodeAddress, row.nodeAddress) && fits(commitment, row.commitment);
}

/** Events after `start`, ascending. */
export function eventsAfter(
  { store }: RelayContext,
  query: { readonly start: number; readonly limit: number; readonly filter: EventFilter },
): RelayEventWire[] {
  const found: RelayEventWire[] = [];
  for (let id = query.start + 1; id <= store.events.size && found.length < query.limit; id++) {
    const row = store.events.get(String(id));
    if (row !== undefined && matches(row, query.filter)) found.push(eventWire(row));
  }
  return found;
}

/** Highest id of a matching event, 0 if there is none. */
export function currentEventId({ store }: RelayContext, filter: EventFilter): number {
  for (let id = store.events.size; id > 0; id--) {
    const row = store.events.get(String(id));
    if (row !== undefined && matches(row, filter)) return id;
  }
  return 0;
}

function eventWire(row: EventRow): RelayEventWire {
  return {
    id: row.id,
    type: row.type,
    node_address: row.nodeAddress,
    task_id_commitment: row.commitment,
    args: row.args,
  };
}
