import { describe, expect, it } from 'vitest';
import {
  alphasCumulative,
  karrasSigmas,
  linspace,
  luSigmas,
  type NoiseScheduleConfig,
  roundHalfEven,
  sigmasAt,
  sigmasOf,
  timestepOfSigma,
} from './noise-schedule.ts';

const SD: NoiseScheduleConfig = {
  trainTimesteps: 1000,
  betaStart: 0.00085,
  betaEnd: 0.012,
  betaSchedule: 'scaled_linear',
  zeroTerminalSnr: false,
};
const alphas = alphasCumulative(SD);
const sigmas = sigmasOf(alphas);

describe('noise levels', () => {
  it('of Stable Diffusion run from 0.0292 to 14.6146', () => {
    expect(alphas[0]).toBeCloseTo(1 - 0.00085, 12);
    expect(sigmas[0]).toBeCloseTo(0.0292, 4);
    expect(sigmas.at(-1)).toBeCloseTo(14.6146, 4);
  });

  it('of a linear schedule with equal ends are powers', () => {
    const flat = alphasCumulative({ ...SD, betaSchedule: 'linear', betaStart: 0.1, betaEnd: 0.1, trainTimesteps: 50 });
    for (const [t, alpha] of flat.entries()) expect(alpha).toBeCloseTo(0.9 ** (t + 1), 12);
  });

  it('of the cosine schedule follow the cosine until the cap', () => {
    const bar = (t: number) => Math.cos(((t / 1000 + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
    const cosine = alphasCumulative({ ...SD, betaSchedule: 'squaredcos_cap_v2' });
    for (const t of [0, 100, 500, 900, 998]) expect(cosine[t]).toBeCloseTo(bar(t + 1) / bar(0), 9);
    expect((cosine[999] ?? 0) / (cosine[998] ?? 1)).toBeCloseTo(1 - 0.999, 9);
  });

  it('rescaled to zero terminal SNR keep the first and almost lose the last', () => {
    const rescaled = alphasCumulative({ ...SD, zeroTerminalSnr: true });
    expect(rescaled[0]).toBeCloseTo(alphas[0] ?? 0, 12);
    expect(rescaled[999]).toBe(2 ** -24);
    expect(rescaled.every((alpha, t) => t === 0 || alpha < (rescaled[t - 1] ?? 0))).toBe(true);
  });
});

describe('sigmas of a run', () => {
  it('are interpolated at fractional timesteps', () => {
    const table = Float64Array.of(1, 3, 4);
    expect(sigmasAt(table, [2, 1.5, 1, 0.25, 0])).toEqual([4, 3.5, 3, 1.5, 1]);
    expect(sigmasAt(table, [7])).toEqual([4]);
  });

  it('by Karras are evenly spaced in the seventh root, by Lu in the logarithm, with the model’s ends', () => {
    for (const [run, bent] of [
      [karrasSigmas(sigmas, 9), (sigma: number) => sigma ** (1 / 7)],
      [luSigmas(sigmas, 9), Math.log],
    ] as const) {
      expect(run[0]).toBeCloseTo(sigmas.at(-1) ?? 0, 9);
      expect(run.at(-1)).toBeCloseTo(sigmas[0] ?? 0, 9);
      const gaps = run.slice(1).map((sigma, i) => bent(sigma) - bent(run[i] ?? 0));
      for (const gap of gaps) expect(gap).toBeCloseTo(gaps[0] ?? 0, 9);
    }
    expect(karrasSigmas(sigmas, 1)[0]).toBeCloseTo(sigmas.at(-1) ?? 0, 9);
  });

  it('can be converted back to their timesteps', () => {
    for (const t of [0, 1, 37, 499, 998, 999]) expect(timestepOfSigma(sigmas, sigmas[t] ?? 0)).toBe(t);
    expect(timestepOfSigma(sigmas, 1e9)).toBe(999);
    expect(timestepOfSigma(sigmas, 0)).toBe(0);
  });
});

describe('arithmetic of numpy', () => {
  it('rounds halves to even', () => {
    expect([0.5, 1.5, 166.5, 499.5, 2.4, 2.6].map(roundHalfEven)).toEqual([0, 2, 166, 500, 2, 3]);
  });

  it('spaces evenly, including both ends', () => {
    expect(linspace(0, 999, 4)).toEqual([0, 333, 666, 999]);
    expect(linspace(5, 9, 1)).toEqual([5]);
  });
});
