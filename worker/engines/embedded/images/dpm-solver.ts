/**
 * DPM-Solver++ (Lu et al. 2022), multistep: every step extrapolates the clean sample in λ = ln(α/σ) from the guesses of
 * this step and the previous ones. Orders 1 to 3; the stochastic form has orders 1 and 2.
 */
import { unsupported } from '../traceback.ts';
import { type DpmScheduleInput, dpmSchedule } from './dpm-schedule.ts';
import { cleanSample, type Scheduler } from './scheduler.ts';
import type { DpmConfig } from './scheduler-config.ts';

/** With fewer steps, the last ones have a lower order. */
const FEW_STEPS = 15;

interface Level {
  readonly alpha: number;
  readonly sigma: number;
  /** +∞ if no noise is left. */
  readonly lambda: number;
}

export function createDpmSolver({ config, alphas, steps }: DpmScheduleInput): Scheduler {
  const stochastic = config.algorithm_type === 'sde-dpmsolver++';
  if (stochastic && config.solver_order === 3) unsupported('a stochastic solver of order 3');
  const { timesteps, sigmas } = dpmSchedule({ config, alphas, steps });
  const levels = sigmas.map(levelOf);
  /** Clean samples, newest first. */
  const guesses: Float32Array[] = [];

  return {
    timesteps,
    initialSigma: 1,
    modelInput: (sample) => sample,
    step({ index, sample, output, noise }) {
      const { alpha, sigma } = levelAt(levels, index);
      guesses.unshift(cleanSample({ type: config.prediction_type, sample, output, alpha, sigma }));
      guesses.splice(config.solver_order);
      const order = Math.min(guesses.length, allowedOrder(config, index, steps));
      const { keep, weights, spread } = coefficients({ config, stochastic, levels, index, order });
      const next = sample.map((x) => keep * x);
      for (const [past, weight] of weights.entries()) addScaled(next, guesses[past], weight);
      if (stochastic) addScaled(next, noise(), spread);
      return next;
    },
  };
}

function levelOf(sigma: number): Level {
  const alpha = 1 / Math.sqrt(sigma * sigma + 1);
  return { alpha, sigma: sigma * alpha, lambda: -Math.log(sigma) };
}

function levelAt(levels: readonly Level[], index: number): Level {
  const level = levels[index];
  if (level === undefined) throw new RangeError(`no noise level ${index}`);
  return level;
}

function allowedOrder(config: DpmConfig, index: number, steps: number): number {
  const fewAndLower = config.lower_order_final && steps < FEW_STEPS;
  if (index === steps - 1 && (config.euler_at_final || fewAndLower || config.final_sigmas_type === 'zero')) return 1;
  return index === steps - 2 && fewAndLower ? 2 : config.solver_order;
}

interface StepInput {
  readonly config: DpmConfig;
  readonly stochastic: boolean;
  readonly levels: readonly Level[];
  readonly index: number;
  readonly order: number;
}

/** Next sample = keep·sample + Σ weights·guesses + spread·noise. */
function coefficients({ config, stochastic, levels, index, order }: StepInput) {
  const [to, from] = [levelAt(levels, index + 1), levelAt(levels, index)];
  const h = to.lambda - from.lambda;
  // Karras' and Lu's schedules already end at the least noise; `sigma_min` requests it once more.
  if (h === 0) return { keep: 1, spread: 0, weights: [] };
  const span = stochastic ? 2 * h : h;
  const gain = 1 - Math.exp(-span);
  const keep = (to.sigma / from.sigma) * (stochastic ? Math.exp(-h) : 1);
  const spread = to.sigma * Math.sqrt(gain);
  const zeroth = to.alpha * gain;
  if (order === 1) return { keep, spread, weights: [zeroth] };

  const exact = to.alpha * (1 - gain / span);
  const ratio = (from.lambda - levelAt(levels, index - 1).lambda) / h;
  if (order === 2) {
    const first = (config.solver_type === 'heun' ? exact : zeroth / 2) / ratio;
    return { keep, spread, weights: [zeroth + first, -first] };
  }
  const olderRatio = (levelAt(levels, index - 1).lambda - levelAt(levels, index - 2).lambda) / h;
  const second = to.alpha * (0.5 - (h - gain) / (h * h));
  const both = ratio + olderRatio;
  const newer = (exact * (1 + ratio / both) + second / both) / ratio;
  const older = -(exact * ratio + second) / both / olderRatio;
  return { keep, spread, weights: [zeroth + newer, older - newer, -older] };
}

function addScaled(target: Float32Array, values: Float32Array | undefined, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + factor * (values?.[i] ?? 0);
}
