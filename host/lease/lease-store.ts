/** Where leases are: a place that takes each write only if nobody else has written since it was read. */

/** A lease as it was read or written. */
export interface LeaseRecord {
  /** Null = nobody has it. */
  readonly holder: string | null;
  /** How long the holder has it from a renewal on. */
  readonly durationSeconds: number;
  /** As the holder has written it; only compared, for its clock is another machine's. */
  readonly renewed: string | null;
  readonly acquired: string | null;
  /** How often it has changed hands. */
  readonly transitions: number;
  /** Of this very state; a write names it. */
  readonly version: string;
  /** What else is kept with it, given back as it came. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

export type LeaseWish = Omit<LeaseRecord, 'version' | 'metadata'>;

export interface LeaseStore {
  /** Null = there is none of this name. @throws HostError LEASE_UNREACHABLE, LEASE_FORBIDDEN */
  read(name: string): Promise<LeaseRecord | null>;
  /** @returns `taken` where somebody else has made it. @throws likewise */
  create(name: string, wish: LeaseWish): Promise<LeaseRecord | 'taken'>;
  /** @returns `taken` where it has changed since, or is gone. @throws likewise */
  replace(name: string, wish: LeaseWish, read: LeaseRecord): Promise<LeaseRecord | 'taken'>;
  close(): Promise<void>;
}
