import { describe, expect, it } from 'vitest';
import { embeddedEnvironment } from './environment.ts';

const VARIABLES = { cw_node_url: 'ws://127.0.0.1:1/x/', cw_data_dir__models__huggingface: '/models' };

describe('the environment of the embedded engine', () => {
  it('has defaults', () => {
    expect(embeddedEnvironment(VARIABLES)).toEqual({
      nodeUrl: 'ws://127.0.0.1:1/x/',
      role: 'inference',
      modelsDir: '/models',
      hubUrl: 'https://huggingface.co',
      device: 'auto',
    });
  });

  it.each([
    [{ CUDA_VISIBLE_DEVICES: '' }, 'cpu'],
    [{ CUDA_VISIBLE_DEVICES: 'GPU-1' }, 'cuda'],
    [{ CUDA_VISIBLE_DEVICES: 'GPU-1', cw_embedded_device: 'cpu' }, 'cpu'],
    [{ cw_embedded_device: 'auto' }, 'auto'],
  ])('%j means %s', (variables, device) => {
    expect(embeddedEnvironment({ ...VARIABLES, ...variables }).device).toBe(device);
  });

  it.each([
    [{ cw_node_url: 'http://127.0.0.1/' }, 'cw_node_url'],
    [{ cw_node_url: undefined }, 'cw_node_url'],
    [{ cw_worker_role: 'boss' }, 'cw_worker_role'],
    [{ cw_data_dir__models__huggingface: '' }, 'cw_data_dir__models__huggingface'],
    [{ cw_embedded_hub_url: 'file:///etc' }, 'cw_embedded_hub_url'],
    [{ cw_embedded_device: 'abacus' }, 'cw_embedded_device'],
  ])('refuses %j', (variables, variable) => {
    expect(() => embeddedEnvironment({ ...VARIABLES, ...variables })).toThrowError(
      expect.objectContaining({ code: 'ENGINE_BAD_ENVIRONMENT', data: { variable } }),
    );
  });
});
