/** Leases for the keys of this program's nodes: taken before a process starts, released after it ends. */
import type { Clock } from '../../protocol/ports.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import type { Log } from '../../worker/log.ts';
import type { LeaseStore } from '../lease/lease-store.ts';
import { createLeases, LEASE_TIMES, type Leases } from '../lease/leases.ts';
import type { ProfileStore } from '../profiles/profiles.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';

export interface LeaseSource {
  readonly store: LeaseStore;
  /** Identity of this program; no other program running at the same time may have the same. */
  readonly identity: string;
}

/** From asking a process to end until it is killed. */
const END_WITHIN_MS = LEASE_TIMES.endMs - LEASE_TIMES.giveUpMs;
/** States without a process and without one about to start. */
const WITHOUT_PROCESS: ReadonlySet<string> = new Set(['stopped', 'failed', 'locked']);

export function openNodeLeases(
  { store, identity }: LeaseSource,
  parts: {
    readonly profiles: Pick<ProfileStore, 'list'>;
    readonly supervisor: Pick<Supervisor, 'fence' | 'lease' | 'watch'>;
    readonly clock: Clock;
    readonly log: Log;
  },
): Leases {
  const { profiles, supervisor, clock, log } = parts;
  const nodesOf = (address: string) => profiles.list().flatMap((one) => (sameAddress(one.address, address) ? [one.id] : []));
  const leases = createLeases({
    ...{ store, identity, clock },
    onRenewed(address, leftMs) {
      for (const id of nodesOf(address)) supervisor.lease(id, leftMs);
    },
    onLost(address, error, how) {
      log.error({ err: error }, 'a node is ended');
      for (const id of nodesOf(address)) supervisor.fence(id, error.serialise(), how === 'taken' ? 0 : END_WITHIN_MS);
    },
  });
  supervisor.watch(({ profileId, worker }) => {
    const profile = profiles.list().find(({ id }) => id === profileId);
    if (profile !== undefined && WITHOUT_PROCESS.has(worker.kind)) void leases.release(profile.address, profileId);
  });
  return leases;
}
