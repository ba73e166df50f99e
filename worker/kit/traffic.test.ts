import { expect, it } from 'vitest';
import { REQUEST_SECONDS } from '../../contract/metrics.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { DurationCounts } from './durations.ts';
import { Traffic } from './traffic.ts';

it('counts requests, failures, and the duration of answered ones', async () => {
  const clock = new ManualClock(0);
  const traffic = new Traffic(clock);
  const [answered, lost] = [traffic.begin(), traffic.begin()];
  await clock.tick(40);
  answered(true);
  await clock.tick(60_000);
  lost(false);
  const { requests, failures, seconds } = traffic.view();
  expect({ requests, failures }).toEqual({ requests: 2, failures: 1 });
  expect(seconds).toMatchObject({ sum: 0.04, count: 1 });
  expect(seconds.counts.map((count, at) => [REQUEST_SECONDS[at], count]).slice(0, 4)).toEqual([
    [0.01, 0],
    [0.025, 0],
    [0.05, 1],
    [0.1, 1],
  ]);
});

it('counts durations above the last bucket only in the sum, and negative ones as zero', () => {
  const counts = new DurationCounts([1, 2]);
  for (const ms of [-500, 1_000, 1_500, 9_000]) counts.add(ms);
  expect(counts.view()).toEqual({ counts: [2, 3], sum: 11.5, count: 4 });
});
