/** Which task arguments this engine cannot handle. Such a task is not invalid: other engines may run it. */
import type { SdTaskArgs } from '../../../../protocol/args/stable-diffusion.ts';
import { unsupported } from '../traceback.ts';

/** Pixels of one image; beyond this, the decoder needs more memory than can be expected of a node. */
const MAX_PIXELS = 2048 * 2048;

/** @throws EngineError ENGINE_UNSUPPORTED */
export function assertSupported(args: SdTaskArgs): void {
  const { image_width: width, image_height: height } = args.task_config;
  if (args.lora !== null) unsupported('a LoRA');
  if (args.controlnet !== null) unsupported('a ControlNet');
  if (args.refiner !== null) unsupported('a refiner');
  if (args.unet !== '') unsupported('another UNet');
  if (args.vae !== '') unsupported('another VAE');
  if (args.textual_inversion !== '') unsupported('a textual inversion');
  if (width < 1 || height < 1 || width * height > MAX_PIXELS) unsupported(`a size of ${width} × ${height}`);
}

/** ONNX models are exported in one type and cannot change it. @throws EngineError ENGINE_UNSUPPORTED */
export function assertDtype(asked: SdTaskArgs['dtype'], has: SdTaskArgs['dtype']): void {
  if (asked !== 'auto' && asked !== has) unsupported(`${asked} with a model exported in ${has}`);
}
