/** What kinds of networks can and cannot do, as data: there is one loop and one decision for all of them. */
import type { NetworkMode } from '../../contract/node-config.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';

export interface NetworkRules {
  /** What manages and judges the tasks: a relay, or contracts on a chain. */
  readonly mode: NetworkMode;
  /** Statuses in which it accepts a score or an error report; in any other it refuses them. */
  readonly reportsIn: readonly TaskStatus[];
  /** The arguments may arrive later than the task itself, so empty ones mean "not yet". */
  readonly argsFollow: boolean;
  /**
   * Null: the network itself ends a task whose time is up. Otherwise, only the application or the node can; if neither
   * does, the node stays busy indefinitely, and its stake is locked, so aborting is the node's duty. A validated result
   * whose upload only has to be noticed gets `uploadGraceSeconds` more, because the fee is earned.
   */
  readonly expiry: { readonly uploadGraceSeconds: number } | null;
  /** It accepts the files of an invalidated result for a later review. */
  readonly takesEvidence: boolean;
  /** It keeps an account for each node and pays to it; otherwise it pays to the node's wallet. */
  readonly keepsAccounts: boolean;
  /** The end of a task can be reverted after it counted as final, by a reorganisation deeper than expected. */
  readonly endsCanBeUndone: boolean;
}

/** Source: RELAY_PROTOCOL 4.4, 8.5. */
export const RELAY_RULES: NetworkRules = {
  mode: 'relay',
  reportsIn: ['Started', 'ParametersUploaded'],
  argsFollow: false,
  expiry: null,
  takesEvidence: true,
  keepsAccounts: true,
  endsCanBeUndone: false,
};

/** Source: CHAIN_PROTOCOL 2.6, CHAIN_CORRECTIONS 18, 10. */
export const CHAIN_RULES: NetworkRules = {
  mode: 'chain',
  reportsIn: ['ParametersUploaded'],
  argsFollow: true,
  expiry: { uploadGraceSeconds: 30 },
  takesEvidence: false,
  keepsAccounts: false,
  endsCanBeUndone: true,
};

export function rulesOf(mode: NetworkMode): NetworkRules {
  return mode === 'chain' ? CHAIN_RULES : RELAY_RULES;
}
