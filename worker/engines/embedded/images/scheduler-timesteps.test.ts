import { describe, expect, it } from 'vitest';
import { sdTaskArgsSchema } from '../../../../protocol/args/stable-diffusion.ts';
import { createScheduler } from './create-scheduler.ts';

const SD = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', num_train_timesteps: 1000 };

function timesteps(method: string, steps: number, config: object = {}, args: object | null = null) {
  const { scheduler } = sdTaskArgsSchema.parse({ base_model: 'm', prompt: 'p', task_config: {}, scheduler: { method, args } });
  return createScheduler({ asked: scheduler, modelConfig: { ...SD, ...config }, steps }).timesteps;
}

describe('timesteps as in diffusers', () => {
  const DPM = 'DPMSolverMultistepScheduler';
  const EULER = 'EulerAncestralDiscreteScheduler';

  it('DPM-Solver, spaced evenly (its default)', () => {
    const twenty = [999, 949, 899, 849, 799, 749, 699, 649, 599, 549, 500, 450, 400, 350, 300, 250, 200, 150, 100, 50];
    expect(timesteps(DPM, 20)).toEqual(twenty);
    expect(timesteps(DPM, 1)).toEqual([999]);
  });

  it('DPM-Solver, leading with Stable Diffusion’s offset, and trailing', () => {
    // 1000 // 21 = 47: 20·47+1 … 47+1.
    const leading = timesteps(DPM, 20, { timestep_spacing: 'leading', steps_offset: 1 });
    expect([leading[0], leading[1], leading.at(-1), leading.length]).toEqual([941, 894, 48, 20]);
    expect(timesteps(DPM, 4, { timestep_spacing: 'trailing' })).toEqual([999, 749, 499, 249]);
    expect(timesteps(DPM, 3, { timestep_spacing: 'trailing' })).toEqual([999, 666, 332]);
  });

  it('DPM-Solver with the noisiest levels clipped', () => {
    // λ = −ln σ ≥ 0 means σ ≤ 1.
    const clipped = timesteps(DPM, 5, {}, { lambda_min_clipped: 0 });
    const [first] = clipped;
    expect(first).toBeGreaterThan(200);
    expect(first).toBeLessThan(500);
    expect(timesteps(DPM, 5, {}, { lambda_min_clipped: -100 })).toEqual(timesteps(DPM, 5));
  });

  it('DPM-Solver by Karras: the first is the noisiest, the last the cleanest', () => {
    const karras = timesteps(DPM, 10, {}, { use_karras_sigmas: true });
    expect([karras[0], karras.at(-1), karras.length]).toEqual([999, 0, 10]);
    expect(karras).toEqual([...karras].sort((a, b) => b - a));
  });

  it('Euler: fractions when spaced evenly', () => {
    expect(timesteps(EULER, 3)).toEqual([999, 499.5, 0]);
    expect(timesteps(EULER, 4, { timestep_spacing: 'leading', steps_offset: 1 })).toEqual([751, 501, 251, 1]);
    expect(timesteps(EULER, 4, { timestep_spacing: 'trailing' })).toEqual([999, 749, 499, 249]);
  });

  it('SD-Turbo in one step starts at the end', () => {
    const turbo = { timestep_spacing: 'trailing', steps_offset: 1 };
    expect(timesteps(EULER, 1, turbo)).toEqual([999]);
  });

  it('LCM: members of the distilled schedule', () => {
    expect(timesteps('LCMScheduler', 4)).toEqual([999, 759, 499, 259]);
    expect(timesteps('LCMScheduler', 1)).toEqual([999]);
    expect(timesteps('LCMScheduler', 2, {}, { original_inference_steps: 100 })).toEqual([999, 499]);
  });
});
