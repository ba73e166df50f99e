/** All nodes in one list: this program's own, and those of the places that it watches. */
import {
  type FleetEntry,
  type FleetOrder,
  type FleetPlace,
  type FleetRow,
  type FleetTarget,
  type FleetUpdate,
  HERE_PLACE,
  type SteerResult,
} from '../../contract/fleet.ts';
import { fleetKey } from '../../contract/fleet-merge.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { HostError } from '../errors.ts';
import { createBatch } from './batch.ts';
import type { ConnectPlace } from './connect-place.ts';
import type { GiveOrder } from './orders.ts';
import type { OwnRows } from './own-rows.ts';
import { GATHER_MS } from './own-rows.ts';
import { followPlace, foreignError, type PlaceFollower } from './place-follower.ts';
import type { Places } from './places.ts';

/** Maximum number of concurrent orders, so that not all nodes stake, stop or start at the same moment. */
const ORDERS_AT_ONCE = 8;

export interface FleetParts {
  readonly own: OwnRows;
  readonly giveOrder: GiveOrder;
  readonly places: Places;
  readonly connect: ConnectPlace;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Fleet {
  /** Follows the places until {@link close}. A command that opens the files briefly does not call it. */
  start(): void;
  places(): readonly FleetPlace[];
  snapshot(): FleetUpdate;
  watch(listener: (update: FleetUpdate) => void): () => void;
  steer(order: { readonly targets: readonly FleetTarget[]; readonly order: FleetOrder }): Promise<SteerResult[]>;
  close(): void;
}

export function createFleet(parts: FleetParts): Fleet {
  const { own, giveOrder, places, connect, version, clock, random } = parts;
  const followers = new Map<string, PlaceFollower>();
  const listeners = new Set<(update: FleetUpdate) => void>();
  let ownRows = new Map<string, FleetRow>();
  let unwatchOwn: (() => void) | null = null;
  let revision = 0;
  /** Rows as last reported. */
  let told = new Map<string, FleetEntry>();

  function placeViews(): FleetPlace[] {
    const here: FleetPlace = { place: HERE_PLACE, url: null, state: { kind: 'here' }, heardMs: null, version };
    return [
      here,
      ...places.list().map(({ name, url }): FleetPlace => {
        const follower = followers.get(name);
        return {
          place: name,
          url,
          state: follower?.reach() ?? { kind: 'connecting' },
          heardMs: follower?.heardMs() ?? null,
          version: follower?.version() ?? null,
        };
      }),
    ];
  }

  const rowOf = ({ place, node }: FleetTarget) =>
    place === HERE_PLACE ? ownRows.get(node) : followers.get(place)?.rows().get(node);

  /** @param keys keys of rows; an empty one = the places themselves have changed */
  function tell(keys: readonly string[]): void {
    const rows: FleetEntry[] = [];
    const gone: FleetTarget[] = [];
    for (const key of keys.filter((one) => one !== '')) {
      const [place = '', node = ''] = key.split('/');
      const row = rowOf({ place, node });
      if (row !== undefined) {
        if (told.get(key)?.row === row) continue;
        const entry = { place, row };
        told.set(key, entry);
        rows.push(entry);
      } else if (told.delete(key)) gone.push({ place, node });
    }
    if (rows.length + gone.length === 0 && !keys.includes('')) return;
    revision += 1;
    const update: FleetUpdate = { kind: 'changed', revision, places: placeViews(), rows, gone };
    for (const listener of [...listeners]) listener(update);
  }
  const batch = createBatch<string>({ clock, afterMs: GATHER_MS, tell });

  function followNew(): void {
    const names = new Set(places.list().map(({ name }) => name));
    for (const [place, follower] of followers) {
      if (names.has(place)) continue;
      follower.close();
      followers.delete(place);
      for (const key of told.keys()) if (key.startsWith(`${place}/`)) batch.add(key);
    }
    for (const name of names) {
      if (followers.has(name)) continue;
      const onChange = (nodes: readonly string[]) => {
        if (nodes.length === 0) batch.add('');
        for (const node of nodes) batch.add(fleetKey({ place: name, node }));
      };
      followers.set(name, followPlace({ name, keys: () => places.keysOf(name), connect, clock, random, onChange }));
    }
    batch.add('');
  }

  function startOwn(): void {
    unwatchOwn = own.watch((update) => {
      for (const row of update.rows) ownRows.set(row.node, row);
      const gone = update.kind === 'changed' ? update.gone : [];
      for (const node of gone) ownRows.delete(node);
      for (const node of [...gone, ...update.rows.map((row) => row.node)]) batch.add(fleetKey({ place: HERE_PLACE, node }));
    });
    ownRows = new Map(own.snapshot().rows.map((row) => [row.node, row]));
    // Drop what changed while nobody was watching: the watcher is about to take a snapshot.
    told = new Map([...told].filter(([, { place }]) => place !== HERE_PLACE));
    for (const row of ownRows.values()) told.set(fleetKey({ place: HERE_PLACE, node: row.node }), { place: HERE_PLACE, row });
  }

  async function steerOne({ place, node }: FleetTarget, order: FleetOrder): Promise<SteerResult> {
    try {
      if (place === HERE_PLACE) await giveOrder({ node, order });
      else {
        const follower = followers.get(place);
        if (follower === undefined) throw new HostError('FLEET_PLACE_UNKNOWN', `there is no place ${place}`, { name: place });
        await follower.order(node, order);
      }
      return { place, node, error: null };
    } catch (error) {
      return { place, node, error: foreignError(error) };
    }
  }

  let unwatchPlaces = () => {};
  return {
    start() {
      unwatchPlaces = places.watch(followNew);
      followNew();
    },
    places: placeViews,
    snapshot: () => ({ kind: 'snapshot', revision, places: placeViews(), rows: [...told.values()] }),
    watch(listener) {
      if (unwatchOwn === null) startOwn();
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        unwatchOwn?.();
        unwatchOwn = null;
      };
    },
    async steer({ targets, order }) {
      const results: SteerResult[] = [];
      const byPlace = Map.groupBy(
        targets.map((target, index) => ({ target, index })),
        ({ target }) => target.place,
      );
      const lanes = [...byPlace.values()].flatMap((queue) =>
        Array.from({ length: Math.min(ORDERS_AT_ONCE, queue.length) }, async () => {
          for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
            results[next.index] = await steerOne(next.target, order);
          }
        }),
      );
      await Promise.all(lanes);
      return results;
    },
    close() {
      unwatchPlaces();
      for (const follower of followers.values()) follower.close();
      unwatchOwn?.();
      batch.close();
      own.close();
    },
  };
}
