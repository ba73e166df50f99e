import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { SystemName } from '../../../platform/machine.ts';
import { otherSystemHere } from '../../../platform/testing/other-system.ts';
import { engineCandidates } from '../engine-candidates.ts';
import { type InstallationFiles, systemFiles } from './files.ts';
import { findOfficialWorkers } from './find.ts';
import { officialWorkingFolder } from './layout.ts';
import { readPatchList } from './patches.ts';
import { appInstallation, bundleInstallation, sourceInstallation } from './testing/installation.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'home-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
});

/** Only the test's folder, nothing else of this machine. */
const files: InstallationFiles = {
  ...systemFiles,
  kind: (place) => (place.startsWith(home) ? systemFiles.kind(place) : null),
  list: (folder) => (folder.startsWith(home) ? systemFiles.list(folder) : []),
};
const find = (platform: SystemName, env: Record<string, string> = {}) =>
  findOfficialWorkers({ system: otherSystemHere(platform, { env, home }), files }).map(({ path: at, problem }) => [
    at,
    problem?.code ?? null,
  ]);
const at = (...parts: string[]) => path.join(home, ...parts);

describe('9.1 program: installations are found', () => {
  it('on Linux where archives are unpacked and repositories are built, usable ones first', () => {
    sourceInstallation(at('crynux-node', 'build', 'crynux_node'), { python: 'dangling link' });
    bundleInstallation(at('Downloads', 'crynux-node-lithium-v3.5.0-linux-bin-x64'), 'linux');
    mkdirSync(at('crynux-notes'));
    expect(find('linux')).toEqual([
      [at('Downloads', 'crynux-node-lithium-v3.5.0-linux-bin-x64'), null],
      [at('crynux-node', 'build', 'crynux_node'), 'OFFICIAL_BROKEN_PYTHON'],
    ]);
  });

  it('on Windows next to other programs, and in a folder of the same name as unpackers create it', () => {
    const release = 'crynux-node-lithium-v3.5.0-windows-x64';
    bundleInstallation(at('Downloads', release, release), 'win32');
    bundleInstallation(at('local', 'Programs', 'Crynux Node'), 'win32');
    expect(find('win32', { LOCALAPPDATA: at('local') })).toEqual([
      [at('local', 'Programs', 'Crynux Node'), null],
      [at('Downloads', release, release), null],
    ]);
  });

  it('on macOS among the applications', () => {
    const app = appInstallation(at('Applications', 'Crynux Node.app'));
    expect(find('darwin')).toEqual([[path.join(app, 'Contents', 'Resources'), null]]);
  });

  it('nowhere if there are none', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) expect(find(platform)).toEqual([]);
  });
});

describe('the engines of a machine', () => {
  it('are our own, those that the host has named, and those that were found, each once', () => {
    const bundle = bundleInstallation(at('crynux-node-x'), 'linux');
    const networks = [{ id: 'lab', acceptedEngines: ['embedded' as const] }];
    const places = [at('gone'), path.join(bundle, 'crynux_worker_process')];
    const found = engineCandidates({ system: otherSystemHere('linux', { home }), files, places, networks });
    expect(found.map(({ kind, path: where, problem, acceptedBy }) => [kind, where, problem?.code ?? null, acceptedBy])).toEqual([
      ['embedded', null, null, ['lab']],
      ['official', at('gone'), 'OFFICIAL_NOT_FOUND', []],
      ['official', bundle, null, []],
    ]);
  });
});

describe('9.4 working folder: the worker patches the folder it runs in', () => {
  it.each([
    ['/n/worker/venv/bin/python', ['/n/worker/crynux_worker_process.py'], '/n'],
    ['python', ['/n/worker/crynux_worker_process.py'], '/n'],
    ['/n/crynux_worker_process/crynux_worker_process', [], '/n'],
    ['/A.app/Contents/Resources/crynux_worker_process', [], '/A.app/Contents/Resources'],
    ['/usr/bin/node', ['/x/engine.js'], null],
    ['crynux_worker_process', [], null],
  ])('%s %j: %s', (command, args, folder) => {
    expect(officialWorkingFolder({ command, args })).toBe(folder);
  });

  it('9.4 patches: their source is a list that may be missing', async () => {
    const file = at('patches.txt');
    writeFileSync(file, '3.0.0\n3.0.1\n');
    const server = createServer((request, response) => {
      const text = request.url === '/main/patches.txt' ? systemFiles.readText(file) : null;
      response.writeHead(text === null ? 404 : 200).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await readPatchList(`${url}/main`)).toBe('3.0.0\n3.0.1\n');
    await expect(readPatchList(`${url}/other`)).rejects.toMatchObject({ code: 'OFFICIAL_NO_PATCH_LIST' });
  });
});
