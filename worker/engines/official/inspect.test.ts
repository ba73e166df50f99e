import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { engineCandidateSchema } from '../../../contract/engines.ts';
import type { SystemName } from '../../../platform/machine.ts';
import { otherSystemHere } from '../../../platform/testing/other-system.ts';
import { engineProgram } from '../engine-program.ts';
import { systemFiles } from './files.ts';
import { type InspectOptions, inspectOfficialWorker } from './inspect.ts';
import { OFFICIAL_PATCH_URL } from './patches.ts';
import { appInstallation, bundleInstallation, sourceInstallation } from './testing/installation.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'official-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
});

type Options = Partial<InspectOptions> & {
  readonly platform?: SystemName;
  readonly home?: string;
  readonly env?: Record<string, string>;
};

const inspect = (place: string, { platform = 'linux', home = root, env = {}, ...options }: Options = {}) =>
  engineCandidateSchema.parse(inspectOfficialWorker(place, { system: otherSystemHere(platform, { home, env }), ...options }));
const worker = (...parts: string[]) => path.join(root, 'worker', ...parts);

describe('9.1 program: an installation of the official worker', () => {
  it('from source is started by the Python of its environment, in its own folder', () => {
    const { config, ...about } = inspect(sourceInstallation(root), {
      networks: [
        { id: 'public', acceptedEngines: ['official'] },
        { id: 'lab', acceptedEngines: ['embedded'] },
      ],
    });
    expect(about).toMatchObject({ path: root, layout: 'source', version: '3.5.0', problem: null, acceptedBy: ['public'] });
    expect(config).toEqual({
      kind: 'official',
      command: worker('venv', 'bin', 'python'),
      args: [worker('crynux_worker_process.py')],
      env: {},
      patchUrl: OFFICIAL_PATCH_URL,
    });
    if (config !== null) expect(engineProgram(config, '/models').cwd).toBe(root);
  });

  it.each([
    ['linux', 'crynux_worker_process'],
    ['win32', 'crynux_worker_process.exe'],
  ] as const)('as the release for %s is its executable next to the app', (platform, file) => {
    const { config, version, layout } = inspect(bundleInstallation(root, platform), { platform });
    const command = path.join(root, 'crynux_worker_process', file);
    expect({ config, version, layout }).toMatchObject({ config: { command, args: [] }, version: '3.5.0', layout: 'bundle' });
    if (config !== null) expect(engineProgram(config, '/models').cwd).toBe(root);
  });

  it('as the app for macOS is the executable in its resources, and does not state its version', () => {
    const app = appInstallation(path.join(root, 'Crynux Node.app'));
    const found = inspect(app, { platform: 'darwin' });
    const resources = path.join(app, 'Contents', 'Resources');
    expect(found).toMatchObject({
      layout: 'app',
      version: null,
      config: { command: path.join(resources, 'crynux_worker_process') },
    });
    expect(found.patches.state).toBe('unknown');
    if (found.config !== null) expect(engineProgram(found.config, '/models').cwd).toBe(resources);
  });

  it('is recognised by any part of it that a host may name', () => {
    sourceInstallation(root);
    for (const place of [worker(), worker('crynux_worker_process.py'), worker('venv'), worker('venv', 'bin')]) {
      expect(inspect(place)).toMatchObject({ path: root, problem: null });
    }
  });

  it('9.1 settings: uses what its host has set for the worker, and nothing else from that file', () => {
    sourceInstallation(root);
    mkdirSync(path.join(root, 'config'));
    writeFileSync(
      path.join(root, 'config', '.env'),
      'SERVER_KEY=secret\nWORKER_GPT_EXECUTOR=device_map # mine\r\nexport WORKER_HF_ENDPOINT = "https://hub #1"\n#WORKER_NO=1\nWORKER_\n',
    );
    expect(inspect(root).config).toMatchObject({ env: { GPT_EXECUTOR: 'device_map', HF_ENDPOINT: 'https://hub #1' } });
  });

  it.each([
    ['win32', () => bundleInstallation(root, 'win32'), path.join('data', 'config', '.env')],
    ['linux', () => bundleInstallation(root, 'linux'), path.join('data', 'config', '.env')],
    [
      'darwin',
      () => appInstallation(path.join(root, 'Crynux Node.app')),
      path.join('home', 'Library', 'Application Support', 'crynux.io', 'Crynux Node', 'config', '.env'),
    ],
    ['linux', () => sourceInstallation(root), path.join('config', '.env')],
  ] as const)('9.1 settings: are read where the official node for %s stores them', (platform, make, file) => {
    const place = make();
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), 'WORKER_HF_TOKEN="hf_abc" # mine\nWORKER_GPT_EXECUTOR=device_map\n');
    const { config } = inspect(place, { platform, home: path.join(root, 'home') });
    expect(config).toMatchObject({ env: { HF_TOKEN: 'hf_abc', GPT_EXECUTOR: 'device_map' } });
  });

  it.each([
    ['WORKER_cw_log__level=warning', 'WORKER_cw_log__level'],
    ['WORKER_CW_PROXY={"port":"many"}', 'WORKER_cw_proxy__port'],
  ])('9.1 settings: one that the worker would refuse is named: %s', (line, variable) => {
    sourceInstallation(root);
    mkdirSync(path.join(root, 'config'));
    writeFileSync(path.join(root, 'config', '.env'), line);
    const { config, problem } = inspect(root);
    expect(config).toBeNull();
    expect(problem).toMatchObject({ code: 'OFFICIAL_BAD_SETTING', data: { variable } });
  });

  it('is found in the folders that unpackers put around it, whatever their names', () => {
    const release = path.join(root, 'crynux-node-lithium-v3.6.0-base-windows-x64');
    const inner = bundleInstallation(path.join(release, 'crynux-node-lithium-v3.6.0-base-windows-x64'), 'win32');
    mkdirSync(path.join(release, '__MACOSX'));
    for (const place of [root, release, inner]) {
      expect(inspect(place, { platform: 'win32' })).toMatchObject({ path: inner, layout: 'bundle', problem: null });
    }
    const volume = path.join(root, 'Crynux Node');
    const app = appInstallation(path.join(volume, 'Crynux Node.app'));
    const resources = path.join(app, 'Contents', 'Resources');
    expect(inspect(volume, { platform: 'darwin' })).toMatchObject({ path: resources, layout: 'app' });
  });

  it('is not chosen if a folder contains several', () => {
    for (const name of ['a', 'b']) bundleInstallation(path.join(root, name), 'linux');
    expect(inspect(root).problem?.code).toBe('OFFICIAL_WRONG_LAYOUT');
  });

  it('without an environment runs with the Python of the path', () => {
    sourceInstallation(root, { python: 'no environment' });
    const bin = path.join(root, 'bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'python'), '', { mode: 0o755 });
    const PATH = ['/nowhere', bin].join(path.delimiter);
    expect(inspect(root, { env: { PATH } }).config).toMatchObject({ command: path.join(bin, 'python') });
  });
});

describe('an installation that cannot be used reports why', () => {
  it.each([
    ['OFFICIAL_NOT_FOUND', () => path.join(root, 'gone')],
    ['OFFICIAL_WRONG_LAYOUT', () => root],
    ['OFFICIAL_WRONG_PLATFORM', () => bundleInstallation(root, 'win32')],
    ['OFFICIAL_WRONG_PLATFORM', () => appInstallation(path.join(root, 'Crynux Node.app'))],
    ['OFFICIAL_NO_PYTHON', () => sourceInstallation(root, { python: 'no environment' })],
    ['OFFICIAL_BROKEN_PYTHON', () => sourceInstallation(root, { python: 'dangling link' })],
    ['OFFICIAL_NOT_EXECUTABLE', () => sourceInstallation(root, { python: 'plain file' })],
    ['OFFICIAL_NO_PACKAGE', () => sourceInstallation(root, { withPackage: false })],
    ['OFFICIAL_BAD_VERSION', () => sourceInstallation(root, { version: '2.1.0b' })],
  ])('%s', (code, make) => {
    // Root may execute and read anything; only the file's permissions matter here.
    const files = {
      ...systemFiles,
      mayExecute: (file: string) => (systemFiles.kind(file) === 'file' ? isMarkedExecutable(file) : false),
    };
    const { config, problem } = inspect(make(), { files });
    expect(config).toBeNull();
    expect(problem).toMatchObject({ code, remedy: expect.stringMatching(/\.$/) });
  });
});

describe('9.4 patches: the worker’s own', () => {
  const LIST = '2.5.2 3.0.0\n3.0.1 3.1.0 4.0.0\n';

  it('that were applied show as a version that differs from the installed one', () => {
    sourceInstallation(root, { installed: '3.0.0', version: '3.0.1' });
    expect(inspect(root)).toMatchObject({
      version: '3.0.1',
      patches: { state: 'applied', installedVersion: '3.0.0', available: null, offBecause: null },
    });
    expect(inspect(root, { patchList: '3.0.0 3.0.1' }).patches).toMatchObject({ state: 'applied', available: [] });
  });

  it('that are available show before the worker applies them, for the same major version only', () => {
    bundleInstallation(root, 'linux', { installed: '3.0.0' });
    expect(inspect(root, { patchList: LIST }).patches).toMatchObject({ state: 'available', available: ['3.0.1', '3.1.0'] });
  });

  it('do not exist for a version that the list does not name', () => {
    sourceInstallation(root);
    expect(inspect(root, { patchList: LIST }).patches).toMatchObject({ state: 'none', available: [] });
  });

  it('are looked for where the project is now, even for a profile made when it was elsewhere', () => {
    expect(OFFICIAL_PATCH_URL).toBe('https://raw.githubusercontent.com/crynux-network/crynux-worker/main');
    const patchUrl = 'https://raw.githubusercontent.com/crynux-ai/crynux-worker/main/';
    const asked = (url: string) =>
      engineProgram({ kind: 'official', command: '/x/crynux_worker_process', args: [], env: {}, patchUrl: url }, '/models');
    expect(asked(patchUrl).patchUrl).toBe(OFFICIAL_PATCH_URL);
    expect(asked('https://mirror.lan/').patchUrl).toBe('https://mirror.lan');
  });

  it('9.4 switched off: by giving the worker no source', () => {
    sourceInstallation(root);
    const { config, patches } = inspect(root, { patches: 'off', patchList: LIST });
    expect(patches).toMatchObject({ state: 'off', offBecause: 'chosen' });
    expect(config).toMatchObject({ patchUrl: '' });
  });

  it('9.4 switched off: if this user may not change the files: the worker would end at each attempt', () => {
    sourceInstallation(root);
    const { config, patches } = inspect(root, { files: { ...systemFiles, mayWrite: () => false } });
    expect(patches).toMatchObject({ state: 'off', offBecause: 'readOnly' });
    expect(config).toMatchObject({ patchUrl: '' });
  });
});

function isMarkedExecutable(file: string): boolean {
  return (statSync(file).mode & 0o111) !== 0;
}
