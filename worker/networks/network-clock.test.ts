import { expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { NetworkClock } from './network-clock.ts';

const NOW = 1_700_000_000_000;

function reading(seconds: number, travelMs = 20): NetworkClock {
  const clock = new NetworkClock(new ManualClock(NOW));
  clock.set({ networkSeconds: NOW / 1000 + seconds, sentMs: NOW - travelMs, receivedMs: NOW });
  return clock;
}

it('corrects nothing that the measurement can not tell', () => {
  expect(reading(0).now()).toBe(NOW);
  expect(reading(-1).now()).toBe(NOW);
  expect(reading(0, 10_000).now()).toBe(NOW);
});

it('follows the network where the local clock is wrong, and says so beyond 60 s', () => {
  const slow = reading(30);
  expect(slow.timestamp()).toBe(NOW / 1000 + 30);
  expect(slow.problem()).toBeNull();
  const wrong = reading(-300);
  expect(wrong.timestamp()).toBe(NOW / 1000 - 300);
  expect(wrong.problem()).toMatchObject({ code: 'CLOCK_SKEW' });
  expect(wrong.toLocal(wrong.now())).toBe(NOW);
});

it('does not follow a network into another day, but says so', () => {
  const clock = reading(2 * 86_400);
  expect(clock.now()).toBe(NOW);
  expect(clock.problem()).toMatchObject({ code: 'CLOCK_SKEW' });
});
