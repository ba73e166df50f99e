import { describe, expect, it } from 'vitest';
import { OFFICIAL_PER_MINUTE } from '../loop/request-budget.ts';
import { finish, nodeRig, noticeMs } from '../testing/node-rig.ts';

describe('requests of an idle node', () => {
  it("are no more per minute than the official node's, in any minute", async () => {
    const rig = await nodeRig();
    await rig.advance(5_000);
    for (let minute = 0; minute < 3; minute++) {
      const before = rig.network.calls.length;
      await rig.advance(60_000);
      expect(rig.network.calls.length - before).toBeLessThanOrEqual(OFFICIAL_PER_MINUTE);
    }
    const lastMinute = rig.network.calls.filter(({ atMs }) => atMs > rig.clock.now() - 60_000);
    const count = (method: string) => lastMinute.filter((call) => call.method === method).length;
    expect([count('currentTask'), count('eventsAfter'), count('nodeInfo')]).toEqual([60, 60, 4]);
  });

  it('are half a period apart', async () => {
    const rig = await nodeRig();
    await rig.advance(10_000);
    const asked = rig.network.calls.filter(({ method }) => method === 'currentTask' || method === 'eventsAfter').slice(-10);
    const gaps = asked.slice(1).map((call, i) => call.atMs - (asked[i]?.atMs ?? 0));
    expect(new Set(gaps)).toEqual(new Set([500]));
  });

  it('stay within the limit in the minute after a task, extra polls included', async () => {
    const rig = await nodeRig();
    await noticeMs(rig, 1);
    await finish(rig, 1);
    const before = rig.network.calls.length;
    await rig.advance(60_000);
    const after = rig.network.calls.length;
    expect(after - before).toBeLessThanOrEqual(OFFICIAL_PER_MINUTE);
  });
});

describe('time until a task is noticed', () => {
  it('is at most half a second, a quarter on average, if starts follow no rhythm', async () => {
    const rig = await nodeRig();
    const delays: number[] = [];
    for (let n = 1; n <= 12; n++) {
      // An idle minute passes between, so that only the regular polls count. Starts occur at all phases of the second.
      await rig.advance(61_000 + ((n * 761) % 2_000) - (rig.clock.now() % 2_000));
      delays.push(await noticeMs(rig, n));
      await finish(rig, n);
    }
    expect(Math.max(...delays)).toBeLessThanOrEqual(500);
    expect(delays.reduce((sum, delay) => sum + delay, 0) / delays.length).toBeLessThanOrEqual(300);
  });

  it('is shorter right after a task', async () => {
    const rig = await nodeRig();
    await noticeMs(rig, 1);
    await finish(rig, 1);
    await rig.advance(50);
    expect(await noticeMs(rig, 2)).toBeLessThanOrEqual(250);
  });

  it('is shorter with a relay that starts tasks in rounds, for the same number of polls', async () => {
    const rig = await nodeRig();
    const { clock, network } = rig;
    const round = 2_005;
    const originMs = clock.now();
    const delays: number[] = [];
    const polls = () => network.callsOf('currentTask').length + network.callsOf('eventsAfter').length;
    let [before, sinceMs] = [0, 0];
    for (let n = 1; n <= 12; n++) {
      if (n === 7) [before, sinceMs] = [polls(), clock.now()];
      // Beyond the extra polls after a task, at a different phase of the second each time.
      const dueMs = originMs + Math.ceil((clock.now() + 12_000 - originMs) / round) * round;
      await rig.advance(dueMs - clock.now());
      delays.push(await noticeMs(rig, n));
      await finish(rig, n);
    }
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(delays.slice(6))).toBeLessThanOrEqual(125);
    // Two per second, plus the extra ones after a task.
    expect(polls() - before).toBeLessThanOrEqual(((clock.now() - sinceMs) / 1_000) * 2 + 6 * 6);
  });

  it('a busy minute never starves the polls', async () => {
    const rig = await nodeRig();
    for (let n = 1; n <= 40; n++) {
      expect(await noticeMs(rig, n)).toBeLessThanOrEqual(550);
      await finish(rig, n);
    }
  });
});
