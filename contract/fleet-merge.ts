/** The state of a fleet after an update, for those who follow the rows of one place or all of them. Pure. */
import type { FleetEntry, FleetPlace, FleetRow, FleetRowsUpdate, FleetTarget, FleetUpdate } from './fleet.ts';

export interface PlaceRows {
  readonly revision: number;
  readonly version: string;
  /** By node. */
  readonly rows: ReadonlyMap<string, FleetRow>;
}

/** Null = an update is missing. */
export function applyRowsUpdate(state: PlaceRows | null, update: FleetRowsUpdate): PlaceRows | null {
  const { revision } = update;
  if (update.kind === 'snapshot') {
    return { revision, version: update.version, rows: new Map(update.rows.map((row) => [row.node, row])) };
  }
  if (state === null || revision > state.revision + 1) return null;
  // Already included in the snapshot.
  if (revision <= state.revision) return state;
  const rows = new Map(state.rows);
  for (const row of update.rows) rows.set(row.node, row);
  for (const node of update.gone) rows.delete(node);
  return { ...state, revision, rows };
}

export interface Fleet {
  readonly revision: number;
  readonly places: readonly FleetPlace[];
  /** By {@link fleetKey}. */
  readonly rows: ReadonlyMap<string, FleetEntry>;
}

/** Neither part contains a slash. */
export function fleetKey({ place, node }: FleetTarget): string {
  return `${place}/${node}`;
}

const keyed = (entry: FleetEntry): [string, FleetEntry] => [fleetKey({ place: entry.place, node: entry.row.node }), entry];

/**
 * Each node once, for sums: two places may lead to the same program, and a node has only one address on its network.
 * The row of a place that answers takes precedence over an old one.
 */
export function distinctNodes<Entry extends { readonly row: Pick<FleetRow, 'network' | 'address'> }>(
  entries: readonly Entry[],
  isOld: (entry: Entry) => boolean,
): Entry[] {
  const byNode = new Map<string, Entry>();
  for (const entry of entries) {
    const key = `${entry.row.address.toLowerCase()} ${entry.row.network}`;
    const known = byNode.get(key);
    if (known === undefined || (isOld(known) && !isOld(entry))) byNode.set(key, entry);
  }
  return [...byNode.values()];
}

/** Null = an update is missing. */
export function applyFleetUpdate(state: Fleet | null, update: FleetUpdate): Fleet | null {
  const { revision, places } = update;
  if (update.kind === 'snapshot') return { revision, places, rows: new Map(update.rows.map(keyed)) };
  if (state === null || revision > state.revision + 1) return null;
  if (revision <= state.revision) return state;
  if (update.rows.length === 0 && update.gone.length === 0) return { revision, places, rows: state.rows };
  const rows = new Map(state.rows);
  for (const entry of update.rows) rows.set(...keyed(entry));
  for (const target of update.gone) rows.delete(fleetKey(target));
  return { revision, places, rows };
}
