import { describe, expect, it } from 'vitest';
import { optimalPolls } from '../testing/optimal-polls.ts';
import { RECORDED_STARTS, simulateMany } from '../testing/start-simulation.ts';
import { POLL_PLANS, POLLS_PER_ROUND, ROUND_MS, STRAY_SHARE } from './poll-plan.ts';
import { StartRhythm } from './start-rhythm.ts';

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const perSecond = ({ polls, ms }: { polls: number; ms: number }) => (polls * 1_000) / ms;

describe('polls by the rhythm of starts', () => {
  it('wait less than half as long for the starts of a recorded relay, with the same number of polls', () => {
    const [even, learnt] = [false, true].map((learns) => simulateMany(() => RECORDED_STARTS, learns));
    if (even === undefined || learnt === undefined) return expect.fail();
    expect(Math.abs(mean(even.waits) - 250)).toBeLessThan(5);
    expect(mean(learnt.waits)).toBeLessThan(120);
    expect(perSecond(learnt)).toBeLessThan(perSecond(even) * 1.03);
  });

  it('wait no longer than even ones if starts have no rhythm', () => {
    let [seed, atMs] = [1, 0];
    const starts = Array.from({ length: 40 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      atMs += 600 + (seed % 20_000);
      return atMs;
    });
    const [even, learnt] = [false, true].map((learns) => mean(simulateMany(() => starts, learns).waits));
    expect(learnt).toBeLessThan((even ?? 0) + 10);
  });
});

/** A relay whose rounds take five milliseconds each; it starts something every `every` rounds. */
function taught(starts: number, every = 5): { rhythm: StartRhythm; lastMs: number } {
  const rhythm = new StartRhythm();
  let atMs = 1_000;
  for (let n = 0; n < starts; n++) {
    rhythm.observe({ networkMs: atMs + 7_777, afterMs: atMs - 20, beforeMs: atMs + 20 });
    atMs += every * (ROUND_MS + 5) + 20;
  }
  return { rhythm, lastMs: atMs - every * (ROUND_MS + 5) - 20 };
}

describe('the prediction', () => {
  it('needs more than one start', () => {
    expect(taught(1).rhythm.nextPollMs(2_000, 'even')).toBeNull();
    expect(taught(6).rhythm.nextPollMs(taught(6).lastMs + 100, 'even')).not.toBeNull();
  });

  it('is right after the next round', () => {
    const { rhythm, lastMs } = taught(6);
    const roundMs = lastMs + 20 + ROUND_MS + 5;
    const pollsMs = (['even', 'odd'] as const).map((part) => rhythm.nextPollMs(roundMs - 30, part) ?? Number.POSITIVE_INFINITY);
    expect(Math.min(...pollsMs) - roundMs).toBeGreaterThanOrEqual(-30);
    expect(Math.max(...pollsMs) - roundMs).toBeLessThan(200);
  });

  it('ends when the last start is long ago', () => {
    const { rhythm, lastMs } = taught(6);
    expect(rhythm.nextPollMs(lastMs + 600_000, 'even')).toBeNull();
  });

  it('is dropped if starts stop fitting', () => {
    const { rhythm, lastMs } = taught(6);
    let atMs = lastMs;
    for (const gap of [3_000, 5_100, 7_000, 3_100]) {
      atMs += gap;
      rhythm.observe({ networkMs: atMs + 7_777, afterMs: atMs - 20, beforeMs: atMs + 20 });
    }
    expect(rhythm.nextPollMs(atMs + 100, 'even')).toBeNull();
  });

  it("follows the network's clock after it was set", () => {
    const { rhythm, lastMs } = taught(6);
    const atMs = lastMs + 5 * (ROUND_MS + 5) + 20;
    // A little more than ten rounds ahead, by its own clock.
    rhythm.observe({ networkMs: atMs + 7_777 + 10 * (ROUND_MS + 5), afterMs: atMs - 20, beforeMs: atMs + 20 });
    const nextMs = rhythm.nextPollMs(atMs + ROUND_MS, 'even');
    expect(nextMs === null || nextMs < atMs + 3 * ROUND_MS).toBe(true);
  });
});

it.for(POLL_PLANS)('of all poll plans, the plan for $spreadMs ms waits least', ({ spreadMs, offsetsMs }) => {
  expect(offsetsMs).toHaveLength(POLLS_PER_ROUND);
  expect(offsetsMs).toEqual(optimalPolls(spreadMs, STRAY_SHARE));
});
