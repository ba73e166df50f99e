import { expect, it } from 'vitest';
import { addMs, elapsedMs, monotonicNow, msUntil, msUntilSlot, startStopwatch, toMonotonic } from './monotonic.ts';
import { ManualClock } from './ports.ts';

it('measures with the monotonic clock, even if the date changes', async () => {
  const clock = new ManualClock(1_000_000);
  const passedMs = startStopwatch(clock);
  const due = addMs(monotonicNow(clock), 60_000);
  clock.step(-86_400_000);
  expect([passedMs(), msUntil(due, clock)]).toEqual([0, 60_000]);
  await clock.tick(60_000);
  clock.step(3_600_000);
  expect([passedMs(), msUntil(due, clock)]).toEqual([60_000, 0]);
});

it('treats a clock that has only dates as one that never steps', () => {
  let date = 5;
  const passedMs = startStopwatch({ now: () => date });
  date = 12;
  expect(passedMs()).toBe(7);
});

it('has types that cannot be mixed', () => {
  const at = toMonotonic(1);
  // @ts-expect-error a moment is not a number
  expect(at - 1).toBe(0);
  // @ts-expect-error a date is not a moment
  expect(elapsedMs(at, 3)).toBe(2);
});

it('finds the next slot of the grid, never now', () => {
  expect([msUntilSlot(toMonotonic(1_000), 1_000, 0), msUntilSlot(toMonotonic(1_250), 1_000, 500)]).toEqual([1_000, 250]);
});

it('sleepers on a manual clock wait by monotonic time, and through a sleep of the machine as configured', async () => {
  const clock = new ManualClock(0);
  let woken = 0;
  const nap = () => void clock.sleep(1_000).then(() => woken++);
  nap();
  clock.step(3_600_000);
  await clock.tick(999);
  expect(woken).toBe(0);
  await clock.suspend(3_600_000, { monotonicContinues: false });
  expect(woken).toBe(0);
  await clock.tick(1);
  expect(woken).toBe(1);
  nap();
  await clock.suspend(3_600_000, { monotonicContinues: true });
  expect(woken).toBe(2);
});
