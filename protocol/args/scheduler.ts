/** Diffusion schedulers. Source: RELAY_PROTOCOL 7.1. */
import { z } from 'zod';
import { type ArgsDialect, integerField } from './fields.ts';

const numberOrNull = z.number().nullable().default(null);
const textOrNull = z.string().nullable().default(null);
const flagOrNull = z.boolean().nullable().default(null);

function schedulerArgs(dialect: ArgsDialect) {
  const integerOrNull = integerField(dialect).nullable().default(null);
  const common = {
    num_train_timesteps: integerOrNull,
    beta_start: numberOrNull,
    beta_end: numberOrNull,
    beta_schedule: textOrNull,
    prediction_type: textOrNull,
    timestep_spacing: textOrNull,
    steps_offset: integerOrNull,
    rescale_betas_zero_snr: flagOrNull,
  };
  const thresholding = {
    thresholding: flagOrNull,
    dynamic_thresholding_ratio: numberOrNull,
    sample_max_value: numberOrNull,
  };
  return {
    euler: z.object(common).nullable().default(null),
    dpm: z
      .object({
        ...common,
        ...thresholding,
        solver_order: integerOrNull,
        algorithm_type: textOrNull,
        solver_type: textOrNull,
        lower_order_final: flagOrNull,
        euler_at_final: flagOrNull,
        use_karras_sigmas: flagOrNull,
        use_lu_lambdas: flagOrNull,
        final_sigmas_type: textOrNull,
        lambda_min_clipped: numberOrNull,
        variance_type: textOrNull,
      })
      .nullable()
      .default(null),
    lcm: z
      .object({
        ...common,
        ...thresholding,
        original_inference_steps: integerOrNull,
        clip_samples: integerOrNull,
        clip_samples_range: numberOrNull,
        set_alpha_to_one: flagOrNull,
        timestep_scaling: numberOrNull,
      })
      .nullable()
      .default(null),
  };
}

const METHODS = {
  dpm: z.literal('DPMSolverMultistepScheduler'),
  euler: z.literal('EulerAncestralDiscreteScheduler'),
  lcm: z.literal('LCMScheduler'),
} as const;

/** The worker requires `method`. */
export function engineSchedulerField() {
  const args = schedulerArgs('engine');
  return z
    .discriminatedUnion('method', [
      z.object({ method: METHODS.dpm, args: args.dpm }),
      z.object({ method: METHODS.euler, args: args.euler }),
      z.object({ method: METHODS.lcm, args: args.lcm }),
    ])
    .default({ method: 'DPMSolverMultistepScheduler', args: null });
}

/** The JSON schema requires exactly one of the three to match, and gives `method` a default in each. */
export function relaySchedulerField() {
  const args = schedulerArgs('relay');
  return z
    .xor([
      z.object({ method: METHODS.dpm.optional(), args: args.dpm }),
      z.object({ method: METHODS.euler.optional(), args: args.euler }),
      z.object({ method: METHODS.lcm.optional(), args: args.lcm }),
    ])
    .optional();
}
