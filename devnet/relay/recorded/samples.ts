/** Arguments and files for the tasks of the scenarios. */
import { encode } from 'fast-png';

export const IMAGE_MODEL = 'base:crynux-devnet/tiny-diffusion';

export const IMAGE_ARGS = JSON.stringify({
  base_model: { name: 'crynux-devnet/tiny-diffusion' },
  prompt: 'a lighthouse at dusk',
  task_config: { image_width: 256, image_height: 256, steps: 8, seed: 1, num_images: 1, safety_checker: false, cfg: 7 },
});

export const FINE_TUNE_ARGS = JSON.stringify({
  model: { name: 'runwayml/stable-diffusion-v1-5' },
  dataset: { url: 'https://example.invalid/data' },
  validation: { prompt: 'a cat', num_images: 1 },
  train_args: { learning_rate: 0.0001, batch_size: 1, num_train_steps: 12, num_train_epochs: 1, max_train_steps: 10 },
  lora: { rank: 4 },
});

/** An image that changes with the seed. */
export function png(seed: number): Uint8Array {
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * (5 + seed * 2) + seed) % 256);
  return encode({ width: 64, height: 64, data, channels: 3, depth: 8 });
}
