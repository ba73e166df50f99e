/** A place where leases are stored. It accepts a write only if nobody else has written since the lease was read. */

/** A lease as it was read or written. */
export interface LeaseRecord {
  /** Null = nobody holds it. */
  readonly holder: string | null;
  /** How long a renewal is valid. */
  readonly durationSeconds: number;
  /** As written by the holder. Only compared, because it comes from another machine's clock. */
  readonly renewed: string | null;
  readonly acquired: string | null;
  /** How often the holder has changed. */
  readonly transitions: number;
  /** Version of this state; a write has to name it. */
  readonly version: string;
  /** Everything else stored with it, written back unchanged. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

export type LeaseRequest = Omit<LeaseRecord, 'version' | 'metadata'>;

export interface LeaseStore {
  /** Null = no lease with this name. @throws HostError LEASE_UNREACHABLE, LEASE_FORBIDDEN */
  read(name: string): Promise<LeaseRecord | null>;
  /** @returns `taken` if somebody else has created it. @throws the same */
  create(name: string, wish: LeaseRequest): Promise<LeaseRecord | 'taken'>;
  /** @returns `taken` if it has changed since, or is gone. @throws the same */
  replace(name: string, wish: LeaseRequest, read: LeaseRecord): Promise<LeaseRecord | 'taken'>;
  close(): Promise<void>;
}
