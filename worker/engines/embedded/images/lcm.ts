/** Multistep sampling of latent consistency models (Luo et al. 2023): guess the clean sample, add less noise, repeat. */
import { unsupported } from '../traceback.ts';
import { cleanSample, type Scheduler } from './scheduler.ts';
import type { LcmConfig } from './scheduler-config.ts';

const DATA_SIGMA = 0.5;

export interface LcmInput {
  readonly config: LcmConfig;
  readonly alphas: Float64Array;
  readonly steps: number;
}

export function createLcm({ config, alphas, steps }: LcmInput): Scheduler {
  const timesteps = spacedTimesteps(config, steps);

  return {
    timesteps,
    initialSigma: 1,
    modelInput: (sample) => sample,
    step({ index, sample, output, noise }) {
      const timestep = timesteps[index] ?? 0;
      const share = alphas[timestep] ?? 1;
      const [alpha, sigma] = [Math.sqrt(share), Math.sqrt(1 - share)];
      const { skip, out } = boundaryScalings(timestep * config.timestep_scaling);
      const limit = config.clip_sample ? config.clip_sample_range : Number.POSITIVE_INFINITY;
      const clean = cleanSample({ type: config.prediction_type, sample, output, alpha, sigma });
      const denoised = sample.map((x, i) => out * Math.min(Math.max(clean[i] ?? 0, -limit), limit) + skip * x);
      const next = timesteps[index + 1];
      if (next === undefined) return denoised;
      const nextShare = alphas[next] ?? 1;
      const fresh = noise();
      return denoised.map((x, i) => Math.sqrt(nextShare) * x + Math.sqrt(1 - nextShare) * (fresh[i] ?? 0));
    },
  };
}

/** At timestep 0 the sample is already clean. */
function boundaryScalings(time: number): { skip: number; out: number } {
  const norm = time ** 2 + DATA_SIGMA ** 2;
  return { skip: DATA_SIGMA ** 2 / norm, out: time / Math.sqrt(norm) };
}

/** Evenly spaced members of the schedule used to distil such models. */
function spacedTimesteps({ num_train_timesteps: count, original_inference_steps: original }: LcmConfig, steps: number): number[] {
  if (original > count) unsupported(`original_inference_steps ${original} of ${count} training timesteps`);
  if (steps > original) unsupported(`${steps} steps with original_inference_steps ${original}`);
  const stride = Math.floor(count / original);
  return Array.from({ length: steps }, (_, i) => (original - Math.floor((i * original) / steps)) * stride - 1);
}
