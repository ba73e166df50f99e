/** What kinds of networks can do and cannot, as data: there is one loop and one decision for all of them. */
import type { NetworkMode } from '../../contract/node-config.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';

export interface NetworkRules {
  /** Who has the tasks and judges them: a relay, or contracts on a chain. */
  readonly mode: NetworkMode;
  /** Statuses in which it takes a score or the report of an error; in any other it refuses them. */
  readonly reportsIn: readonly TaskStatus[];
  /** The arguments may come later than the task itself: empty ones are then none yet. */
  readonly argsFollow: boolean;
  /**
   * Null: the network ends a task whose time is up. Otherwise nobody does but the application and the node, which stays busy
   * for ever if neither does, its stake with it: to abort is then the node's duty. A validated result whose upload only has to be
   * noticed is given `uploadGraceSeconds` more, for the fee is earned.
   */
  readonly expiry: { readonly uploadGraceSeconds: number } | null;
  /** It takes the files of an invalidated result, for a later review. */
  readonly takesEvidence: boolean;
  /** It keeps an account for each node, and pays to it; else it pays to the node's wallet. */
  readonly keepsAccounts: boolean;
  /** The end of a task can be taken back after it counted as final: by a reorganisation deeper than any that was expected. */
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
