import { expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { LeaseTimer } from './lease-timer.ts';

it('ends the process if no renewal arrived in time, by the monotonic clock', async () => {
  const clock = new ManualClock(0);
  let over = 0;
  const timer = new LeaseTimer(clock, () => over++);
  timer.renew(50_000);
  await clock.tick(49_000);
  timer.renew(50_000);
  clock.step(3_600_000);
  await clock.tick(49_000);
  expect(over).toBe(0);
  await clock.tick(1_000);
  expect(over).toBe(1);
  timer.renew(50_000);
  timer.stop();
  await clock.tick(100_000);
  expect(over).toBe(1);
});
