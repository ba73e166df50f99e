/** The scheduler for a task. */
import type { SdTaskArgs } from '../../../../protocol/args/stable-diffusion.ts';
import { createDpmSolver } from './dpm-solver.ts';
import { createEulerAncestral } from './euler-ancestral.ts';
import { createLcm } from './lcm.ts';
import { alphasCumulative, type NoiseScheduleConfig } from './noise-schedule.ts';
import type { Scheduler } from './scheduler.ts';
import { chooseScheduler } from './scheduler-config.ts';

export interface SchedulerInput {
  readonly asked: SdTaskArgs['scheduler'];
  /** scheduler_config.json of the model. */
  readonly modelConfig: Readonly<Record<string, unknown>>;
  readonly steps: number;
}

/** @throws EngineError ENGINE_UNSUPPORTED for a setting that this engine does not have. */
export function createScheduler({ asked, modelConfig, steps }: SchedulerInput): Scheduler {
  const { method, config } = chooseScheduler(asked, modelConfig);
  const noise: NoiseScheduleConfig = {
    trainTimesteps: config.num_train_timesteps,
    betaStart: config.beta_start,
    betaEnd: config.beta_end,
    betaSchedule: config.beta_schedule,
    zeroTerminalSnr: config.rescale_betas_zero_snr,
  };
  const alphas = alphasCumulative(noise);
  switch (method) {
    case 'DPMSolverMultistepScheduler':
      return createDpmSolver({ config, alphas, steps });
    case 'EulerAncestralDiscreteScheduler':
      return createEulerAncestral({ config, alphas, steps });
    case 'LCMScheduler':
      return createLcm({ config, alphas, steps });
  }
}
