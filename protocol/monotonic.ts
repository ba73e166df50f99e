/**
 * Durations and due times. People, time servers and a machine that wakes up change a wall clock, so code that waits by it
 * may wait far too long or not at all. There are therefore two kinds of reading, with types that cannot be mixed: a date is
 * a number of milliseconds since 1970, and a moment of the monotonic clock is opaque and only useful for differences.
 */

declare const monotonic: unique symbol;

/** A moment on a clock that never steps; it has no date and means nothing in another process. */
export interface Monotonic {
  readonly [monotonic]: 'milliseconds';
}

/** What a reading needs; a clock that has only dates is treated as one that never steps. */
export interface MonotonicSource {
  now(): number;
  monotonic?(): Monotonic;
}

/** Before and after every other moment. */
export const LONG_AGO = toMonotonic(Number.NEGATIVE_INFINITY);
export const NEVER = toMonotonic(Number.POSITIVE_INFINITY);

/** For clocks only: converts a count of milliseconds to a moment. */
export function toMonotonic(milliseconds: number): Monotonic {
  return milliseconds as unknown as Monotonic;
}

export function monotonicNow(clock: MonotonicSource): Monotonic {
  return clock.monotonic?.() ?? toMonotonic(clock.now());
}

/** Milliseconds from one moment to another; negative when the second was earlier. */
export function elapsedMs(from: Monotonic, to: Monotonic): number {
  return toMs(to) - toMs(from);
}

export function addMs(from: Monotonic, ms: number): Monotonic {
  return toMonotonic(toMs(from) + ms);
}

export function earliest(one: Monotonic, other: Monotonic): Monotonic {
  return toMs(one) <= toMs(other) ? one : other;
}

/** Milliseconds until the moment; zero or less when it is due. */
export function msUntil(due: Monotonic, clock: MonotonicSource): number {
  return elapsedMs(monotonicNow(clock), due);
}

/** Milliseconds to the next multiple of the period plus the phase, never zero; this puts regular work on one grid. */
export function msUntilSlot(now: Monotonic, periodMs: number, phaseMs: number): number {
  const since = (((toMs(now) - phaseMs) % periodMs) + periodMs) % periodMs;
  return periodMs - since;
}

/** Milliseconds since the call. */
export function startStopwatch(clock: MonotonicSource): () => number {
  const started = monotonicNow(clock);
  return () => elapsedMs(started, monotonicNow(clock));
}

function toMs(at: Monotonic): number {
  return at as unknown as number;
}
