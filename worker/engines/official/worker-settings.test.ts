import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { LOG_LEVELS } from '../../../contract/logs.ts';
import { modelSettingsSchema } from '../../../contract/model-settings.ts';
import type { SystemName } from '../../../platform/machine.ts';
import { otherSystemHere } from '../../../platform/testing/other-system.ts';
import { ENGINE_ROLES } from '../../../protocol/engine/messages.ts';
import { engineWithSources } from '../../node/node-models.ts';
import { workerProxy } from '../../outbound/proxy-setting.ts';
import { engineProgram } from '../engine-program.ts';
import { engineEnvironment } from '../environment.ts';
import { inspectOfficialWorker } from './inspect.ts';
import { appInstallation, bundleInstallation, sourceInstallation } from './testing/installation.ts';
import { unknownWorkerSettings, WORKER_SETTINGS, WORKER_VARIABLES, workerSettingProblems } from './worker-settings.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'official-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
});

const LAYOUTS = [
  ['the folder for Windows', 'win32', () => bundleInstallation(path.join(root, 'node'), 'win32')],
  ['the app for macOS', 'darwin', () => appInstallation(path.join(root, 'Crynux Node.app'))],
  ['the archive for Linux', 'linux', () => bundleInstallation(path.join(root, 'node'), 'linux')],
  ['the container, and a source checkout', 'linux', () => sourceInstallation(path.join(root, 'node'))],
] as const;
const PROXIES = [null, { host: 'proxy.lan', port: 3128, username: 'me@home', password: 'p:w/d' }] as const;

/** The environment that we pass to a program of one installation. */
function sent(given: {
  readonly place: string;
  readonly platform: SystemName;
  readonly role: (typeof ENGINE_ROLES)[number];
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly proxy: (typeof PROXIES)[number];
}): Record<string, string> {
  const system = otherSystemHere(given.platform, { home: root });
  const { config } = inspectOfficialWorker(given.place, { system });
  if (config === null) throw new Error('the installation cannot be used');
  const engine = engineWithSources({ engine: config, models: modelSettingsSchema.parse({ proxy: given.proxy }) });
  const program = engineProgram(engine, path.join(root, 'models'));
  return engineEnvironment({
    role: given.role,
    nodeUrl: 'ws://127.0.0.1:4000/token/',
    relayUrl: 'https://relay.example/',
    engineDir: path.join(root, 'engine'),
    modelsDir: program.modelsDir,
    resultsDir: path.join(root, 'results'),
    gpuUuids: ['GPU-a'],
    executorMode: 'device_map',
    patches: { kind: 'from', url: program.patchUrl },
    logLevel: given.logLevel,
    extra: program.env,
    inherited: {},
    system,
  });
}

describe.each(LAYOUTS)('9.1 settings: what is sent to the worker of %s', (_name, platform, make) => {
  const cases = ENGINE_ROLES.flatMap((role) =>
    LOG_LEVELS.flatMap((logLevel) => PROXIES.map((proxy) => ({ role, logLevel, proxy }))),
  );
  it.each(cases)('is accepted by its table of settings: $role, $logLevel, proxy $proxy.host', (given) => {
    const environment = sent({ place: make(), platform, ...given });
    expect(workerSettingProblems(environment)).toEqual([]);
    expect(unknownWorkerSettings(environment)).toEqual([]);
    const level = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' }[given.logLevel];
    expect(JSON.parse(environment.cw_log ?? '')).toMatchObject({ level });
    const { host, port, username, password } = JSON.parse(environment.cw_proxy ?? '');
    if (given.proxy === null) expect(host).toBe('');
    else expect([host, port, username, password]).toEqual(['http://proxy.lan', 3128, 'me%40home', 'p%3Aw%2Fd']);
    expect(environment.CRYNUX_WORKER_PATCH_URL).not.toBe('');
    for (const name of ['CRYNUX_WORKER_CONFIG', 'SD_TASK_CONFIG', 'GPT_TASK_CONFIG']) expect(WORKER_VARIABLES).toContain(name);
  });
});

describe('the table of the worker’s settings', () => {
  const valid = {
    cw_log: '{"dir":"/logs","level":"INFO"}',
    cw_worker_role: 'inference',
    cw_node_url: 'ws://x',
    cw_worker_url: 'http://x',
  };
  const problems = (change: Record<string, string | undefined>) =>
    workerSettingProblems({ ...valid, ...change }).map(({ variable }) => variable);

  it('has every setting that a worker reads', () => {
    expect(WORKER_SETTINGS.map(({ name, required }) => [name, required])).toEqual([
      ['cw_log', true],
      ['cw_worker_role', true],
      ['cw_node_url', true],
      ['cw_worker_url', true],
      ['cw_data_dir', false],
      ['cw_output_dir', false],
      ['cw_pid_file', false],
      ['cw_preloaded_models', false],
      ['cw_proxy', false],
    ]);
  });

  it.each(['info', 'debug', 'warning', 'error', 'WARN', 'warn', 'TRACE', 'NOTSET', 'INFO '])('refuses the level %j', (level) => {
    expect(problems({ cw_log: JSON.stringify({ dir: '/logs', level }) })).toEqual(['cw_log__level']);
    expect(problems({ cw_log__level: level })).toEqual(['cw_log__level']);
  });

  it.each([
    [{}, []],
    [{ cw_log: undefined, CW_LOG__DIR: '/logs', cw_log__Level: 'ERROR' }, []],
    [{ cw_log: undefined }, ['cw_log']],
    [{ cw_log: '/logs' }, ['cw_log']],
    [{ cw_log: '{"level":"INFO"}' }, ['cw_log__dir']],
    [{ cw_worker_role: 'Inference' }, ['cw_worker_role']],
    [{ cw_worker_role: '' }, ['cw_worker_role']],
    [{ cw_data_dir__models__huggingface: '/m' }, ['cw_data_dir__models__external']],
    [{ cw_data_dir__models__huggingface: '/m', cw_data_dir__models__external: '/e' }, []],
    [{ cw_preloaded_models: '' }, ['cw_preloaded_models']],
    [{ cw_preloaded_models: 'null' }, []],
    [{ cw_preloaded_models: '{"sd_base":[{"variant":"fp16"}]}' }, ['cw_preloaded_models__sd_base']],
    [{ cw_proxy: '{"port":"8080"}' }, []],
    [{ cw_proxy: '{"port":"many"}' }, ['cw_proxy__port']],
    [{ cw_proxy__port: '3128' }, []],
  ])('%j: %j', (change, variables) => {
    expect(problems(change)).toEqual(variables);
  });

  it('has no list of LoRA models, and nothing but what it names', () => {
    expect(unknownWorkerSettings({ cw_preloaded_models: '{"lora":[],"vae":[]}', cw_levle: 'INFO', cw_log__file: 'x' })).toEqual([
      'cw_preloaded_models.lora',
      'cw_levle',
      'cw_log__file',
    ]);
  });
});

describe('9.1 proxy: in the worker’s format', () => {
  it.each([
    [null, ['', 8080, '', '']],
    ['http://proxy.lan:3128', ['http://proxy.lan', 3128, '', '']],
    ['https://proxy.lan', ['https://proxy.lan', 443, '', '']],
    ['http://proxy.lan', ['http://proxy.lan', 80, '', '']],
    ['socks5://me:s%40cret@10.0.0.1', ['socks5://10.0.0.1', 1080, 'me', 's%40cret']],
    ['http://[::1]:8080', ['http://[::1]', 8080, '', '']],
  ])('%j: %j', (url, expected) => {
    const { host, port, username, password } = workerProxy(url);
    expect([host, port, username, password]).toEqual(expected);
  });
});
