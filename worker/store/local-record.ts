/**
 * What this node has done about a task, derived from the facts in the store (executions, ledger, uploads, closing) and
 * never stored as a separate status: a state without supporting facts cannot exist.
 */
import type { Hex } from '../../protocol/hex.ts';

export type LocalRecord =
  /** Nothing done, or only interrupted executions; those engine lifetimes are used up (law 3). */
  | { readonly kind: 'new'; readonly spentLifetimes: readonly string[] }
  /** An execution is running in this process. */
  | { readonly kind: 'executing'; readonly lifetime: string }
  /** The ledger contains the score. `uploadRefused`: the network has refused the result at least once. */
  | { readonly kind: 'scored'; readonly score: Hex; readonly uploadRefused: boolean }
  /** The engine found the task's arguments invalid. */
  | { readonly kind: 'invalid'; readonly traceback: string }
  /** The execution ended in any other error: the node reports nothing. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** The network accepted the result files. */
  | { readonly kind: 'uploaded'; readonly score: Hex }
  | { readonly kind: 'closed' };

export type LocalKind = LocalRecord['kind'];
