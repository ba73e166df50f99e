import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../protocol/ports.ts';
import { RateLimit } from './rate-limit.ts';

describe('the rate limit', () => {
  it('lets a burst through at once, then one per interval, and saves no more than a burst', async () => {
    const clock = new ManualClock(1_000_000);
    const limit = new RateLimit({ clock, perSecond: 10, burst: 3 });
    const passed: number[] = [];
    for (let i = 0; i < 6; i++) void limit.take().then(() => passed.push(clock.now() - 1_000_000));
    await clock.tick(0);
    expect(passed).toEqual([0, 0, 0]);
    await clock.tick(100);
    expect(passed).toHaveLength(4);
    await clock.tick(200);
    expect(passed).toEqual([0, 0, 0, 100, 200, 300]);
    await clock.tick(60_000);
    for (let i = 0; i < 4; i++) void limit.take().then(() => passed.push(clock.now()));
    await clock.tick(0);
    expect(passed).toHaveLength(9);
    await clock.tick(100);
    expect(passed).toHaveLength(10);
  });
});
