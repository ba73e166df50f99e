/** Noise levels of a diffusion model, and which of them a run with few steps visits. Conventions of diffusers. */

export interface NoiseScheduleConfig {
  readonly trainTimesteps: number;
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly betaSchedule: 'linear' | 'scaled_linear' | 'squaredcos_cap_v2';
  readonly zeroTerminalSnr: boolean;
}

const MAX_BETA = 0.999;
/** Used for ᾱ = 0, where the signal vanishes, so that σ stays finite. */
const LEAST_ALPHA = 2 ** -24;
const KARRAS_RHO = 7;

/** ᾱ(t): the share of the signal's variance that is left after each training timestep. */
export function alphasCumulative(config: NoiseScheduleConfig): Float64Array {
  const alphas = new Float64Array(config.trainTimesteps);
  let product = 1;
  for (const [t, beta] of betas(config).entries()) {
    product *= 1 - beta;
    alphas[t] = product;
  }
  return config.zeroTerminalSnr ? withZeroTerminalSnr(alphas) : alphas;
}

function betas({ betaSchedule, betaStart, betaEnd, trainTimesteps }: NoiseScheduleConfig): number[] {
  switch (betaSchedule) {
    case 'linear':
      return linspace(betaStart, betaEnd, trainTimesteps);
    case 'scaled_linear':
      return linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), trainTimesteps).map((root) => root * root);
    case 'squaredcos_cap_v2': {
      const bar = (t: number) => Math.cos(((t / trainTimesteps + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
      return Array.from({ length: trainTimesteps }, (_, t) => Math.min(1 - bar(t + 1) / bar(t), MAX_BETA));
    }
  }
}

/** Lin et al., "Common diffusion noise schedules and sample steps are flawed", algorithm 1. */
function withZeroTerminalSnr(alphas: Float64Array): Float64Array {
  const first = Math.sqrt(alphas[0] ?? 1);
  const last = Math.sqrt(alphas.at(-1) ?? 0);
  const rescaled = alphas.map((alpha) => (((Math.sqrt(alpha) - last) * first) / (first - last)) ** 2);
  rescaled[rescaled.length - 1] = LEAST_ALPHA;
  return rescaled;
}

/** σ = √((1−ᾱ)/ᾱ) */
export function sigmasOf(alphas: Float64Array): Float64Array {
  return alphas.map((alpha) => Math.sqrt((1 - alpha) / alpha));
}

/** From the noisiest one downwards, with `σ` interpolated at each (possibly fractional) timestep. */
export function sigmasAt(sigmas: Float64Array, timesteps: readonly number[]): number[] {
  return timesteps.map((t) => {
    const low = Math.min(Math.max(Math.floor(t), 0), sigmas.length - 1);
    const here = sigmas[low] ?? 0;
    const next = sigmas[Math.min(low + 1, sigmas.length - 1)] ?? here;
    return here + (next - here) * Math.min(Math.max(t - low, 0), 1);
  });
}

/** `rho` 7: Karras et al. 2022. */
export function karrasSigmas(sigmas: Float64Array, steps: number): number[] {
  const [least, most] = [(sigmas[0] ?? 0) ** (1 / KARRAS_RHO), (sigmas.at(-1) ?? 0) ** (1 / KARRAS_RHO)];
  return linspace(0, 1, steps).map((ramp) => (most + ramp * (least - most)) ** KARRAS_RHO);
}

/** Evenly spaced logarithms of σ: Lu et al. 2022. */
export function luSigmas(sigmas: Float64Array, steps: number): number[] {
  return linspace(Math.log(sigmas.at(-1) ?? 1), Math.log(sigmas[0] ?? 1), steps).map(Math.exp);
}

/** The training timestep whose σ is nearest in the logarithm. */
export function timestepOfSigma(sigmas: Float64Array, sigma: number): number {
  const logarithm = Math.log(Math.max(sigma, 1e-10));
  const above = sigmas.findIndex((candidate) => Math.log(candidate) > logarithm);
  const low = Math.min(Math.max((above === -1 ? sigmas.length : above) - 1, 0), sigmas.length - 2);
  const [from, to] = [Math.log(sigmas[low] ?? 1), Math.log(sigmas[low + 1] ?? 1)];
  return roundHalfEven(low + Math.min(Math.max((logarithm - from) / (to - from), 0), 1));
}

/** `count` values, both ends included; a single value is the start. */
export function linspace(from: number, to: number, count: number): number[] {
  if (count === 1) return [from];
  const step = (to - from) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? to : from + step * i));
}

/** numpy's rounding; 499.5 is 500, 166.5 is 166. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
