import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { SAMPLE_MAX_AGE_MS } from './acceptance.ts';
import { gpuProblem } from './errors.ts';
import { NVIDIA_SMI_TIMEOUT_MS, type NvidiaProbe } from './nvidia-smi.ts';
import { GpuSampler, LONGEST_GAP_MS, SAMPLE_INTERVAL_MS, type SamplerOptions } from './sampler.ts';
import { card } from './testing/card.ts';
import { composedUuid } from './testing/compose.ts';

const FOUND: NvidiaProbe = { kind: 'found', cards: [card({ index: 0 }), card({ index: 1 })], problems: [] };
const HANGING: NvidiaProbe = { kind: 'timedOut', problem: gpuProblem('GPU_PROBE_TIMED_OUT') };

async function sampling(given: {
  readonly answer: (call: number) => NvidiaProbe;
  readonly tookMs?: number;
  readonly forMs: number;
  readonly options?: Partial<SamplerOptions>;
}) {
  const clock = new ManualClock(0);
  const calls: number[] = [];
  const recorded: string[][] = [];
  const nvidia = {
    async probe() {
      calls.push(clock.now());
      if (given.tookMs !== undefined) await clock.sleep(given.tookMs);
      return given.answer(calls.length);
    },
  };
  const store = { record: (_at: number, readings: readonly { id: string }[]) => recorded.push(readings.map((one) => one.id)) };
  const sampler = new GpuSampler({ clock, nvidia, store: { record: (at, r) => void store.record(at, r) }, ...given.options });
  const stop = new AbortController();
  const running = sampler.run(stop.signal);
  await clock.tick(given.forMs);
  const state = sampler.state();
  stop.abort();
  if (given.tookMs !== undefined) await clock.tick(given.tookMs);
  await running;
  return { calls, recorded, state, sampler, clock };
}

describe('sampler', () => {
  it('reads all cards once per interval', async () => {
    const { calls, recorded, state } = await sampling({ answer: () => FOUND, forMs: 20_000 });
    expect(calls).toEqual([0, 5000, 10_000, 15_000, 20_000]);
    expect(recorded[0]).toEqual([composedUuid(0), composedUuid(1)]);
    expect(state).toMatchObject({ kind: 'sampled', sample: { atMs: 20_000 } });
  });

  it('stores only the history of its own cards, if configured', async () => {
    const { recorded, sampler } = await sampling({
      answer: () => FOUND,
      forMs: 0,
      options: { ids: new Set([composedUuid(1)]) },
    });
    expect(recorded).toEqual([[composedUuid(1)]]);
    expect(sampler.sample()?.cards).toHaveLength(2);
  });

  it('a slow call reduces the rate: at most a twentieth of the time is spent in calls', async () => {
    const { calls } = await sampling({ answer: () => FOUND, tookMs: 1000, forMs: 40_000 });
    expect(calls).toEqual([0, 20_000, 40_000]);
  });

  it('even the slowest calls leave no gap in which samples count as old', async () => {
    const { calls } = await sampling({ answer: () => FOUND, tookMs: NVIDIA_SMI_TIMEOUT_MS, forMs: 120_000 });
    const gaps = calls.slice(1).map((at, i) => at - (calls[i] ?? 0));
    expect(gaps).toEqual([LONGEST_GAP_MS, LONGEST_GAP_MS, LONGEST_GAP_MS]);
    expect(SAMPLE_MAX_AGE_MS).toBeGreaterThan(LONGEST_GAP_MS);
  });

  it('failures reduce the rate, up to five minutes, and the last sample stays readable', async () => {
    const { calls, state } = await sampling({ answer: (call) => (call === 1 ? FOUND : HANGING), forMs: 1_500_000 });
    const pauses = calls.slice(1).map((at, i) => at - (calls[i] ?? 0));
    expect(pauses.slice(0, 8)).toEqual([5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
    expect(state).toMatchObject({ kind: 'failed', problem: { code: 'GPU_PROBE_TIMED_OUT' }, last: { atMs: 0 } });
  });

  it('returns to its rate with the first answer', async () => {
    const { calls } = await sampling({ answer: (call) => (call <= 2 ? HANGING : FOUND), forMs: 40_000 });
    expect(calls).toEqual([0, 10_000, 30_000, 35_000, 40_000]);
  });

  it('stops at once', async () => {
    const { clock, calls } = await sampling({ answer: () => FOUND, forMs: 0 });
    expect(clock.sleeping).toBe(0);
    await clock.tick(10 * SAMPLE_INTERVAL_MS);
    expect(calls).toHaveLength(1);
  });

  it('reports every state', async () => {
    const seen: string[] = [];
    await sampling({
      answer: (call) => (call === 2 ? HANGING : FOUND),
      forMs: 15_000,
      options: { onState: (state) => seen.push(state.kind) },
    });
    expect(seen).toEqual(['sampled', 'failed', 'sampled']);
  });
});
