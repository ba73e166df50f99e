/** The real clock and randomness, for everything outside tests. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { toMonotonic } from '../protocol/monotonic.ts';
import type { Clock, Random } from '../protocol/ports.ts';

export const systemClock: Clock = {
  // biome-ignore lint/plugin: the only source of dates in the devnet
  now: () => Date.now(),
  // biome-ignore lint/plugin: the only source of durations in the devnet
  monotonic: () => toMonotonic(performance.now()),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    try {
      await delay(Math.max(0, ms), undefined, signal === undefined ? {} : { signal });
    } catch (cause) {
      signal?.throwIfAborted();
      throw cause;
    }
  },
};

export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
