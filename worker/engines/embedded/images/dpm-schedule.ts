/** The timesteps and noise levels that DPM-Solver visits. Conventions of diffusers' DPMSolverMultistepScheduler. */
import { karrasSigmas, linspace, luSigmas, roundHalfEven, sigmasAt, sigmasOf, timestepOfSigma } from './noise-schedule.ts';
import type { DpmConfig } from './scheduler-config.ts';

export interface DpmSchedule {
  /** Integers, descending. */
  readonly timesteps: readonly number[];
  /** σ in variance-exploding terms, one more than timesteps: the last is where the run ends. */
  readonly sigmas: readonly number[];
}

export interface DpmScheduleInput {
  readonly config: DpmConfig;
  readonly alphas: Float64Array;
  readonly steps: number;
}

export function dpmSchedule({ config, alphas, steps }: DpmScheduleInput): DpmSchedule {
  const all = sigmasOf(alphas);
  const last = config.final_sigmas_type === 'zero' ? 0 : (all[0] ?? 0);
  if (config.use_karras_sigmas || config.use_lu_lambdas) {
    const sigmas = config.use_karras_sigmas ? karrasSigmas(all, steps) : luSigmas(all, steps);
    return { timesteps: sigmas.map((sigma) => timestepOfSigma(all, sigma)), sigmas: [...sigmas, last] };
  }
  const timesteps = spacedTimesteps(config, usableTimesteps(config, all), steps);
  return { timesteps, sigmas: [...sigmasAt(all, timesteps), last] };
}

/** Timesteps whose λ = −ln σ is not clipped. */
function usableTimesteps({ lambda_min_clipped: least, num_train_timesteps: count }: DpmConfig, sigmas: Float64Array): number {
  return least === null ? count : sigmas.filter((sigma) => -Math.log(sigma) >= least).length;
}

function spacedTimesteps(config: DpmConfig, usable: number, steps: number): number[] {
  switch (config.timestep_spacing) {
    case 'linspace':
      return linspace(0, usable - 1, steps + 1)
        .map(roundHalfEven)
        .reverse()
        .slice(0, -1);
    case 'leading': {
      const stride = Math.floor(usable / (steps + 1));
      return Array.from({ length: steps }, (_, i) => (steps - i) * stride + config.steps_offset);
    }
    case 'trailing': {
      const stride = config.num_train_timesteps / steps;
      return Array.from({ length: steps }, (_, i) => Math.max(roundHalfEven(usable - i * stride) - 1, 0));
    }
  }
}
