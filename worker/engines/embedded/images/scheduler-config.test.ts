import { describe, expect, it } from 'vitest';
import { sdTaskArgsSchema } from '../../../../protocol/args/stable-diffusion.ts';
import { chooseScheduler } from './scheduler-config.ts';

const choose = (scheduler: object | undefined, modelConfig: Record<string, unknown> = {}) =>
  chooseScheduler(sdTaskArgsSchema.parse({ base_model: 'm', prompt: 'p', task_config: {}, scheduler }).scheduler, modelConfig);
const DPM = 'DPMSolverMultistepScheduler';

describe('chooseScheduler', () => {
  it('prefers the task’s settings to the model’s to the defaults', () => {
    const model = { beta_schedule: 'scaled_linear', solver_order: 3, timestep_spacing: 'leading' };
    expect(choose({ method: DPM, args: { solver_order: 1, beta_end: null } }, model)).toMatchObject({
      method: DPM,
      config: {
        beta_schedule: 'scaled_linear',
        solver_order: 1,
        timestep_spacing: 'leading',
        beta_end: 0.02,
        solver_type: 'midpoint',
      },
    });
  });

  it('is DPM-Solver++ of order 2 by default', () => {
    expect(choose(undefined)).toMatchObject({ method: DPM, config: { solver_order: 2, algorithm_type: 'dpmsolver++' } });
  });

  it('ignores what another scheduler left in the model’s file', () => {
    const turbo = {
      _class_name: 'EulerDiscreteScheduler',
      interpolation_type: 'linear',
      set_alpha_to_one: false,
      trained_betas: null,
    };
    expect(choose({ method: 'EulerAncestralDiscreteScheduler' }, turbo).config.prediction_type).toBe('epsilon');
    expect(choose({ method: 'LCMScheduler' }, turbo).config.beta_schedule).toBe('scaled_linear');
  });

  it('reads the names that diffusers maps to others', () => {
    expect(choose({ method: DPM, args: { algorithm_type: 'deis', solver_type: 'bh2' } }).config).toMatchObject({
      algorithm_type: 'dpmsolver++',
      solver_type: 'midpoint',
    });
  });

  it.each([
    [DPM, { algorithm_type: 'dpmsolver' }],
    [DPM, { thresholding: true }],
    [DPM, { variance_type: 'learned' }],
    [DPM, { beta_schedule: 'exponential' }],
    [DPM, { timestep_spacing: 'random' }],
    [DPM, { solver_order: 4 }],
    ['EulerAncestralDiscreteScheduler', { prediction_type: 'sample' }],
    ['LCMScheduler', { original_inference_steps: 0 }],
    ['LCMScheduler', { thresholding: true }],
  ])('does not support %s with %j, and says so without calling it invalid', (method, args) => {
    const [field] = Object.keys(args);
    expect(() => choose({ method, args })).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNSUPPORTED', message: `scheduler setting ${field}: unsupported by this engine` }),
    );
  });

  it('does not support a model’s own betas', () => {
    expect(() => choose({ method: DPM }, { trained_betas: [0.1, 0.2] })).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNSUPPORTED' }),
    );
  });
});
