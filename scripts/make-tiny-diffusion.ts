/**
 * Writes the tiny diffusion model in the repository (`npm run make-models`): random weights in the ONNX layout of
 * diffusers, under 200 kB. Equal seeds give equal bytes on every machine.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TINY_DIFFUSION } from './tiny-diffusion/shape.ts';
import { textEncoderModel } from './tiny-diffusion/text-encoder.ts';
import { unetModel } from './tiny-diffusion/unet.ts';
import { vaeDecoderModel } from './tiny-diffusion/vae-decoder.ts';
import { tinyVocabulary } from './tiny-diffusion/vocabulary.ts';

export const TINY_DIFFUSION_FOLDER = 'tiny-diffusion';

/** Path inside the model folder → contents. */
export function tinyDiffusionFiles(): ReadonlyMap<string, Uint8Array> {
  const { mergeCount, promptTokens, latentChannels, decoderWidths, scalingFactor } = TINY_DIFFUSION;
  const { trainTimesteps, betaStart, betaEnd } = TINY_DIFFUSION;
  const { ids, merges } = tinyVocabulary(mergeCount);
  const mergesText = ['#version: 0.2', ...merges.map((pair) => pair.join(' ')), ''].join('\n');
  return new Map<string, Uint8Array>([
    [
      'model_index.json',
      json({
        _class_name: 'OnnxStableDiffusionPipeline',
        feature_extractor: [null, null],
        safety_checker: [null, null],
        scheduler: ['diffusers', 'DPMSolverMultistepScheduler'],
        text_encoder: ['diffusers', 'OnnxRuntimeModel'],
        tokenizer: ['transformers', 'CLIPTokenizer'],
        unet: ['diffusers', 'OnnxRuntimeModel'],
        vae_decoder: ['diffusers', 'OnnxRuntimeModel'],
      }),
    ],
    [
      'scheduler/scheduler_config.json',
      json({
        _class_name: 'DPMSolverMultistepScheduler',
        beta_end: betaEnd,
        beta_schedule: 'scaled_linear',
        beta_start: betaStart,
        num_train_timesteps: trainTimesteps,
        prediction_type: 'epsilon',
      }),
    ],
    ['text_encoder/model.onnx', textEncoderModel(Object.keys(ids).length)],
    ['tokenizer/merges.txt', Buffer.from(mergesText)],
    ['tokenizer/tokenizer_config.json', json({ model_max_length: promptTokens, pad_token: '<|endoftext|>' })],
    ['tokenizer/vocab.json', Buffer.from(JSON.stringify(ids))],
    ['unet/model.onnx', unetModel()],
    [
      'vae_decoder/config.json',
      json({ block_out_channels: decoderWidths, latent_channels: latentChannels, scaling_factor: scalingFactor }),
    ],
    ['vae_decoder/model.onnx', vaeDecoderModel()],
  ]);
}

function json(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

async function main(): Promise<void> {
  const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'resources', 'models', TINY_DIFFUSION_FOLDER);
  for (const [name, bytes] of tinyDiffusionFiles()) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
    console.log(`${name}  ${bytes.length} bytes  sha256 ${createHash('sha256').update(bytes).digest('hex')}`);
  }
}

if (import.meta.main) await main();
