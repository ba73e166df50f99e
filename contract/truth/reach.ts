/** Whether the other end of a line answers, and since when it does not. */

export type Reach =
  /** There is nothing there to ask. */
  | { readonly kind: 'none' }
  /** Nobody has asked yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'answers' }
  /** Null = since before anybody noted it. */
  | { readonly kind: 'silent'; readonly sinceMs: number | null };

/** How this reader gets what it shows: the program around the nodes, then the node's own process. */
export type Connection =
  | { readonly kind: 'here' }
  /** The program does not answer: nothing can be said of its nodes. */
  | { readonly kind: 'noProgram'; readonly sinceMs: number | null }
  /** The program answers; the node's own process does not. */
  | { readonly kind: 'noNode'; readonly sinceMs: number | null };

export const HERE: Connection = { kind: 'here' };

/** The stake is read every 30 s; what is older than this was not refreshed when it was due. */
const STAKE_FRESH_MS = 120_000;

export function isStakeOld(readMs: number, nowMs: number): boolean {
  return nowMs - readMs > STAKE_FRESH_MS;
}
