/** The date is set, or the machine sleeps, while a node runs: no event is noticed later than one poll. */
import { describe, expect, it } from 'vitest';
import { elapsedMs } from '../../protocol/monotonic.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { never } from '../testing/fake-engine.ts';
import { FakeNetwork } from '../testing/fake-network.ts';
import { START_MS } from '../testing/loop-rig.ts';
import { nodeRig } from '../testing/node-rig.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';

const HOUR_MS = 3_600_000;
const POLL_MS = 1_000;

/** A running node; setting the machine's date does not change the network's time. */
async function running() {
  const clock = new ManualClock(START_MS);
  let aheadMs = 0;
  const networkNow = () => clock.now() + aheadMs;
  const rig = await nodeRig({ clock, network: new FakeNetwork(networkNow) });
  await rig.advance(3_000);
  const setDate = (byMs: number) => {
    clock.step(byMs);
    aheadMs -= byMs;
  };
  return { ...rig, setDate, networkNow };
}

describe.each([-45_000, 45_000, -HOUR_MS, HOUR_MS, -24 * HOUR_MS, 24 * HOUR_MS])('the date is set by %i ms', (stepMs) => {
  it('an idle node keeps polling, and takes the next task within one poll', async () => {
    const rig = await running();
    const { network, clock } = rig;
    rig.setDate(stepMs);
    const asked = network.callsOf('currentTask').length;
    network.start(remoteTask({ commitment: commitmentOf(1), startTimeMs: rig.networkNow() }));
    const steady = clock.monotonic();
    await rig.until(() => network.callsOf('task').length > 0);
    expect(elapsedMs(steady, clock.monotonic())).toBeLessThanOrEqual(POLL_MS);
    await rig.advance(POLL_MS);
    expect(network.callsOf('currentTask').length).toBeGreaterThan(asked);
    await rig.until(() => network.submitted.length === 1);
    await rig.advance(10_000);
    expect(network.submitted).toHaveLength(1);
    expect(network.reported).toEqual([]);
    expect(rig.fatal).toEqual([]);
  });
});

describe.each([true, false])('the machine sleeps for an hour; its monotonic clock keeps running: %s', (monotonicContinues) => {
  it('the network is read again, dead connections are dropped, and the next task is taken within one poll', async () => {
    const rig = await running();
    const { network, clock } = rig;
    await clock.suspend(HOUR_MS, { monotonicContinues });
    network.start(remoteTask({ commitment: commitmentOf(1), startTimeMs: clock.now() }));
    const steady = clock.monotonic();
    await rig.until(() => network.callsOf('task').length > 0);
    expect(elapsedMs(steady, clock.monotonic())).toBeLessThanOrEqual(POLL_MS);
    await rig.until(() => network.submitted.length === 1);
    expect(network.reconnects).toBe(1);
    expect(rig.fatal).toEqual([]);
  });
});

it("a running execution survives a date set forward by a day, and ends at the network's deadline", async () => {
  const rig = await running();
  const { network, engine } = rig;
  engine.answer = never;
  network.start(remoteTask({ commitment: commitmentOf(1), startTimeMs: rig.networkNow() }));
  await rig.until(() => engine.jobs.length === 1);
  const left = () => engine.jobs[0]?.job.timeLeftMs() ?? Number.NaN;
  const before = left();
  rig.setDate(24 * HOUR_MS);
  expect(Math.abs(left() - before)).toBeLessThan(2_000);
  await rig.advance(5_000);
  expect(Math.abs(left() - (before - 5_000))).toBeLessThan(2_000);
});
