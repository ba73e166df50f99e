/** Arguments of a StableDiffusion task (type 0). Source: RELAY_PROTOCOL 7.1. */
import { z } from 'zod';
import { controlnetField } from './controlnet.ts';
import { type ArgsDialect, dtypeField, integerField, nonEmptyField, percentField, versionField } from './fields.ts';
import { engineSchedulerField, relaySchedulerField } from './scheduler.ts';

function variantField() {
  return z.string().nullable().default(null);
}

function taskConfigField(dialect: ArgsDialect) {
  const integer = integerField(dialect);
  return z.object({
    /** Pixels; neither side sets a limit. */
    image_width: integer.default(512),
    image_height: integer.default(512),
    steps: integer.min(1).max(100).default(1),
    seed: integer.min(0).lt(2_147_483_648).default(0),
    num_images: integer.min(1).max(10).default(6),
    safety_checker: z.boolean().default(true),
    cfg: z.number().min(0).max(20).default(5),
  });
}

function sdArgs(dialect: ArgsDialect) {
  const percent = percentField(dialect);
  return z.object({
    version: versionField(dialect),
    base_model: z.union([
      z.object({ name: nonEmptyField, variant: variantField() }),
      nonEmptyField.transform((name) => ({ name, variant: null })),
    ]),
    dtype: dtypeField,
    unet: z.string().default(''),
    prompt: nonEmptyField,
    negative_prompt: z.string().default(''),
    task_config: taskConfigField(dialect),
    lora: z
      .object({ model: nonEmptyField, weight_file_name: z.string().default(''), weight: percent.default(100) })
      .nullable()
      .default(null),
    controlnet: controlnetField(dialect).nullable().default(null),
    vae: z.string().default(''),
    refiner: z
      .object({
        model: nonEmptyField,
        variant: variantField(),
        denoising_cutoff: percent.default(80),
        steps: integerField(dialect).min(1).max(100).default(20),
      })
      .nullable()
      .default(null),
    textual_inversion: z.string().default(''),
  });
}

/** As the worker's models read them, defaults filled in. */
export const sdTaskArgsSchema = sdArgs('engine').extend({ scheduler: engineSchedulerField() });
export type SdTaskArgs = z.output<typeof sdTaskArgsSchema>;

/** As the relay's published JSON schema judges them. */
export const relaySdTaskArgsSchema = sdArgs('relay').extend({ scheduler: relaySchedulerField() });
