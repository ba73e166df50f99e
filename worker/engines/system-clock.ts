import { setTimeout as timer } from 'node:timers/promises';
import type { Clock } from '../../protocol/ports.ts';

/** The longest that a timer of the runtime can wait. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    const end = Date.now() + ms;
    for (let left = ms; left > 0; left = end - Date.now()) {
      try {
        await timer(Math.min(left, LONGEST_MS), undefined, signal === undefined ? {} : { signal });
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    }
  },
};
