import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { otherSystem } from '../../platform/testing/other-system.ts';
import type { EngineEnvironmentInput } from './environment.ts';
import { engineEnvironment } from './environment.ts';

const INPUT: EngineEnvironmentInput = {
  role: 'inference',
  nodeUrl: 'ws://127.0.0.1:4000/token/',
  relayUrl: 'https://relay.example/',
  engineDir: '/node/engine',
  modelsDir: '/node/models',
  resultsDir: '/node/results',
  gpuUuids: ['GPU-a', 'GPU-b'],
  executorMode: 'device_map',
  patches: { kind: 'from', url: 'https://patches.example' },
  logLevel: 'info',
  extra: {},
  inherited: {},
  system: otherSystem('linux'),
};

describe('the environment of an engine program', () => {
  it('9.1 environment: is the official node’s', () => {
    expect(engineEnvironment({ ...INPUT, inherited: { PATH: '/bin', Path: 'C:\\', HTTPS_PROXY: 'http://proxy' } })).toEqual({
      PATH: '/bin',
      Path: 'C:\\',
      HTTPS_PROXY: 'http://proxy',
      CRYNUX_WORKER_PATCH_URL: 'https://patches.example',
      cw_worker_role: 'inference',
      cw_data_dir__models__huggingface: '/node/models/huggingface',
      cw_data_dir__models__external: '/node/models/external',
      cw_output_dir: '/node/results',
      cw_pid_file: '/node/engine/crynux_worker.pid',
      cw_worker_url: 'https://relay.example/v1/worker',
      cw_preloaded_models: '{"sd_base":[],"gpt_base":[],"controlnet":[],"vae":[]}',
      cw_proxy: '{"host":"","port":8080,"username":"","password":""}',
      cw_node_url: 'ws://127.0.0.1:4000/token/',
      cw_log: '{"dir":"/node/engine","level":"INFO","filename":"crynux-worker.log"}',
      CRYNUX_WORKER_CONFIG: '/node/engine/no-settings.yml',
      SD_TASK_CONFIG: '/node/engine/no-settings.yml',
      GPT_TASK_CONFIG: '/node/engine/no-settings.yml',
      NO_PROXY: '127.0.0.1,localhost',
      CUDA_VISIBLE_DEVICES: 'GPU-a,GPU-b',
    });
    expect(engineEnvironment({ ...INPUT, role: 'download' })).toMatchObject({
      cw_worker_role: 'download',
      cw_pid_file: '/node/engine/crynux_worker_download.pid',
      cw_log: '{"dir":"/node/engine","level":"INFO","filename":"crynux-worker-download.log"}',
    });
  });

  it('9.1 cards: confines the program to the selected ones, whatever else is set (law 6)', () => {
    const visible = (change: Partial<EngineEnvironmentInput>) => engineEnvironment({ ...INPUT, ...change }).CUDA_VISIBLE_DEVICES;
    const others = { CUDA_VISIBLE_DEVICES: '3' };
    expect(visible({ inherited: others, extra: others })).toBe('GPU-a,GPU-b');
    expect(visible({ inherited: others, extra: others, gpuUuids: [] })).toBe('');
    expect(visible({ inherited: others, extra: others, system: otherSystem('darwin') })).toBeUndefined();
  });

  it('9.1 environment: inherits no variable unless it is known to be harmless', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z_]{1,12}(KEY|TOKEN|SECRET|PASSWORD|MNEMONIC)$/), (name) => {
        expect(engineEnvironment({ ...INPUT, inherited: { [name]: 'x' } })).not.toHaveProperty(name);
      }),
    );
    for (const name of [
      'NODE_OPTIONS',
      'LD_PRELOAD',
      'cw_node_url',
      'cw_worker_role',
      'GPT_EXECUTOR',
      'NVIDIA_VISIBLE_DEVICES',
    ]) {
      expect(engineEnvironment({ ...INPUT, inherited: { [name]: 'x' } })[name]).not.toBe('x');
    }
  });

  it('9.1 settings: the host’s take precedence over the node’s, except for the cards', () => {
    const extra = { cw_output_dir: '/elsewhere', HF_ENDPOINT: 'https://hub', CUDA_VISIBLE_DEVICES: '7' };
    expect(engineEnvironment({ ...INPUT, extra })).toMatchObject({ ...extra, CUDA_VISIBLE_DEVICES: 'GPU-a,GPU-b' });
  });

  it('9.1 settings: the role and the address are never the host’s, in any letter case', () => {
    const extra = { CW_Worker_Role: 'download', CW_NODE_URL: 'ws://elsewhere', CRYNUX_WORKER_CONFIG: '/mine.yml' };
    const environment = engineEnvironment({ ...INPUT, extra });
    expect(environment).toMatchObject({ cw_worker_role: 'inference', cw_node_url: INPUT.nodeUrl });
    expect(Object.keys(environment).filter((name) => /^cw_(worker_role|node_url)$/i.test(name))).toHaveLength(2);
    expect(environment.CRYNUX_WORKER_CONFIG).not.toBe('/mine.yml');
  });

  it('9.1 settings: a host’s setting in another spelling replaces ours', () => {
    const environment = engineEnvironment({ ...INPUT, extra: { CW_OUTPUT_DIR: '/elsewhere' } });
    expect(environment).not.toHaveProperty('cw_output_dir');
    expect(environment.CW_OUTPUT_DIR).toBe('/elsewhere');
  });

  it('9.1 proxy: is inherited in any spelling, and none is added', () => {
    const proxy = { HTTP_PROXY: 'http://a:1', https_proxy: 'http://b:2' };
    expect(engineEnvironment({ ...INPUT, inherited: proxy })).toMatchObject(proxy);
    expect(Object.keys(engineEnvironment(INPUT)).filter((name) => /_proxy$/i.test(name))).toEqual(['cw_proxy']);
  });

  it.each([
    [{ NO_PROXY: 'local' }, { NO_PROXY: 'local,127.0.0.1,localhost' }],
    [{ no_proxy: 'localhost, 10.0.0.0/8' }, { no_proxy: 'localhost,10.0.0.0/8,127.0.0.1' }],
    [{ NO_PROXY: '*' }, { NO_PROXY: '*' }],
  ])('9.1 proxy: is never between an engine and its worker on this machine: %j', (given, becomes) => {
    expect(engineEnvironment({ ...INPUT, inherited: { HTTPS_PROXY: 'http://a:1', ...given } })).toMatchObject(becomes);
  });

  it('9.4 switched off: the worker reads an empty list, bypassing any proxy', () => {
    const emptyListUrl = 'http://127.0.0.1:4000/token';
    const off = { ...INPUT, patches: { kind: 'none', emptyListUrl } } as const;
    expect(engineEnvironment(off)).toHaveProperty('CRYNUX_WORKER_PATCH_URL', emptyListUrl);
    const proxy = { host: 'http://proxy.lan', port: 3128, username: '', password: '' };
    const extra = { cw_proxy: JSON.stringify(proxy), HTTPS_PROXY: 'http://proxy.lan:3128', HTTP_PROXY: 'http://proxy.lan:3128' };
    const proxyOf = (input: EngineEnvironmentInput) => JSON.parse(engineEnvironment(input).cw_proxy ?? '');
    expect(proxyOf({ ...off, extra })).toMatchObject({ host: '' });
    expect(engineEnvironment({ ...off, extra }).NO_PROXY).toBe('127.0.0.1,localhost');
    // The other role downloads models through it, and does not look for patches.
    expect(proxyOf({ ...off, extra, role: 'download' })).toEqual(proxy);
    expect(proxyOf({ ...INPUT, extra })).toEqual(proxy);
  });

  it('9.1 tensor parallel: shards a model over several cards if and only if the reported name says so (law 6)', () => {
    const extra = { GPT_EXECUTOR: 'tensor_parallel', GPT_TP_FALLBACK: 'device_map', OTHER: '1' };
    expect(engineEnvironment({ ...INPUT, extra, executorMode: 'tensor_parallel' })).toMatchObject(extra);
    const sharded = engineEnvironment({ ...INPUT, extra: { GPT_EXECUTOR: 'device_map' }, executorMode: 'tensor_parallel' });
    expect(sharded.GPT_EXECUTOR).toBe('tensor_parallel');
    const mapped = engineEnvironment({ ...INPUT, extra });
    expect(mapped).toMatchObject({ OTHER: '1' });
    expect(mapped).not.toHaveProperty('GPT_EXECUTOR');
    expect(mapped).not.toHaveProperty('GPT_TP_FALLBACK');
  });
});
