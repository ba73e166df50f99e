import { expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { runCompanion } from './run-companion.ts';

const never = { run: () => new Promise(() => {}) };

it('ends with its companion, and fails with it', async () => {
  const { signal } = new AbortController();
  await runCompanion({ run: async () => {} }, signal, new ManualClock(0));
  const broken = runCompanion({ run: () => Promise.reject(new Error('broken')) }, signal, new ManualClock(0));
  await expect(broken).rejects.toThrow('broken');
});

it('does not wait forever for one that does not end', async () => {
  const clock = new ManualClock(0);
  const ending = new AbortController();
  let ended = false;
  const run = runCompanion(never, ending.signal, clock).then(() => {
    ended = true;
  });
  await clock.tick(3_600_000);
  expect(ended).toBe(false);
  ending.abort();
  await clock.tick(2_999);
  expect(ended).toBe(false);
  await clock.tick(1);
  await run;
});
