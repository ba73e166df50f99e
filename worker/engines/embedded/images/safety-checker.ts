/** The safety checker of Stable Diffusion 1.x: a CLIP vision network that decides whether it objects to a picture. */
import { unsupported } from '../traceback.ts';
import { ImageError } from './errors.ts';
import { type Network, openNetwork } from './onnx-network.ts';
import type { Picture } from './picture.ts';
import type { Provider } from './provider.ts';
import { resizeBicubic } from './resize.ts';

const CLIP_SIDE = 224;
const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
const CLIP_DEVIATION = [0.26862954, 0.26130258, 0.27577711] as const;

export interface SafetyChecker {
  objectsTo(picture: Picture): Promise<boolean>;
  release(): Promise<void>;
}

/** @throws EngineError ENGINE_UNSUPPORTED; ImageError IMAGE_BAD_MODEL */
export async function openSafetyChecker(file: string, provider: Provider): Promise<SafetyChecker> {
  const network = await openNetwork(file, provider);
  const extra = network.inputs.find((input) => input !== 'clip_input' && input !== 'images');
  if (extra !== undefined) {
    await network.release();
    unsupported(`a safety_checker that wants ${extra}`);
  }
  return { objectsTo: (picture) => objectsTo(network, picture), release: () => network.release() };
}

async function objectsTo(network: Network, picture: Picture): Promise<boolean> {
  const clip = { data: clipPlanes(picture), dims: [1, 3, CLIP_SIDE, CLIP_SIDE] };
  const images = { data: Float32Array.from(picture.pixels, (value) => value / 255), dims: [1, picture.height, picture.width, 3] };
  const outputs = await network.run({ clip_input: clip, ...(network.inputs.includes('images') && { images }) });
  // out_images, has_nsfw_concepts: the verdict is the last.
  const verdict = outputs.at(-1);
  if (verdict?.length !== 1)
    throw new ImageError('IMAGE_BAD_MODEL', 'safety_checker gives no verdict', { file: 'safety_checker' });
  return verdict[0] !== 0;
}

/** CLIP's feature extraction: shorter side to 224, centre crop, normalised, as planes. */
function clipPlanes(picture: Picture): Float32Array {
  const scale = CLIP_SIDE / Math.min(picture.width, picture.height);
  const size = { width: Math.floor(picture.width * scale + 1e-9), height: Math.floor(picture.height * scale + 1e-9) };
  const { width, height, pixels } = resizeBicubic(picture, size);
  const [left, top] = [Math.floor((width - CLIP_SIDE) / 2), Math.floor((height - CLIP_SIDE) / 2)];
  const planes = new Float32Array(3 * CLIP_SIDE * CLIP_SIDE);
  for (const [plane, mean] of CLIP_MEAN.entries()) {
    for (let y = 0; y < CLIP_SIDE; y++) {
      for (let x = 0; x < CLIP_SIDE; x++) {
        const value = (pixels[((top + y) * width + left + x) * 3 + plane] ?? 0) / 255;
        planes[(plane * CLIP_SIDE + y) * CLIP_SIDE + x] = (value - mean) / (CLIP_DEVIATION[plane] ?? 1);
      }
    }
  }
  return planes;
}
