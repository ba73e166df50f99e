/**
 * Ensures that two programs never run nodes with the same key at the same time: before a node's process starts, the
 * program takes the lease of its address, and holds it while the process is alive. All times are measured with the
 * machine's own monotonic clock:
 *
 * - a holder renews every 10 s, and gives up its node 40 s after it sent the last renewal that was answered;
 * - another program takes the lease only after it has seen no renewal for the full 60 s stated in the record.
 *
 * A waiting program sees a record only after the holder has sent it. The holder's process is asked to end at 40 s and
 * killed at 50 s, so it is gone 10 s before another can start. The process also watches the 50 s itself, in case its
 * program hangs.
 */
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { HostError, isHostError } from '../errors.ts';
import type { LeaseRecord, LeaseStore } from './lease-store.ts';

export const LEASE_TIMES = { durationMs: 60_000, renewMs: 10_000, retryMs: 2_000, giveUpMs: 40_000, endMs: 50_000 } as const;

export interface LeasesOptions {
  readonly store: LeaseStore;
  /** Identity of this program; no other program running at the same time may have the same. */
  readonly identity: string;
  readonly clock: Clock;
  /** Called at each renewal with the time from now on during which a process may act. */
  readonly onRenewed?: (address: string, leftMs: number) => void;
  /** `taken`: another program already has it; `late`: it could not be renewed in time. The address's nodes must end. */
  readonly onLost: (address: string, error: HostError, how: 'taken' | 'late') => void;
}

export interface Leases {
  /**
   * Takes the lease for one node; several nodes of one address share it. @returns for how long from now on its process
   * may act. @throws HostError LEASE_HELD, LEASE_UNREACHABLE, LEASE_FORBIDDEN
   */
  hold(address: string, node: string): Promise<number>;
  /** Call when the node's process is gone. The last node of an address releases the lease. Never rejects. */
  release(address: string, node: string): Promise<void>;
  /** Releases all leases. */
  close(): Promise<void>;
}

/** `crynux-node-0x…` in lower case, as Kubernetes names require. */
export function leaseName(address: string): string {
  return `crynux-node-${address.toLowerCase()}`;
}

interface Held {
  readonly nodes: Set<string>;
  readonly ending: AbortController;
  record: LeaseRecord;
  /** Time since the last answered renewal was sent. */
  ageMs: () => number;
}

/** Another program's lease, as seen here. */
interface Seen {
  readonly version: string;
  readonly unchangedMs: () => number;
}

const TRIES = 3;

export function createLeases(options: LeasesOptions): Leases {
  return new ProgramLeases(options);
}

class ProgramLeases implements Leases {
  readonly #options: LeasesOptions;
  readonly #held = new Map<string, Held>();
  readonly #seen = new Map<string, Seen>();
  /** Serialises the calls for each address. */
  readonly #turns = new Map<string, Promise<unknown>>();
  #closed = false;

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  hold(address: string, node: string): Promise<number> {
    const name = leaseName(address);
    return this.#inTurn(name, async () => {
      if (this.#closed) throw new HostError('LEASE_LOST', 'the program ends', { address, holder: null });
      const held = this.#held.get(name) ?? (await this.#acquire(address, name));
      held.nodes.add(node);
      return LEASE_TIMES.endMs - held.ageMs();
    });
  }

  release(address: string, node: string): Promise<void> {
    const name = leaseName(address);
    return this.#inTurn(name, async () => {
      const held = this.#held.get(name);
      held?.nodes.delete(node);
      if (held?.nodes.size === 0) await this.#giveBack(name, held);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const names = [...this.#held];
    await Promise.all(names.map(([name, held]) => this.#inTurn(name, () => this.#giveBack(name, held))));
    await this.#options.store.close();
  }

  #inTurn<Value>(name: string, act: () => Promise<Value>): Promise<Value> {
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(act);
    this.#turns.set(
      name,
      turn.catch(() => {}),
    );
    return turn;
  }

  async #acquire(address: string, name: string): Promise<Held> {
    const { store, clock } = this.#options;
    for (let tries = 0; tries < TRIES; tries++) {
      const read = await store.read(name);
      const ageMs = startStopwatch(clock);
      if (read !== null) this.#assertFree(address, name, read);
      const record =
        read === null ? await store.create(name, this.#wish(null)) : await store.replace(name, this.#wish(read), read);
      if (record !== 'taken') return this.#begin(address, name, { record, ageMs });
    }
    throw new HostError('LEASE_HELD', `another program is just taking the lease of ${address}`, { address, holder: null });
  }

  /** @throws HostError LEASE_HELD while another program may still act on it */
  #assertFree(address: string, name: string, read: LeaseRecord): void {
    const { identity, clock } = this.#options;
    if (read.holder === null || read.holder === identity) return;
    const known = this.#seen.get(name);
    const seen = known?.version === read.version ? known : { version: read.version, unchangedMs: startStopwatch(clock) };
    this.#seen.set(name, seen);
    const leftMs = Math.max(read.durationSeconds * 1_000, 1_000) - seen.unchangedMs();
    if (leftMs <= 0) return;
    const leftSeconds = Math.ceil(leftMs / 1_000);
    const message = `${read.holder} holds the lease of ${address}; it will be free in ${leftSeconds} s unless it is renewed`;
    throw new HostError('LEASE_HELD', message, { address, holder: read.holder, leftSeconds, renewed: read.renewed });
  }

  #begin(address: string, name: string, taken: Pick<Held, 'record' | 'ageMs'>): Held {
    const held: Held = { nodes: new Set(), ending: new AbortController(), ...taken };
    this.#held.set(name, held);
    this.#seen.delete(name);
    const lost = (error: HostError, how: 'taken' | 'late') => {
      if (held.ending.signal.aborted) return;
      held.ending.abort();
      this.#held.delete(name);
      this.#options.onLost(address, error, how);
    };
    void this.#renew(address, name, { held, lost }).catch(() => {});
    void this.#watch(address, held, lost).catch(() => {});
    return held;
  }

  /** Separate from the renewals, so that a hanging one does not stop the timer. */
  async #watch(address: string, held: Held, lost: (error: HostError, how: 'late') => void): Promise<void> {
    const { clock } = this.#options;
    const { signal } = held.ending;
    for (;;) {
      const leftMs = LEASE_TIMES.giveUpMs - held.ageMs();
      if (leftMs <= 0) break;
      await clock.sleep(leftMs, signal);
    }
    const seconds = LEASE_TIMES.giveUpMs / 1_000;
    lost(
      new HostError('LEASE_LOST', `the lease of ${address} could not be renewed for ${seconds} s`, { address, holder: null }),
      'late',
    );
  }

  async #renew(
    address: string,
    name: string,
    { held, lost }: { readonly held: Held; readonly lost: (error: HostError, how: 'taken') => void },
  ): Promise<void> {
    const { clock } = this.#options;
    const { signal } = held.ending;
    let waitMs: number = LEASE_TIMES.renewMs;
    while (!signal.aborted) {
      await clock.sleep(waitMs, signal);
      const ageMs = startStopwatch(clock);
      const answer = await this.#renewed(name, held.record).catch((error: unknown) => {
        if (isHostError(error)) return null;
        throw error;
      });
      if (signal.aborted) return;
      if (answer !== null && 'holder' in answer) {
        Object.assign(held, { record: answer, ageMs });
        this.#options.onRenewed?.(address, LEASE_TIMES.endMs - ageMs());
      } else if (answer !== null) {
        const { by } = answer;
        const message = `${by} has taken the lease of ${address}`;
        return lost(new HostError('LEASE_LOST', message, { address, holder: by }), 'taken');
      }
      // The answer to a write was lost, or the server is briefly unavailable.
      waitMs = answer === null ? LEASE_TIMES.retryMs : LEASE_TIMES.renewMs;
    }
  }

  /** Null = try again soon. @throws HostError if nobody answers */
  async #renewed(name: string, record: LeaseRecord): Promise<LeaseRecord | { readonly by: string } | null> {
    const { store, identity } = this.#options;
    const answer = await store.replace(name, this.#wish(record), record);
    if (answer !== 'taken') return answer;
    const now = await store.read(name);
    if (now === null) {
      // Somebody has deleted it. Create it again, because until then another program could take it.
      const made = await store.create(name, this.#wish(null));
      return made === 'taken' ? null : made;
    }
    if (now.holder !== null && now.holder !== identity) return { by: now.holder };
    const again = await store.replace(name, this.#wish(now), now);
    return again === 'taken' ? null : again;
  }

  async #giveBack(name: string, held: Held): Promise<void> {
    if (held.ending.signal.aborted) return;
    held.ending.abort();
    this.#held.delete(name);
    // If this does not arrive, the lease expires by itself. Another program's write is never overwritten.
    const free = { ...this.#wish(held.record), holder: null };
    await this.#options.store.replace(name, free, held.record).catch(() => {});
  }

  #wish(before: LeaseRecord | null) {
    const { identity, clock } = this.#options;
    // Shown to people, and distinguishes renewals; no waiting depends on it.
    const now = `${new Date(clock.now()).toISOString().slice(0, -1)}000Z`;
    const isOwn = before?.holder === identity;
    return {
      holder: identity,
      durationSeconds: LEASE_TIMES.durationMs / 1_000,
      renewed: now,
      acquired: isOwn ? (before.acquired ?? now) : now,
      transitions: before === null ? 0 : before.transitions + (isOwn ? 0 : 1),
    };
  }
}
