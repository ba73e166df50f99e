import { describe, expect, it, onTestFinished } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import { elapsedMs, toMonotonic } from '../../protocol/monotonic.ts';
import { loopRig } from '../testing/loop-rig.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';
import { RECORDED_VERDICTS, simulateVerdicts } from '../testing/verdict-simulation.ts';
import { nextVerdictPoll, VerdictPace } from './verdict-pace.ts';

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Nothing predicts them. */
const ANY_DELAYS = Array.from({ length: 60 }, (_, i) => 50 + ((i * 7_919) % 30_000));

describe('polls by the delays of earlier verdicts', () => {
  it.for([
    ['of a recorded relay', RECORDED_VERDICTS, 175],
    ['of an application that takes three seconds', Array.from({ length: 40 }, (_, i) => 3_100 + ((i * 31) % 90)), 75],
  ] as const)('wait less for those %s, with no more polls', ([, delays, mostMs]) => {
    const [even, learnt] = [false, true].map((learns) => simulateVerdicts(delays, learns));
    if (even === undefined || learnt === undefined) return expect.fail();
    expect(Math.abs(mean(even.waits) - 250)).toBeLessThan(5);
    expect(mean(learnt.waits)).toBeLessThan(mostMs);
    // The gap between two task polls may be longer, but an event poll is in it.
    expect(Math.max(...learnt.waits)).toBeLessThanOrEqual(1_000);
    expect(learnt.polls).toBeLessThan(even.polls * 1.01);
  });

  it('wait no longer, with no more polls, if nothing predicts verdicts', () => {
    const [even, learnt] = [false, true].map((learns) => simulateVerdicts(ANY_DELAYS, learns));
    if (even === undefined || learnt === undefined) return expect.fail();
    expect(mean(learnt.waits)).toBeLessThan(mean(even.waits) + 5);
    expect(Math.max(...learnt.waits)).toBeLessThanOrEqual(1_000);
    expect(learnt.polls).toBeLessThan(even.polls * 1.01);
  });
});

describe('the prediction', () => {
  const paceOf = (...delays: readonly number[]) => {
    const pace = new VerdictPace();
    for (const ms of delays) pace.record(ms);
    return pace;
  };

  it.for([
    ['nothing after two verdicts', [100, 100], null],
    ['a poll right after the usual delay', [100, 100, 100], 140],
    ['one for most of them, whatever a few took', [100, 9_000, 110, 105, 16_000, 100], 140],
    ['nothing where they have nothing in common', [500, 4_000, 9_000, 2_500], null],
    ['nothing from times that cannot be', [-5, -5, -5, -5], null],
  ] as const)('is %s', ([, delays, expected]) => {
    expect(paceOf(...delays).pollAfterMs()).toBe(expected);
  });

  it('uses only verdicts, not aborts or what follows', () => {
    const pace = new VerdictPace();
    const times = { scoreReadyTimeMs: 1_000, validatedTimeMs: 1_100 };
    for (const status of ['EndAborted', 'EndSuccess', 'ScoreReady'] as const)
      for (let i = 0; i < 3; i++) pace.observe(remoteTask({ ...times, status }));
    for (let i = 0; i < 3; i++) pace.observe(remoteTask({ status: 'Validated', scoreReadyTimeMs: 1_000 }));
    expect(pace.pollAfterMs()).toBeNull();
    for (const status of ['Validated', 'GroupValidated', 'EndGroupRefund'] as const)
      pace.observe(remoteTask({ ...times, status }));
    expect(pace.pollAfterMs()).toBe(140);
  });
});

it.for([
  ['no prediction', 10_200, null, 11_000],
  ['much later', 10_200, 13_200, 11_000],
  ['instead of the next second', 10_200, 10_700, 10_700],
  ['at the next second', 10_200, 11_000, 11_000],
  ['instead of the one before it', 10_200, 11_400, 11_400],
  ['long before the next second', 10_200, 10_240, 10_240],
  ['just over', 10_240, 10_240, 12_000],
  ['over for almost a second', 10_900, 10_240, 12_000],
  ['over for long', 12_000, 10_240, 13_000],
] as const)('the poll after now: %s', ([, now, predicted, expected]) => {
  const poll = nextVerdictPoll(toMonotonic(now), predicted === null ? null : toMonotonic(predicted));
  expect(elapsedMs(toMonotonic(0), poll)).toBe(expected);
});

it('a node polls for a verdict when the last ones came, instead of at the full second', async () => {
  const { clock, network, driver, budget } = await loopRig();
  const ended = new AbortController();
  const run = driver.run(ended.signal);
  onTestFinished(async () => {
    ended.abort();
    await run;
    await driver.untilIdle();
  });
  const reads: number[] = [];
  const read = network.task.bind(network);
  network.task = (commitment) => {
    if (network.tasks.get(commitment)?.status !== 'Started') reads.push(clock.now());
    return read(commitment);
  };
  const score = async (task: Hex) => {
    const count = network.submitted.length + 1;
    network.start(remoteTask({ commitment: task, startTimeMs: clock.now() }));
    driver.wake(task);
    await expect.poll(() => network.submitted.length).toBe(count);
    await driver.untilIdle();
    reads.length = 0;
    return clock.now();
  };
  const refund = { status: 'EndGroupRefund' } as const;
  for (const n of [1, 2, 3]) {
    const scoredMs = await score(commitmentOf(n));
    await clock.tick(1_000);
    expect(reads).toEqual([(Math.floor(scoredMs / 1_000) + 1) * 1_000]);
    network.change(commitmentOf(n), { ...refund, validatedTimeMs: scoredMs + 2_100 });
    await clock.tick(1_700);
    await expect.poll(() => driver.open).toEqual([]);
  }
  const scoredMs = await score(commitmentOf(4));
  await clock.tick(1_000);
  // An act depends on the predicted poll, so it does not wait for free requests.
  while (budget.hasRoom) budget.spend();
  await clock.tick(1_130);
  network.change(commitmentOf(4), { ...refund, validatedTimeMs: scoredMs + 2_130 });
  await clock.tick(10);
  await expect.poll(() => driver.open).toEqual([]);
  expect(reads.map((ms) => ms - scoredMs)).toEqual([900, 2_140]);
});
