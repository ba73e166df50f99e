/** Scenarios that are hard to reach in practice, by the name given in `?fixture=`. */
const SCENARIOS = [
  /** No node yet: the window opens at the first run. */
  'first-run',
  /** The same, on the way to a public network, on a machine without a card and without the official worker; interrupted and resumed. */
  'first-run-public',
  /** Idle, with a history. */
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
  /** Paused for the machine's own reasons, although the host wants tasks. */
  'held',
  'relay-down',
  'chain-down',
  /** Requests its stake. */
  'leaving',
  /** Has left, and its stake has been returned. */
  'left',
  /** The network no longer lists it. */
  'dropped',
  /** 100,000 rows, generated on demand. */
  'many-tasks',
  /** Two profiles side by side. */
  'two-nodes',
  /** 500 nodes in five places, one of which is away. */
  'fleet',
  /** The network has no stake on a chain. */
  'no-chain',
  /** The network's tasks, stakes and payments are on a chain. */
  'on-chain',
  /** A machine without a card. */
  'no-cards',
  /** The self-test gives a different result than before. */
  'self-test-changed',
  /** The stake is being returned. */
  'returning',
  /** The network has moved to new contracts; a stake is still in the old ones. */
  'legacy-stake',
  /** The ledger and the network disagree. */
  'books-differ',
  /** Every read of a node fails. */
  'errors',
  /** The connection to the host is lost twice, and comes back. */
  'host-lost',
  /** A damaged settings file was replaced by its backup. */
  'restored',
  /** Nobody answers the question to the person, and long acts do not end on their own; the key is an imported one. */
  'nobody-there',
  /** The page in a browser no longer has a session. */
  'session-ended',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

export function scenarioOf(name: string | null): Scenario {
  return SCENARIOS.find((scenario) => scenario === name) ?? 'running';
}

/** Shared by all fixtures. */
export interface World {
  readonly scenario: Scenario;
  /** When the page was opened; times in the sample data count back from it. */
  readonly nowMs: number;
}

export const ADDRESS = '0x6f3A9d1C27B4e85F0a1B2C3d4E5f60718293a4B5';
export const COMMITMENT = '0x3fa94c1e7720b8d5e6f1029384756abcde0123456789fedcba98765432100fa1';
export const CNX = 10n ** 18n;
export const cnx = (amount: number): string => (BigInt(Math.round(amount * 1e6)) * 10n ** 12n).toString();
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Resolves immediately, except in scenario `nobody-there`, where only the caller can end it. */
export function waitForHost({ scenario }: World, signal: AbortSignal | undefined): Promise<void> {
  if (scenario !== 'nobody-there') return Promise.resolve();
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}
