/**
 * Follows one place: connects, keeps its rows, and reconnects with growing delays. What was known is kept, with its
 * date.
 */
import type { FleetOrder, FleetRow } from '../../contract/fleet.ts';
import { fleetRowsUpdateSchema } from '../../contract/fleet.ts';
import { applyRowsUpdate, type PlaceRows } from '../../contract/fleet-merge.ts';
import { plainText } from '../../contract/plain-text.ts';
import { createHostClient, type HostClient } from '../../contract/rpc-client.ts';
import { errorOf } from '../../contract/rpc-errors.ts';
import type { ErrorView } from '../../contract/worker-channel.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { backoffMs } from '../../worker/kit/backoff.ts';
import { HostError } from '../errors.ts';
import type { ConnectPlace } from './connect-place.ts';
import type { PlaceKeys } from './places.ts';

const SNAPSHOT_WITHIN_MS = 20_000;
const ORDER_WITHIN_MS = 20_000;
const RETRY = { baseMs: 1_000, capMs: 60_000 };
/** A connection that lasted this long resets the retry delay. */
const STABLE_MS = 30_000;
const MAX_TEXT = 300;

type PlaceReach =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'away'; readonly error: ErrorView };

export interface PlaceFollowerParts {
  readonly name: string;
  readonly keys: () => Promise<PlaceKeys>;
  readonly connect: ConnectPlace;
  readonly clock: Clock;
  readonly random: Random;
  /** Called with the nodes that changed, or with an empty list if the place itself changed. */
  readonly onChange: (nodes: readonly string[]) => void;
}

export interface PlaceFollower {
  reach(): PlaceReach;
  /** When the rows were last known to be current; null = never, or they are current now. */
  heardMs(): number | null;
  version(): string | null;
  rows(): ReadonlyMap<string, FleetRow>;
  /** @throws HostError FLEET_PLACE_AWAY, or the error that the place answers with */
  order(node: string, order: FleetOrder): Promise<void>;
  close(): void;
}

const NO_ROWS: ReadonlyMap<string, FleetRow> = new Map();

export function followPlace(parts: PlaceFollowerParts): PlaceFollower {
  const { name, clock, random, onChange } = parts;
  const ending = new AbortController();
  let reach: PlaceReach = { kind: 'connecting' };
  let heardMs: number | null = null;
  let state: PlaceRows | null = null;
  let client: HostClient | null = null;

  function take(next: PlaceRows): void {
    const before = state?.rows ?? NO_ROWS;
    const wasOpen = reach.kind === 'open';
    state = next;
    reach = { kind: 'open' };
    const changed = [...next.rows].filter(([node, row]) => before.get(node) !== row).map(([node]) => node);
    const gone = [...before.keys()].filter((node) => !next.rows.has(node));
    onChange([...changed, ...gone]);
    if (!wasOpen) onChange([]);
  }

  async function session(): Promise<never> {
    const keys = await parts.keys();
    const over = new AbortController();
    const signal = AbortSignal.any([ending.signal, over.signal]);
    const port = await parts.connect(keys, { clock, signal });
    let why: string | undefined;
    port.onClose((code) => {
      why ??= code;
      over.abort();
    });
    clock.sleep(SNAPSHOT_WITHIN_MS, signal).then(
      () => reach.kind !== 'open' && port.close('FLEET_PLACE_BAD_ANSWER'),
      () => {},
    );
    try {
      const ours = createHostClient(port);
      // Changes on this connection never apply to rows from an earlier one.
      let known: PlaceRows | null = null;
      for await (const raw of await ours.fleet.rows({}, { signal })) {
        const update = fleetRowsUpdateSchema.safeParse(raw);
        const next: PlaceRows | null = update.success ? applyRowsUpdate(known, update.data) : null;
        if (next === null)
          throw new HostError('FLEET_PLACE_BAD_ANSWER', `${name} reported an update that does not match`, {
            host: keys.url.host,
          });
        known = next;
        client = ours;
        take(next);
      }
      throw new HostError('FLEET_PLACE_UNREACHABLE', `${name} ended the subscription`, { host: keys.url.host, reason: 'ended' });
    } catch (error) {
      if (why === 'ACCESS_REVOKED')
        throw new HostError('FLEET_PLACE_REFUSED', `${name} has revoked the token`, { host: keys.url.host });
      if (why === 'FLEET_PLACE_BAD_ANSWER') throw new HostError(why, `${name} reported nothing in time`, { host: keys.url.host });
      if (!over.signal.aborted) throw error;
      throw new HostError('FLEET_PLACE_UNREACHABLE', `the connection to ${name} ended`, {
        host: keys.url.host,
        reason: why ?? 'ended',
      });
    } finally {
      client = null;
      over.abort();
      port.close();
    }
  }

  async function run(): Promise<void> {
    for (let failures = 1; ; failures++) {
      const ran = startStopwatch(clock);
      try {
        await session();
      } catch (error) {
        if (ending.signal.aborted) return;
        if (reach.kind === 'open') heardMs = clock.now();
        if (ran() >= STABLE_MS) failures = 1;
        reach = { kind: 'away', error: foreignError(error) };
        onChange([]);
      }
      const wait = backoffMs(failures, RETRY);
      await clock.sleep(Math.round(wait / 2 + (wait / 2) * random.fraction()), ending.signal);
    }
  }
  // Ends only when the signal aborts.
  run().catch(() => {});

  return {
    reach: () => reach,
    heardMs: () => (reach.kind === 'open' ? null : heardMs),
    version: () => state?.version ?? null,
    rows: () => state?.rows ?? NO_ROWS,
    async order(node, order) {
      if (client === null) throw new HostError('FLEET_PLACE_AWAY', `${name} does not answer`, { name });
      const late = new AbortController();
      const signal = AbortSignal.any([ending.signal, late.signal]);
      clock.sleep(ORDER_WITHIN_MS, signal).then(
        () => late.abort(new HostError('FLEET_PLACE_AWAY', `${name} did not answer in time`, { name })),
        () => {},
      );
      try {
        await client.fleet.order({ node, order }, { signal });
      } catch (error) {
        throw late.signal.aborted ? late.signal.reason : error;
      } finally {
        late.abort();
      }
    },
    close: () => ending.abort(),
  };
}

/** Makes another program's error, or one of our own, safe to show: shortened, and without control characters. */
export function foreignError(error: unknown): ErrorView {
  const { code, message, data } = errorOf(error);
  const plain = (text: string) => plainText(text).slice(0, MAX_TEXT);
  const facts = Object.entries(data)
    .slice(0, 8)
    .flatMap(([name, value]): [string, string | number][] => {
      if (typeof value === 'string') return [[plain(name), plain(value)]];
      return typeof value === 'number' ? [[plain(name), value]] : [];
    });
  return {
    code: /^[A-Z][A-Z0-9_]{0,60}$/.test(code) ? code : 'UNEXPECTED',
    message: plain(message),
    data: Object.fromEntries(facts),
  };
}
