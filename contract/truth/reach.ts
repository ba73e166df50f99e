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

/**
 * After so long a fact was not read again when it was due: the stake is read every 30 s, the network's word of the node, with the
 * balance, every 15 s at most, the cards every few seconds.
 */
const FRESH_MS = { stake: 120_000, balance: 90_000, card: 60_000 } as const;

/** Where a fact is from, in time. */
export interface Aged {
  /** Null = it is told at once when it changes. */
  readonly readMs: number | null;
  /** Nobody has read it when it was due: it is shown grey, with its age. */
  readonly isOld: boolean;
}

export function isOldAt(what: keyof typeof FRESH_MS, readMs: number, nowMs: number): boolean {
  return nowMs - readMs > FRESH_MS[what];
}
