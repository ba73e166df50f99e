import { setTimeout as timer } from 'node:timers/promises';
import { addMs, elapsedMs, toMonotonic } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';

/** The longest time that a timer of the runtime can wait. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  // biome-ignore lint/plugin: the one place where the date comes from
  now: () => Date.now(),
  // biome-ignore lint/plugin: the one place where durations come from
  monotonic: () => toMonotonic(performance.now()),
  /** A timer may fire slightly early, so the remainder is slept as well. */
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    const end = addMs(systemClock.monotonic(), ms);
    for (let left = ms; left > 0; left = elapsedMs(systemClock.monotonic(), end)) {
      try {
        await timer(Math.min(left, LONGEST_MS), undefined, signal === undefined ? {} : { signal });
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    }
  },
};
