/** Leases as an API server stores them: every write names the version that was read. */
import { HostError } from '../../errors.ts';
import type { LeaseRecord, LeaseRequest, LeaseStore } from '../lease-store.ts';

export class FakeLeases {
  readonly records = new Map<string, LeaseRecord>();
  /** Clients that get no answer and whose requests do not arrive. */
  readonly cutOff = new Set<string>();
  /** Clients whose next write arrives, but without an answer. */
  readonly answerLost = new Set<string>();
  #version = 0;

  client(name: string): LeaseStore {
    const asked = async <Answer>(act: () => Answer, isWrite: boolean): Promise<Answer> => {
      if (this.cutOff.has(name)) throw new HostError('LEASE_UNREACHABLE', 'away');
      const answer = act();
      if (isWrite && this.answerLost.delete(name)) throw new HostError('LEASE_UNREACHABLE', 'no answer');
      return answer;
    };
    return {
      read: (lease) => asked(() => this.records.get(lease) ?? null, false),
      create: (lease, wish) => asked(() => (this.records.has(lease) ? 'taken' : this.#write(lease, wish)), true),
      replace: (lease, wish, { version }) =>
        asked(() => (this.records.get(lease)?.version === version ? this.#write(lease, wish) : 'taken'), true),
      close: async () => {},
    };
  }

  #write(lease: string, wish: LeaseRequest): LeaseRecord {
    const record = { ...wish, version: String(++this.#version), metadata: {} };
    this.records.set(lease, record);
    return record;
  }
}
