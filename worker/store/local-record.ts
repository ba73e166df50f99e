/**
 * What this node has done about a task, derived from the facts in the store (executions, ledger, uploads, closing),
 * never stored as a status of its own: a state that no facts support cannot exist.
 */
import type { Hex } from '../../protocol/hex.ts';

export type LocalRecord =
  /** Nothing done, or only executions that were cut off; those engine lifetimes are spent (law 3). */
  | { readonly kind: 'new'; readonly spentLifetimes: readonly string[] }
  /** An execution runs in this process. */
  | { readonly kind: 'executing'; readonly lifetime: string }
  /** The ledger holds the score. `uploadRefused`: the network has refused the result at least once. */
  | { readonly kind: 'scored'; readonly score: Hex; readonly uploadRefused: boolean }
  /** The engine found the task's arguments invalid. */
  | { readonly kind: 'invalid'; readonly traceback: string }
  /** The execution ended in any other error: the node stays silent. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** The network accepted the result files. */
  | { readonly kind: 'uploaded'; readonly score: Hex }
  | { readonly kind: 'closed' };

export type LocalKind = LocalRecord['kind'];
