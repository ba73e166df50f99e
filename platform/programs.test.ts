/** All paths of each world on each system, as values. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { dependencyFile, IS_PACKAGE, PROGRAMS, programsOf } from './programs.ts';
import { pathOf, type WorldFacts, worldOf } from './world.ts';

const SYSTEMS = ['linux', 'darwin', 'win32'] as const;
type System = (typeof SYSTEMS)[number];

const HOMES: Readonly<Record<System, { readonly url: string; readonly path: string; readonly resources: string }>> = {
  linux: { url: 'file:///home/ann/node%20desk', path: '/home/ann/node desk', resources: '/opt/Crynux Node Desktop/resources' },
  darwin: {
    url: 'file:///Users/ann/node%20desk',
    path: '/Users/ann/node desk',
    resources: '/Applications/Crynux Node Desktop.app/Contents/Resources',
  },
  win32: {
    url: 'file:///C:/Users/Ann/node%20desk',
    path: 'C:\\Users\\Ann\\node desk',
    resources: 'C:\\Programs\\Crynux\\resources',
  },
};
const ELECTRON = { linux: '/opt/electron', darwin: '/opt/Electron.app/electron', win32: 'C:\\electron.exe' } as const;
const NODE = { linux: '/usr/bin/node', darwin: '/usr/local/bin/node', win32: 'C:\\node\\node.exe' } as const;
const EXE = { linux: 'node', darwin: 'node', win32: 'node.exe' } as const;

const at = (system: System, base: string, file: string) => pathOf(system).join(base, ...file.split('/'));
const urlOf = (file: string) => `file://${file.startsWith('/') ? '' : '/'}${encodeURI(file.replaceAll('\\', '/'))}`;

interface Case {
  readonly facts: WorldFacts;
  readonly node: string;
  /** Folder and extension of the modules that Electron or this Node runs itself. */
  readonly own: readonly [string, string];
  /** The same for modules that are started with `node`. */
  readonly run: readonly [string, string];
  readonly out: string;
  readonly outside: { readonly list: string | null; readonly folder: string };
}

function caseOf(world: string, system: System): Case {
  const { url, path: home, resources } = HOMES[system];
  const inside = (file: string) => at(system, home, file);
  const packed = (file: string) => at(system, resources, file);
  const node = NODE[system];
  const common = { platform: system, electron: undefined, execPath: node };
  switch (world) {
    case 'sources':
      return {
        facts: { ...common, moduleUrl: `${url}/platform/world.ts` },
        node,
        own: [home, '.ts'],
        run: [home, '.ts'],
        out: inside('out'),
        outside: { list: null, folder: home },
      };
    case 'sourcesInElectron':
      return {
        facts: { ...common, moduleUrl: `${url}/dist/platform/world.js`, electron: '45.4.1', execPath: ELECTRON[system] },
        node: inside(`node_modules/node/bin/${EXE[system]}`),
        own: [inside('dist'), '.js'],
        run: [inside('dist'), '.js'],
        out: inside('out'),
        outside: { list: null, folder: home },
      };
    case 'package':
      return {
        facts: {
          ...common,
          moduleUrl: urlOf(packed('app.asar/dist/platform/world.js')),
          electron: '45.4.1',
          execPath: ELECTRON[system],
        },
        node: packed(`node/${EXE[system]}`),
        own: [packed('app.asar/dist'), '.js'],
        run: [packed('program/dist'), '.js'],
        out: packed('app.asar/out'),
        outside: { list: packed('app.asar/outside.json'), folder: resources },
      };
    default:
      // A program that the package above started with its own Node, or a server.
      return {
        facts: { ...common, moduleUrl: urlOf(packed('program/dist/platform/world.js')), execPath: packed(`node/${EXE[system]}`) },
        node: packed(`node/${EXE[system]}`),
        own: [packed('program/dist'), '.js'],
        run: [packed('program/dist'), '.js'],
        out: packed('program/out'),
        outside: { list: null, folder: packed('program') },
      };
  }
}

const WORLDS = ['sources', 'sourcesInElectron', 'package', 'headless'] as const;
const CASES = WORLDS.flatMap((world) => SYSTEMS.map((system) => [world, system] as const));

describe.for(CASES)('%s on %s', ([world, system]) => {
  const { facts, node, own, run, out, outside } = caseOf(world, system);
  const found = worldOf(facts);
  const programs = programsOf(found, system);

  it('is detected from the location of the code and its runtime', () => {
    expect(found.kind).toBe(world);
  });

  it('finds each program and each file', () => {
    const file = ([folder, extension]: readonly [string, string], name: string) => at(system, folder, name) + extension;
    expect(programs).toEqual({
      node,
      worker: file(own, 'worker/main'),
      digestThread: file(own, 'worker/loop/scores/digest-thread'),
      embeddedEngine: file(run, 'worker/engines/embedded/main'),
      cardProbe: file(run, 'worker/gpu/card-probe'),
      devnet: file(run, 'devnet/main'),
      peerWorker: file(run, 'worker/main'),
      engineProxy: file(run, 'devnet/peers/engine-proxy'),
      anvilGuard: file(run, 'devnet/chain/anvil-guard'),
      manifest: at(system, own[0], 'package.json'),
      networks: at(system, own[0], 'resources/networks'),
      models: at(system, run[0], 'resources/models'),
      icons: at(system, own[0], 'resources/icons'),
      gpuBackends: at(system, run[0], 'resources/gpu-backends.json'),
      window: at(system, out, 'renderer'),
      preload: at(system, out, 'preload/preload.cjs'),
      explorerPage: at(system, own[0], 'resources/devnet/explorer.html'),
      dependencies: at(system, run[0], 'package.json'),
      outsideList: outside.list,
      outside: outside.folder,
    });
  });

  it("P2, P3: starts nothing with Electron's binary, and nothing inside the archive with Node", () => {
    expect(Object.values(programs)).not.toContain(ELECTRON[system]);
    const { embeddedEngine, cardProbe, devnet, peerWorker, engineProxy, anvilGuard, models } = programs;
    const run = [programs.node, embeddedEngine, cardProbe, devnet, peerWorker, engineProxy, anvilGuard, models];
    expect(run.filter((file) => file.includes('app.asar'))).toEqual([]);
  });
});

it('finds all of it in this checkout', () => {
  expect(IS_PACKAGE).toBe(false);
  const { window, preload, outsideList, gpuBackends, ...rest } = PROGRAMS;
  expect(outsideList).toBeNull();
  // Exists only in a package.
  expect(existsSync(gpuBackends)).toBe(false);
  // Both exist only after a build.
  expect(path.dirname(window)).toBe(path.dirname(path.dirname(preload)));
  expect(Object.entries(rest).filter(([, file]) => !existsSync(file as string))).toEqual([]);
  expect(existsSync(dependencyFile('zod/package.json'))).toBe(true);
});
