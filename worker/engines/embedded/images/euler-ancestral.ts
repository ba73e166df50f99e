/** Euler steps with new noise after each (k-diffusion's ancestral sampler). Works on x₀ + σ·ε, not on unit variance. */
import { linspace, roundHalfEven, sigmasAt, sigmasOf } from './noise-schedule.ts';
import { cleanSample, type Scheduler } from './scheduler.ts';
import type { EulerConfig } from './scheduler-config.ts';

export interface EulerInput {
  readonly config: EulerConfig;
  readonly alphas: Float64Array;
  readonly steps: number;
}

export function createEulerAncestral({ config, alphas, steps }: EulerInput): Scheduler {
  const timesteps = spacedTimesteps(config, steps);
  const sigmas = [...sigmasAt(sigmasOf(alphas), timesteps), 0];
  const sigmaAt = (index: number) => sigmas[index] ?? 0;
  const highest = Math.max(...sigmas);

  return {
    timesteps,
    initialSigma: config.timestep_spacing === 'leading' ? Math.hypot(highest, 1) : highest,
    modelInput(sample, index) {
      const scale = Math.hypot(sigmaAt(index), 1);
      return sample.map((x) => x / scale);
    },
    step({ index, sample, output, noise }) {
      const [from, to] = [sigmaAt(index), sigmaAt(index + 1)];
      const clean = predictClean({ config, sample, output, sigma: from });
      const up = Math.sqrt((to ** 2 * (from ** 2 - to ** 2)) / from ** 2);
      const down = Math.sqrt(to ** 2 - up ** 2);
      const fresh = noise();
      return sample.map((x, i) => {
        const direction = (x - (clean[i] ?? 0)) / from;
        return x + direction * (down - from) + up * (fresh[i] ?? 0);
      });
    },
  };
}

interface PredictionInput {
  readonly config: EulerConfig;
  readonly sample: Float32Array;
  readonly output: Float32Array;
  readonly sigma: number;
}

function predictClean({ config, sample, output, sigma }: PredictionInput): Float32Array {
  if (config.prediction_type === 'epsilon') return cleanSample({ type: 'epsilon', sample, output, alpha: 1, sigma });
  const alpha = 1 / Math.hypot(sigma, 1);
  const unit = sample.map((x) => x * alpha);
  return cleanSample({ type: 'v_prediction', sample: unit, output, alpha, sigma: sigma * alpha });
}

function spacedTimesteps(
  { timestep_spacing: spacing, num_train_timesteps: count, steps_offset: offset }: EulerConfig,
  steps: number,
): number[] {
  switch (spacing) {
    case 'linspace':
      return linspace(0, count - 1, steps).reverse();
    case 'leading': {
      const stride = Math.floor(count / steps);
      return Array.from({ length: steps }, (_, i) => (steps - 1 - i) * stride + offset);
    }
    case 'trailing':
      return Array.from({ length: steps }, (_, i) => roundHalfEven(count - (i * count) / steps) - 1);
  }
}
