export interface BackoffLimits {
  readonly baseMs: number;
  readonly capMs: number;
}

/** Wait after the nth failure in a row (n from 1): doubling from the base to the cap. */
export function backoffMs(failures: number, { baseMs, capMs }: BackoffLimits): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 30));
}
