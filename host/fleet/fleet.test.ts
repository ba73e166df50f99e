import { implement } from '@orpc/server';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FleetOrder, FleetRow, FleetRowsUpdate, FleetUpdate } from '../../contract/fleet.ts';
import { fleetRowSchema, placeDraftSchema } from '../../contract/fleet.ts';
import { applyFleetUpdate, type Fleet as FleetState } from '../../contract/fleet-merge.ts';
import { hostContract } from '../../contract/host-contract.ts';
import { portPair, type RpcPort } from '../../contract/rpc-port.ts';
import { createRpcServer } from '../../contract/rpc-server.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { feed } from '../app/feed.ts';
import { HostError } from '../errors.ts';
import { createFleet, type Fleet } from './fleet.ts';
import type { Place, Places } from './places.ts';

const START_MS = 1_700_000_000_000;

const row = (node: string, change: Partial<FleetRow> = {}): FleetRow =>
  fleetRowSchema.parse({
    ...{ node, name: node, network: 'n', address: `0x${'a'.repeat(40)}`, life: 'waiting', tone: 'good', card: null },
    ...{ todayWei: '1', monthWei: '2', qos: 1, attention: [], orders: ['pause', 'drain'] },
    ...change,
  });

/** The part of another program that is used here. */
class Program {
  rows = new Map<string, FleetRow>();
  revision = 1;
  readonly ports: RpcPort[] = [];
  readonly orders: [string, FleetOrder][] = [];
  refuses: HostError | null = null;
  says: ((update: FleetRowsUpdate) => unknown) | null = null;
  readonly #listeners = new Set<(update: FleetRowsUpdate) => void>();

  put(...rows: FleetRow[]): void {
    for (const one of rows) this.rows.set(one.node, one);
    this.tell({ kind: 'changed', revision: ++this.revision, rows, gone: [] });
  }

  tell(update: FleetRowsUpdate): void {
    for (const listener of this.#listeners) listener(update);
  }

  connect(): RpcPort {
    if (this.refuses !== null) throw this.refuses;
    const build = implement(hostContract).fleet;
    const [near, far] = portPair();
    this.ports.push(near);
    const server = createRpcServer(
      {
        fleet: {
          rows: build.rows.handler(({ signal }) =>
            feed<FleetRowsUpdate>({
              subscribe: (listener) => {
                this.#listeners.add(listener);
                return () => this.#listeners.delete(listener);
              },
              first: () => [{ kind: 'snapshot', revision: this.revision, version: '1.2.3', rows: [...this.rows.values()] }],
              signal,
            }),
          ),
          order: build.order.handler(({ input }) => {
            if (input.node === 'stubborn') throw new HostError('FLEET_ORDER_UNFIT', 'no\u001b[2J', { node: input.node });
            this.orders.push([input.node, input.order]);
            return {};
          }),
        },
      },
      () => {},
    );
    server.serve(far, 'operate');
    return near;
  }
}

let clock: ManualClock;
let cellar: Program;
let fleet: Fleet;
let state: FleetState | null;
let updates: number;
let listed: Place[];
let listListeners: Set<() => void>;

const place = (name: string): Place => {
  const { token: _, ...rest } = placeDraftSchema.parse({ name, url: 'http://127.0.0.1:1', token: `cxa_${'t'.repeat(43)}` });
  return rest;
};

/** Runs promise callbacks until nothing moves without time passing. */
async function settle(): Promise<void> {
  for (let n = 0; n < 40; n++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}
/** Lets time pass, so that collected changes are reported. */
async function pass(ms: number): Promise<void> {
  await settle();
  // In steps, so that an answer under way arrives before the time-out.
  for (let left = ms; left > 0; left -= 5_000) {
    await clock.tick(Math.min(left, 5_000));
    await settle();
  }
  await clock.tick(300);
  await settle();
}

beforeEach(() => {
  clock = new ManualClock(START_MS);
  cellar = new Program();
  cellar.put(row('a'), row('b'));
  listed = [place('cellar')];
  listListeners = new Set();
  const places: Places = {
    list: () => listed,
    add: async () => place('none'),
    remove: async () => {},
    keysOf: async () => ({ url: new URL('http://127.0.0.1:1'), token: 't', ca: null, cert: null, key: null }),
    watch(listener) {
      listListeners.add(listener);
      return () => void listListeners.delete(listener);
    },
  };
  fleet = createFleet({
    own: {
      snapshot: () => ({ kind: 'snapshot', revision: 1, version: '9', rows: [row('mine')] }),
      watch: () => () => {},
      close: () => {},
    },
    giveOrder: async ({ node, order }) => void cellar.orders.push([`own ${node}`, order]),
    places,
    connect: async () => cellar.connect(),
    version: '9',
    clock,
    random: { bytes: (count) => new Uint8Array(count), fraction: () => 0.5 },
  });
  fleet.start();
  [state, updates] = [null, 0];
  const take = (update: FleetUpdate) => {
    state = applyFleetUpdate(state, update) ?? expect.fail('a gap');
    updates += 1;
  };
  fleet.watch(take);
  take(fleet.snapshot());
  return () => fleet.close();
});

const reachOf = (name: string) => state?.places.find((one) => one.place === name);
const keys = () => [...(state?.rows.keys() ?? [])];

describe('the fleet', () => {
  it('has the nodes of this program and of each place, and reports a burst of changes once', async () => {
    await pass(0);
    expect(keys().toSorted()).toEqual(['cellar/a', 'cellar/b', 'here/mine']);
    expect(reachOf('cellar')).toMatchObject({ state: { kind: 'open' }, version: '1.2.3', heardMs: null });
    const before = updates;
    for (let wei = 0; wei < 100; wei++) cellar.put(row('a', { todayWei: String(wei) }), row('b', { todayWei: String(wei) }));
    await pass(0);
    expect(updates - before).toBe(1);
    expect(state?.rows.get('cellar/a')?.row.todayWei).toBe('99');
  });

  it('keeps what it knew of a place that is away, with its date, and follows it again once it is back', async () => {
    await pass(0);
    clock.step(60_000);
    cellar.refuses = new HostError('FLEET_PLACE_UNREACHABLE', 'refused', { host: 'x', reason: 'ECONNREFUSED' });
    cellar.ports.at(-1)?.close();
    await pass(0);
    const awayMs = reachOf('cellar')?.heardMs ?? 0;
    expect(awayMs).toBeGreaterThan(START_MS + 60_000);
    expect(reachOf('cellar')?.state).toMatchObject({ kind: 'away', error: { code: 'FLEET_PLACE_UNREACHABLE' } });
    expect(keys()).toContain('cellar/a');
    await pass(600_000);
    expect(reachOf('cellar')?.heardMs).toBe(awayMs);
    // A node was removed in the meantime.
    cellar.rows.delete('b');
    cellar.refuses = null;
    await pass(60_000);
    expect(reachOf('cellar')).toMatchObject({ state: { kind: 'open' }, heardMs: null });
    expect(keys().toSorted()).toEqual(['cellar/a', 'here/mine']);
  });

  it('reports a revoked token', async () => {
    await pass(0);
    cellar.refuses = new HostError('FLEET_PLACE_REFUSED', '401', { host: 'x' });
    cellar.ports.at(-1)?.close('ACCESS_REVOKED');
    await pass(0);
    expect(reachOf('cellar')?.state).toMatchObject({ kind: 'away', error: { code: 'FLEET_PLACE_REFUSED' } });
    await pass(60_000);
    expect(reachOf('cellar')?.state).toMatchObject({ kind: 'away', error: { code: 'FLEET_PLACE_REFUSED' } });
  });

  it('rejects a place that skips a change, and starts over', async () => {
    await pass(0);
    cellar.tell({ kind: 'changed', revision: cellar.revision + 2, rows: [row('planted')], gone: [] });
    await pass(0);
    expect(keys()).not.toContain('cellar/planted');
    expect(reachOf('cellar')?.state).toMatchObject({ kind: 'away', error: { code: 'FLEET_PLACE_BAD_ANSWER' } });
    await pass(60_000);
    expect(reachOf('cellar')?.state).toEqual({ kind: 'open' });
  });

  it('retries a place that does not answer with growing delays', async () => {
    cellar.refuses = new HostError('FLEET_PLACE_UNREACHABLE', 'refused', {});
    cellar.ports.at(-1)?.close();
    let tries = 0;
    const connect = cellar.connect.bind(cellar);
    cellar.connect = () => {
      tries += 1;
      return connect();
    };
    for (let second = 0; second < 600; second++) {
      await clock.tick(1_000);
      await settle();
    }
    expect(tries).toBeGreaterThan(8);
    expect(tries).toBeLessThan(30);
  });

  it('orders a selection, and reports the outcome for each node', async () => {
    await pass(0);
    const targets = [
      { place: 'cellar', node: 'a' },
      { place: 'cellar', node: 'stubborn' },
      { place: 'here', node: 'mine' },
      { place: 'nowhere', node: 'x' },
    ];
    const results = await fleet.steer({ targets, order: 'drain' });
    expect(results.map(({ place, node, error }) => [place, node, error?.code ?? null])).toEqual([
      ['cellar', 'a', null],
      ['cellar', 'stubborn', 'FLEET_ORDER_UNFIT'],
      ['here', 'mine', null],
      ['nowhere', 'x', 'FLEET_PLACE_UNKNOWN'],
    ]);
    // Control characters in another program's messages are removed.
    expect(results[1]?.error?.message).toBe('no\u{fffd}[2J');
    expect(cellar.orders.toSorted()).toEqual([
      ['a', 'drain'],
      ['own mine', 'drain'],
    ]);
  });

  it('delivers no order to a place that is away', async () => {
    await pass(0);
    cellar.refuses = new HostError('FLEET_PLACE_UNREACHABLE', 'refused', {});
    cellar.ports.at(-1)?.close();
    await pass(0);
    const [result] = await fleet.steer({ targets: [{ place: 'cellar', node: 'a' }], order: 'pause' });
    expect(result?.error?.code).toBe('FLEET_PLACE_AWAY');
    expect(cellar.orders).toEqual([]);
  });

  it('forgets the nodes of a place that is no longer watched', async () => {
    await pass(0);
    listed = [];
    for (const listener of listListeners) listener();
    await pass(0);
    expect(keys()).toEqual(['here/mine']);
    expect(state?.places.map((one) => one.place)).toEqual(['here']);
  });
});
