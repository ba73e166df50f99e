/**
 * Where the programs and files of this program are: the only place that knows. Programs that Node starts must be plain
 * files, so in a package they are outside the archive; what Electron itself runs is inside.
 */
import { createRequire } from 'node:module';
import { ARCHIVE, pathOf, WORLD, type World } from './world.ts';

export interface Programs {
  /**
   * Node's own binary. Electron's cannot replace it: a package's fuse disables it, and an engine's environment is
   * filtered.
   */
  readonly node: string;

  /** Entry of a node: started as an Electron utility process if there is Electron, otherwise with `fork`. */
  readonly worker: string;
  /** Entry of a node's digest thread. */
  readonly digestThread: string;

  /** Entries to start with `node`. */
  readonly embeddedEngine: string;
  readonly cardProbe: string;
  readonly devnet: string;
  readonly peerWorker: string;
  readonly engineProxy: string;
  readonly anvilGuard: string;

  /** Contains this program's version. */
  readonly manifest: string;
  /** Folders. */
  readonly networks: string;
  readonly models: string;
  readonly icons: string;
  /** Lists the files that a package leaves to be downloaded; a checkout has no such file. */
  readonly gpuBackends: string;
  readonly window: string;
  readonly preload: string;
  readonly explorerPage: string;
  /** Native dependencies are resolved from here, next to the programs that Node runs. */
  readonly dependencies: string;
  /** The list, inside the archive, of files outside it and their hashes; null if there is no archive. */
  readonly outsideList: string | null;
  /** The folder that the list's paths are relative to. */
  readonly outside: string;
}

export function programsOf(world: World, platform: NodeJS.Platform): Programs {
  const { join, dirname } = pathOf(platform);
  const exe = platform === 'win32' ? 'node.exe' : 'node';
  const places = (at: Places): Programs => {
    const run = (room: string, ...parts: string[]) => `${join(at.run, room, ...parts)}${at.extension}`;
    const own = (room: string, ...parts: string[]) => `${join(at.own, room, ...parts)}${at.extension}`;
    return {
      node: at.node,
      worker: own('worker', 'main'),
      digestThread: own('worker', 'loop', 'scores', 'digest-thread'),
      embeddedEngine: run('worker', 'engines', 'embedded', 'main'),
      cardProbe: run('worker', 'gpu', 'card-probe'),
      devnet: run('devnet', 'main'),
      peerWorker: run('worker', 'main'),
      engineProxy: run('devnet', 'peers', 'engine-proxy'),
      anvilGuard: run('devnet', 'chain', 'anvil-guard'),
      manifest: join(at.own, 'package.json'),
      networks: join(at.own, 'resources', 'networks'),
      models: join(at.run, 'resources', 'models'),
      icons: join(at.own, 'resources', 'icons'),
      gpuBackends: join(at.run, 'resources', 'gpu-backends.json'),
      window: join(at.out, 'renderer'),
      preload: join(at.out, 'preload', 'preload.cjs'),
      explorerPage: join(at.own, 'resources', 'devnet', 'explorer.html'),
      dependencies: join(at.run, 'package.json'),
      outsideList: at.outsideList,
      outside: at.outside,
    };
  };
  switch (world.kind) {
    case 'sources': {
      const { root, node } = world;
      return places({ node, own: root, run: root, out: join(root, 'out'), extension: '.ts', outsideList: null, outside: root });
    }
    case 'sourcesInElectron': {
      const { root } = world;
      const node = join(root, 'node_modules', 'node', 'bin', exe);
      const dist = join(root, 'dist');
      return places({ node, own: dist, run: dist, out: join(root, 'out'), extension: '.js', outsideList: null, outside: root });
    }
    case 'package': {
      const { resources } = world;
      return places({
        node: join(resources, 'node', exe),
        own: join(resources, ARCHIVE, 'dist'),
        run: join(resources, 'program', 'dist'),
        out: join(resources, ARCHIVE, 'out'),
        extension: '.js',
        outsideList: join(resources, ARCHIVE, 'outside.json'),
        outside: resources,
      });
    }
    case 'headless': {
      const { base, node } = world;
      const out = join(dirname(base), 'out');
      return places({ node, own: base, run: base, out, extension: '.js', outsideList: null, outside: dirname(base) });
    }
  }
}

interface Places {
  readonly node: string;
  /** The folder with the rooms that this process, its threads and its utility processes run. */
  readonly own: string;
  /** The folder with the rooms that Node runs. */
  readonly run: string;
  readonly out: string;
  readonly extension: '.ts' | '.js';
  readonly outsideList: string | null;
  readonly outside: string;
}

export const PROGRAMS: Programs = programsOf(WORLD, process.platform);

/** The file that a user starts in an installed desktop program; null in the other worlds. */
export const INSTALLED_SHELL: string | null = WORLD.kind === 'package' ? WORLD.shell : null;

/** An installed desktop program: it has updates and its own links, and no developer tools. */
export const IS_PACKAGE: boolean = WORLD.kind === 'package';

/** Path of a file in a dependency; `request` starts with the name in `node_modules`. @throws as `require.resolve` */
export function dependencyFile(request: string): string {
  return createRequire(PROGRAMS.dependencies).resolve(request);
}
