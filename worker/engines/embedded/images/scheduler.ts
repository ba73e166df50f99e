/** What the pipeline needs from a diffusion scheduler. */

export type PredictionType = 'epsilon' | 'v_prediction' | 'sample';

interface SchedulerStep {
  readonly index: number;
  readonly sample: Float32Array;
  /** The network's answer to `modelInput` at this step, guidance applied. */
  readonly output: Float32Array;
  /** Standard normal, as long as the sample; the same on every call. */
  readonly noise: () => Float32Array;
}

/** One run: it stores the answers of earlier steps, so every image needs its own. */
export interface Scheduler {
  /** In the order of the run, noisiest first; Euler's may be fractions. */
  readonly timesteps: readonly number[];
  /** The standard deviation of the noise that a run starts from. */
  readonly initialSigma: number;
  /** The network's input at this step. */
  modelInput(sample: Float32Array, index: number): Float32Array;
  /** The sample of the next step. */
  step(step: SchedulerStep): Float32Array;
}

/** x₀ from the network's answer, where x = α·x₀ + σ·ε. */
export function cleanSample(input: {
  readonly type: PredictionType;
  readonly sample: Float32Array;
  readonly output: Float32Array;
  readonly alpha: number;
  readonly sigma: number;
}): Float32Array {
  const { type, sample, output, alpha, sigma } = input;
  switch (type) {
    case 'epsilon':
      return sample.map((x, i) => (x - sigma * (output[i] ?? 0)) / alpha);
    case 'v_prediction':
      return sample.map((x, i) => alpha * x - sigma * (output[i] ?? 0));
    case 'sample':
      return output;
  }
}
