import { describe, expect, it } from 'vitest';
import { sdTaskArgsSchema } from '../../../../protocol/args/stable-diffusion.ts';
import { createScheduler } from './create-scheduler.ts';
import { alphasCumulative } from './noise-schedule.ts';
import { gaussianNoise } from './random.ts';

const SD = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', num_train_timesteps: 1000 };
const ALPHAS = alphasCumulative({
  trainTimesteps: 1000,
  betaStart: SD.beta_start,
  betaEnd: SD.beta_end,
  betaSchedule: 'scaled_linear',
  zeroTerminalSnr: false,
});

interface Run {
  readonly method: string;
  readonly args?: object;
  readonly config?: object;
  readonly steps: number;
  readonly length?: number;
  /** The network: its answer to its input at a training timestep. */
  readonly network: (shown: Float32Array, at: { alpha: number; sigma: number }) => Float32Array;
}

function schedulerOf({ method, args, config, steps }: Run) {
  const asked = sdTaskArgsSchema.parse({ base_model: 'm', prompt: 'p', task_config: {}, scheduler: { method, args } }).scheduler;
  return createScheduler({ asked, modelConfig: { ...SD, ...config }, steps });
}

/** Samples before every step and at the end; the start is noise. */
function run(input: Run): Float32Array[] {
  const scheduler = schedulerOf(input);
  const length = input.length ?? 64;
  const noise = (draw: number) => gaussianNoise({ seed: 3, image: 0, draw, length });
  const samples: Float32Array[] = [noise(0).map((value) => value * scheduler.initialSigma)];
  for (const [index, timestep] of scheduler.timesteps.entries()) {
    const sample = samples.at(-1) ?? new Float32Array();
    const share = ALPHAS[Math.round(timestep)] ?? 1;
    const output = input.network(scheduler.modelInput(sample, index), { alpha: Math.sqrt(share), sigma: Math.sqrt(1 - share) });
    samples.push(scheduler.step({ index, sample, output, noise: () => noise(index + 1) }));
  }
  return samples;
}

const target = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
/** Knows the only picture that exists. */
const perfect: Run['network'] = (shown, { alpha, sigma }) => shown.map((x, i) => (x - alpha * (target[i] ?? 0)) / sigma);
const perfectVelocity: Run['network'] = (shown, { alpha, sigma }) =>
  perfect(shown, { alpha, sigma }).map((noise, i) => alpha * noise - sigma * (target[i] ?? 0));
/** Pictures are normally distributed with this deviation; the best guess of the noise is linear. */
const SPREAD = 0.5;
const gaussian: Run['network'] = (shown, { alpha, sigma }) =>
  shown.map((x) => (sigma * x) / (alpha ** 2 * SPREAD ** 2 + sigma ** 2));

const DPM = 'DPMSolverMultistepScheduler';
const EULER = 'EulerAncestralDiscreteScheduler';
const VARIANTS = [
  { method: DPM },
  { method: DPM, args: { solver_order: 1 } },
  { method: DPM, args: { solver_order: 3 } },
  { method: DPM, args: { solver_type: 'heun' } },
  { method: DPM, args: { use_karras_sigmas: true } },
  { method: DPM, args: { use_lu_lambdas: true } },
  { method: DPM, args: { euler_at_final: true, lower_order_final: false } },
  { method: DPM, args: { algorithm_type: 'sde-dpmsolver++' } },
  { method: DPM, args: { algorithm_type: 'sde-dpmsolver++', solver_type: 'heun' } },
  { method: EULER },
  { method: EULER, args: { timestep_spacing: 'leading', steps_offset: 1 } },
  { method: 'LCMScheduler' },
] as const;

function expectClose(values: Float32Array, expected: (i: number) => number, digits: number) {
  for (const [i, value] of values.entries()) expect(value, `element ${i}`).toBeCloseTo(expected(i), digits);
}

describe('a network that knows the picture', () => {
  // Euler's fractional timesteps have no entry in the table, so integer ones are used.
  const whole = (variant: (typeof VARIANTS)[number]) =>
    variant.method === EULER && !('args' in variant) ? { ...variant, args: { timestep_spacing: 'trailing' } } : variant;

  it.each(VARIANTS)('is reproduced by $method $args, in any number of steps', (variant) => {
    for (const steps of [1, 2, 3, 8, 20]) {
      const final = run({ ...whole(variant), steps, network: perfect }).at(-1) ?? new Float32Array();
      expectClose(final, (i) => target[i] ?? 0, 3);
    }
  });

  it.each([DPM, EULER, 'LCMScheduler'])('means the same as noise and as velocity: %s', (method) => {
    const args = { timestep_spacing: 'trailing' };
    const [asNoise, asVelocity] = [
      run({ method, args, steps: 6, network: perfect }),
      run({ method, args: { ...args, prediction_type: 'v_prediction' }, steps: 6, network: perfectVelocity }),
    ];
    for (const [step, sample] of asNoise.entries()) expectClose(asVelocity[step] ?? new Float32Array(), (i) => sample[i] ?? 0, 3);
  });

  it('keeps DPM-Solver on the straight line between noise and picture', () => {
    const input = { method: DPM, args: { solver_order: 3 }, steps: 20, network: perfect };
    const samples = run(input);
    const [start] = samples;
    const first = Math.sqrt(ALPHAS[999] ?? 0);
    const noise = (i: number) => ((start?.[i] ?? 0) - first * (target[i] ?? 0)) / Math.sqrt(1 - first ** 2);
    for (const [step, timestep] of schedulerOf(input).timesteps.entries()) {
      const alpha = Math.sqrt(ALPHAS[timestep] ?? 0);
      const expected = (i: number) => alpha * (target[i] ?? 0) + Math.sqrt(1 - alpha ** 2) * noise(i);
      expectClose(samples[step] ?? new Float32Array(), expected, 4);
    }
  });
});

describe('DPM-Solver on normal data', () => {
  /** Ends at the model's least noise, where the exact solution is known: the sample shrinks with the deviation. */
  function error(order: number, steps: number): number {
    const even = { use_lu_lambdas: true, final_sigmas_type: 'sigma_min', lower_order_final: false };
    const scheduler = schedulerOf({ method: DPM, args: { ...even, solver_order: order }, steps, network: gaussian });
    // Exact levels instead of the nearest timesteps, to measure the error of the solver, not of the table.
    const [least, most] = [Math.log(sigmaOf(0)), Math.log(sigmaOf(999))];
    let sample = Float32Array.of(1);
    for (let index = 0; index < steps; index++) {
      const sigma = Math.exp(steps === 1 ? most : most + ((least - most) * index) / (steps - 1));
      const alpha = 1 / Math.hypot(sigma, 1);
      const output = gaussian(sample, { alpha, sigma: sigma * alpha });
      sample = Float32Array.from(scheduler.step({ index, sample, output, noise: () => new Float32Array(1) }));
    }
    const deviation = (sigma: number) => Math.hypot(SPREAD, sigma) / Math.hypot(sigma, 1);
    return Math.abs((sample[0] ?? 0) - deviation(sigmaOf(0)) / deviation(sigmaOf(999)));
  }
  const sigmaOf = (t: number) => Math.sqrt((1 - (ALPHAS[t] ?? 0)) / (ALPHAS[t] ?? 1));

  it.each([
    [1, 1.6, 2.6],
    [2, 3, 6],
    [3, 5, 14],
  ])('of order %i has an error that falls with that power of the steps', (order, least, most) => {
    const ratio = error(order, 20) / error(order, 40);
    expect(ratio).toBeGreaterThan(least);
    expect(ratio).toBeLessThan(most);
  });
});

describe('samplers that add noise', () => {
  it.each([
    { method: EULER, args: { timestep_spacing: 'trailing' } },
    { method: DPM, args: { algorithm_type: 'sde-dpmsolver++' } },
  ])('keep the spread of normal data: $method', ({ method, args }) => {
    const final = run({ method, args, steps: 60, length: 8000, network: gaussian }).at(-1) ?? new Float32Array();
    const mean = final.reduce((sum, value) => sum + value, 0) / final.length;
    const deviation = Math.sqrt(final.reduce((sum, value) => sum + (value - mean) ** 2, 0) / final.length);
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(deviation).toBeGreaterThan(SPREAD * 0.9);
    expect(deviation).toBeLessThan(SPREAD * 1.1);
  });

  it('LCM adds the noise of the next timestep, and none at the end', () => {
    const samples = run({ method: 'LCMScheduler', steps: 2, network: perfect });
    const share = ALPHAS[499] ?? 0;
    const fresh = gaussianNoise({ seed: 3, image: 0, draw: 1, length: 64 });
    const expected = (i: number) => Math.sqrt(share) * (target[i] ?? 0) + Math.sqrt(1 - share) * (fresh[i] ?? 0);
    expectClose(samples[1] ?? new Float32Array(), expected, 3);
  });

  it('LCM clips its guess if the model says so', () => {
    const loud: Run['network'] = (shown, { alpha, sigma }) => shown.map((x) => (x - alpha * 9) / sigma);
    const clipped = run({ method: 'LCMScheduler', config: { clip_sample: true, clip_sample_range: 2 }, steps: 1, network: loud });
    expectClose(clipped.at(-1) ?? new Float32Array(), () => 2, 3);
  });
});

describe('where a run starts', () => {
  it.each([
    [DPM, {}, 1],
    ['LCMScheduler', {}, 1],
    [EULER, {}, 14.6146],
    [EULER, { timestep_spacing: 'trailing' }, 14.6146],
    [EULER, { timestep_spacing: 'leading', steps_offset: 249 }, Math.hypot(14.6146, 1)],
  ])('%s %j: deviation %f', (method, args, sigma) => {
    expect(schedulerOf({ method, args, steps: 4, network: perfect }).initialSigma).toBeCloseTo(sigma, 3);
  });
});
