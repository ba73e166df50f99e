import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { NetworkClock } from './network-clock.ts';

const NOW = 1_700_000_000_000;

function reading(seconds: number, travelMs = 20): NetworkClock {
  const clock = new NetworkClock(new ManualClock(NOW));
  clock.set({ networkSeconds: NOW / 1000 + seconds, sentMs: NOW - travelMs, receivedMs: NOW });
  return clock;
}

it('does not correct less than the error of the measurement', () => {
  expect(reading(0).now()).toBe(NOW);
  expect(reading(-1).now()).toBe(NOW);
  expect(reading(0, 10_000).now()).toBe(NOW);
});

it('follows the network if the local clock is wrong, and reports it beyond 60 s', () => {
  const slow = reading(30);
  expect(slow.timestamp()).toBe(NOW / 1000 + 30);
  expect(slow.problem()).toBeNull();
  const wrong = reading(-300);
  expect(wrong.timestamp()).toBe(NOW / 1000 - 300);
  expect(wrong.problem()).toMatchObject({ code: 'CLOCK_SKEW' });
});

it('does not follow a network into another day, but reports it', () => {
  const clock = reading(2 * 86_400);
  expect(clock.now()).toBe(NOW);
  expect(clock.problem()).toMatchObject({ code: 'CLOCK_SKEW' });
});

const STEPS = [-45, 45, -3_600, 3_600, -86_400, 86_400] as const;

describe('a date that is set while the node is running', () => {
  /** Read once; the network's time initially equals the machine's. */
  function running() {
    const local = new ManualClock(NOW);
    const network = new ManualClock(NOW);
    const clock = new NetworkClock(local);
    const told = { reads: 0 };
    const read = async () => {
      told.reads++;
      clock.set({ networkSeconds: Math.floor(network.now() / 1000), sentMs: local.now(), receivedMs: local.now() });
    };
    clock.readBy(read);
    return { local, network, clock, read, told };
  }

  it.each(STEPS)('by %i s: time continues as if nothing had happened, and is read before the next signature', async (seconds) => {
    const { local, network, clock, read, told } = running();
    await read();
    local.step(seconds * 1000);
    expect(clock.isInDoubt).toBe(true);
    expect(Math.abs(clock.now() - network.now())).toBeLessThan(1_000);
    await Promise.all([clock.settle(), clock.settle()]);
    expect(told.reads).toBe(2);
    expect(clock.isInDoubt).toBe(false);
    expect(Math.abs(clock.timestamp() - network.now() / 1000)).toBeLessThanOrEqual(1);
    await clock.settle();
    expect(told.reads).toBe(2);
  });

  it.each([false, true])(
    'a machine that slept for an hour (monotonic clock runs on: %s) reads before it signs',
    async (monotonicContinues) => {
      const { local, network, clock, read } = running();
      await read();
      await local.suspend(3_600_000, { monotonicContinues });
      network.step(3_600_000);
      await clock.settle();
      expect(Math.abs(clock.timestamp() - network.now() / 1000)).toBeLessThanOrEqual(1);
      expect(clock.problem()).toBeNull();
    },
  );

  it('without an answer, the best known time is used, and the next signature asks again', async () => {
    const { local, clock, read } = running();
    await read();
    let asked = 0;
    clock.readBy(() => Promise.reject(new Error(`unreachable ${asked++}`)));
    local.step(-3_600_000);
    await clock.settle();
    await clock.settle();
    expect([asked, clock.now()]).toEqual([2, NOW]);
  });

  it('a refused signature puts the time in doubt, once per reading', async () => {
    const { clock, read, local } = running();
    await read();
    clock.signatureRefused();
    expect(clock.isInDoubt).toBe(false);
    await local.tick(10_000);
    clock.signatureRefused();
    expect(clock.isInDoubt).toBe(true);
    await read();
    expect(clock.isInDoubt).toBe(false);
  });

  it('silently follows the gradual corrections of a time server', async () => {
    const { local, clock, read } = running();
    await read();
    local.step(900);
    expect(clock.isInDoubt).toBe(false);
    expect(clock.now()).toBe(NOW + 900);
  });
});
