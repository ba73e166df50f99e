/** Arguments of a FineTuneLora task (type 2). Source: RELAY_PROTOCOL 7.3. */
import { z } from 'zod';
import { type ArgsDialect, integerField, nonEmptyField, versionField } from './fields.ts';

/** In characters, not UTF-16 units. */
const MAX_URL_LENGTH = 2083;

/** The relay's validator does not assert the schema's `format: uri`; the worker demands http or https. */
function urlField(dialect: ArgsDialect) {
  const text = nonEmptyField.refine((value) => [...value].length <= MAX_URL_LENGTH, 'too long');
  return dialect === 'relay' ? text : text.refine(isHttpUrl, 'must be an http or https URL');
}

function isHttpUrl(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
}

function trainArgsField(dialect: ArgsDialect) {
  const positive = integerField(dialect).min(1);
  const positiveOrNull = positive.nullable().default(null);
  return z.object({
    learning_rate: z.number().gt(0).default(1e-4),
    batch_size: positive.default(16),
    gradient_accumulation_steps: positive.default(1),
    prediction_type: z.enum(['epsilon', 'v_prediction']).nullable().default(null),
    max_grad_norm: z.number().default(1),
    num_train_epochs: positive.default(1),
    num_train_steps: positiveOrNull,
    max_train_epochs: positive.default(1),
    max_train_steps: positiveOrNull,
    scale_lr: z.boolean().default(true),
    resolution: positive.default(512),
    noise_offset: z.number().default(0),
    snr_gamma: z.number().nullable().default(null),
    lr_scheduler: z
      .object({
        lr_scheduler: z
          .enum(['linear', 'cosine', 'cosine_with_restarts', 'polynomial', 'constant', 'constant_with_warmup'])
          .default('constant'),
        lr_warmup_steps: integerField(dialect).default(500),
      })
      .prefault({}),
    adam_args: z
      .object({
        beta1: z.number().default(0.9),
        beta2: z.number().default(0.999),
        weight_decay: z.number().default(0.01),
        epsilon: z.number().default(1e-8),
      })
      .prefault({}),
  });
}

function fineTuneArgs(dialect: ArgsDialect) {
  const integer = integerField(dialect);
  return z.object({
    model: z.object({ name: nonEmptyField, variant: z.string().nullable().default(null), revision: z.string().default('main') }),
    dataset: z.object({
      url: urlField(dialect).nullable().default(null),
      name: nonEmptyField.nullable().default(null),
      config_name: z.string().nullable().default(null),
      image_column: z.string().default('image'),
      caption_column: z.string().default('text'),
    }),
    validation: z.object({ prompt: z.string().nullable().default(null), num_images: integer.min(1).max(10).default(4) }),
    train_args: trainArgsField(dialect),
    lora: z
      .object({
        rank: integer.default(8),
        init_lora_weights: z.union([z.boolean(), z.enum(['gaussian', 'loftq'])]).default(true),
        target_modules: z
          .union([z.array(z.string()), z.string()])
          .nullable()
          .default(null),
      })
      .prefault({}),
    transforms: z.object({ center_crop: z.boolean().default(false), random_flip: z.boolean().default(false) }).prefault({}),
    dataloader_num_workers: integer.default(0),
    mixed_precision: z.enum(['no', 'fp16', 'bf16']).default('no'),
    seed: integer.default(0),
    checkpoint: nonEmptyField.nullable().default(null),
    version: versionField(dialect),
  });
}

/** As the worker's models read them, defaults filled in. */
export const fineTuneTaskArgsSchema = fineTuneArgs('engine');
export type FineTuneTaskArgs = z.output<typeof fineTuneTaskArgsSchema>;

/** As the relay's published JSON schema judges them. */
export const relayFineTuneTaskArgsSchema = fineTuneArgs('relay');
