/** A scheduler's settings: the task's, then the model file's, then the method's defaults. */
import { z } from 'zod';
import type { SdTaskArgs } from '../../../../protocol/args/stable-diffusion.ts';
import { unsupported } from '../traceback.ts';

const positive = z.number().positive();

/** Names and defaults of diffusers; members of other schedulers are ignored, as in diffusers. */
const commonSchema = z.object({
  num_train_timesteps: z.number().int().min(2).max(100_000).default(1000),
  beta_start: positive.lt(1).default(0.0001),
  beta_end: positive.lt(1).default(0.02),
  beta_schedule: z.enum(['linear', 'scaled_linear', 'squaredcos_cap_v2']).default('linear'),
  trained_betas: z.null().default(null),
  prediction_type: z.enum(['epsilon', 'v_prediction', 'sample']).default('epsilon'),
  timestep_spacing: z.enum(['linspace', 'leading', 'trailing']).default('linspace'),
  steps_offset: z.number().int().min(0).max(1000).default(0),
  rescale_betas_zero_snr: z.boolean().default(false),
});

const dpmSchema = commonSchema.extend({
  solver_order: z.number().int().min(1).max(3).default(2),
  /** Meant for models in pixel space. */
  thresholding: z.literal(false).default(false),
  algorithm_type: z
    .enum(['dpmsolver++', 'sde-dpmsolver++', 'deis'])
    .default('dpmsolver++')
    .transform((type) => (type === 'deis' ? 'dpmsolver++' : type)),
  solver_type: z
    .enum(['midpoint', 'heun', 'logrho', 'bh1', 'bh2'])
    .default('midpoint')
    .transform((type) => (type === 'heun' ? type : 'midpoint')),
  lower_order_final: z.boolean().default(true),
  euler_at_final: z.boolean().default(false),
  use_karras_sigmas: z.boolean().default(false),
  use_lu_lambdas: z.boolean().default(false),
  use_exponential_sigmas: z.literal(false).default(false),
  use_beta_sigmas: z.literal(false).default(false),
  use_flow_sigmas: z.literal(false).default(false),
  final_sigmas_type: z.enum(['zero', 'sigma_min']).default('zero'),
  lambda_min_clipped: z.number().nullable().default(null),
  variance_type: z.literal('fixed_small').nullable().default(null),
});

const eulerSchema = commonSchema.extend({ prediction_type: z.enum(['epsilon', 'v_prediction']).default('epsilon') });

const lcmSchema = commonSchema.extend({
  beta_start: positive.lt(1).default(0.00085),
  beta_end: positive.lt(1).default(0.012),
  beta_schedule: z.enum(['linear', 'scaled_linear', 'squaredcos_cap_v2']).default('scaled_linear'),
  original_inference_steps: z.number().int().min(1).default(50),
  clip_sample: z.boolean().default(false),
  clip_sample_range: positive.default(1),
  thresholding: z.literal(false).default(false),
  timestep_scaling: z.number().default(10),
});

export type DpmConfig = z.output<typeof dpmSchema>;
export type EulerConfig = z.output<typeof eulerSchema>;
export type LcmConfig = z.output<typeof lcmSchema>;
export type SchedulerChoice =
  | { readonly method: 'DPMSolverMultistepScheduler'; readonly config: DpmConfig }
  | { readonly method: 'EulerAncestralDiscreteScheduler'; readonly config: EulerConfig }
  | { readonly method: 'LCMScheduler'; readonly config: LcmConfig };

/**
 * A setting that this engine does not have is unsupported, wherever it comes from: arguments that fit the schema are
 * never invalid.
 * @throws EngineError ENGINE_UNSUPPORTED
 */
export function chooseScheduler(asked: SdTaskArgs['scheduler'], modelConfig: Readonly<Record<string, unknown>>): SchedulerChoice {
  const given = Object.entries({ ...modelConfig, ...withoutNulls(asked.args ?? {}) }).filter(([, value]) => value !== null);
  const settings = Object.fromEntries(given);
  const parse = <Schema extends z.ZodType>(schema: Schema): z.output<Schema> => {
    const parsed = schema.safeParse(settings);
    if (parsed.success) return parsed.data;
    return unsupported(`scheduler setting ${parsed.error.issues[0]?.path.join('.')}`);
  };
  switch (asked.method) {
    case 'DPMSolverMultistepScheduler':
      return { method: asked.method, config: parse(dpmSchema) };
    case 'EulerAncestralDiscreteScheduler':
      return { method: asked.method, config: parse(eulerSchema) };
    case 'LCMScheduler':
      return { method: asked.method, config: parse(lcmSchema) };
  }
}

function withoutNulls(args: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));
}
