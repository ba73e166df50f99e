/** Situations that are hard to reach for real, by the name that `?fixture=` gives. */
const SCENARIOS = [
  /** No node yet: the window opens at the first run. */
  'first-run',
  /** Likewise, on the way to a public network, on a machine without a card and without the official worker; left and come back to. */
  'first-run-public',
  /** Idle, with a past. */
  'running',
  'executing',
  /** A node that has just started for the first time. */
  'empty',
  'paused',
  'stopped',
  'locked',
  'backoff',
  'failed',
  'slashed',
  'kicked-out',
  /** Out by the machine's own reason, while the host wants tasks. */
  'held',
  'relay-down',
  'chain-down',
  /** Asks for its stake back. */
  'leaving',
  /** Has left, and its stake has arrived. */
  'left',
  /** The network no longer lists it. */
  'dropped',
  /** 100,000 rows, made when they are asked for. */
  'many-tasks',
  /** Two profiles side by side. */
  'two-nodes',
  /** 500 nodes in five places, one of which is away. */
  'fleet',
  /** The network keeps no stake on a chain. */
  'no-chain',
  /** The network's tasks, stakes and payments live on a chain. */
  'on-chain',
  /** A machine without a card. */
  'no-cards',
  /** The self-test gives another result than before. */
  'self-test-changed',
  /** The stake is on its way back. */
  'returning',
  /** The network has moved to other contracts; a stake is still in the old ones. */
  'legacy-stake',
  /** The ledger and the network do not agree. */
  'books-differ',
  /** Every read of a node fails. */
  'errors',
  /** The connection to the host goes twice, and comes back. */
  'host-lost',
  /** A damaged settings file was replaced by its backup. */
  'restored',
  /** Nobody answers what a person is asked, and what takes long does not end by itself; the key is an imported one. */
  'nobody-there',
  /** The page in a browser has no session any more. */
  'session-ended',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

export function scenarioOf(name: string | null): Scenario {
  return SCENARIOS.find((scenario) => scenario === name) ?? 'running';
}

/** What every fixture knows. */
export interface World {
  readonly scenario: Scenario;
  /** When the page was opened; times of made-up data count back from it. */
  readonly nowMs: number;
}

export const ADDRESS = '0x6f3A9d1C27B4e85F0a1B2C3d4E5f60718293a4B5';
export const COMMITMENT = '0x3fa94c1e7720b8d5e6f1029384756abcde0123456789fedcba98765432100fa1';
export const CNX = 10n ** 18n;
export const cnx = (amount: number): string => (BigInt(Math.round(amount * 1e6)) * 10n ** 12n).toString();
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
