/** Sizes and constants that the three networks and their configuration files share. */

export const TINY_DIFFUSION = {
  /** Seeds of the weights. */
  seed: 20_240_603,
  mergeCount: 192,
  promptTokens: 77,
  textWidth: 16,
  latentChannels: 4,
  unetWidth: 16,
  /** Channels of the decoder, from the latent to the image; each arrow but the first and last doubles the size. */
  decoderWidths: [16, 12, 8, 6],
  /** As in Stable Diffusion 1.5. */
  scalingFactor: 0.18215,
  trainTimesteps: 1000,
  betaStart: 0.00085,
  betaEnd: 0.012,
} as const;

/** √ᾱ and √(1−ᾱ) for every training timestep of the scaled-linear schedule. */
export function noiseLevels(): { alpha: number[]; sigma: number[] } {
  const { trainTimesteps, betaStart, betaEnd } = TINY_DIFFUSION;
  const [from, to] = [Math.sqrt(betaStart), Math.sqrt(betaEnd)];
  const alpha: number[] = [];
  const sigma: number[] = [];
  let product = 1;
  for (let t = 0; t < trainTimesteps; t++) {
    const root = from + ((to - from) * t) / (trainTimesteps - 1);
    product *= 1 - root * root;
    alpha.push(Math.sqrt(product));
    sigma.push(Math.sqrt(1 - product));
  }
  return { alpha, sigma };
}
