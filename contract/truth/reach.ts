/** Whether the other side answers, and since when it does not. */

export type Reach =
  /** There is nothing to contact. */
  | { readonly kind: 'none' }
  /** Not contacted yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'answers' }
  /** Null = since before it was recorded. */
  | { readonly kind: 'silent'; readonly sinceMs: number | null };

/** How this reader gets its data: from the program around the nodes, then from the node's own process. */
export type Connection =
  | { readonly kind: 'here' }
  /** The program does not answer: nothing is known about its nodes. */
  | { readonly kind: 'noProgram'; readonly sinceMs: number | null }
  /** The program answers; the node's own process does not. */
  | { readonly kind: 'noNode'; readonly sinceMs: number | null };

export const HERE: Connection = { kind: 'here' };

/**
 * After this time, a fact is overdue: the stake is read every 30 s, the node's status and balance at the network at
 * most every 15 s, the cards every few seconds.
 */
const FRESH_MS = { stake: 120_000, balance: 90_000, card: 60_000 } as const;

/** The age of a fact. */
export interface Aged {
  /** Null = changes are reported at once. */
  readonly readMs: number | null;
  /** It is overdue: it is shown grey, with its age. */
  readonly isOld: boolean;
}

export function isOldAt(what: keyof typeof FRESH_MS, readMs: number, nowMs: number): boolean {
  return nowMs - readMs > FRESH_MS[what];
}
