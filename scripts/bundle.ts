/** How programs for Node are bundled: each with all its modules in a few files. */
import http from 'node:http';
import path from 'node:path';
import { build, type Plugin } from 'vite';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Packages with machine code next to their modules, or located by their path; and Electron itself. */
export const EXTERNAL = ['electron', 'node-llama-cpp', 'onnxruntime-node', 'keytar'];

export interface BundleOptions {
  /** Files to start from, by the name of their bundle. */
  readonly entries: Readonly<Record<string, string>>;
  readonly outDir: string;
  /** Removes what the folder contains. */
  readonly emptyOutDir: boolean;
  /** Rollup's patterns, e.g. `[name].js` and `shared/[name]-[hash].js`. */
  readonly entryFileNames: string;
  readonly chunkFileNames: string;
  readonly plugins?: readonly Plugin[];
}

export async function bundle(options: BundleOptions): Promise<void> {
  const { entries, outDir, emptyOutDir, entryFileNames, chunkFileNames, plugins = [] } = options;
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    publicDir: false,
    plugins: [httpAlone(), ...plugins],
    ssr: { noExternal: true, external: EXTERNAL },
    build: {
      ssr: true,
      outDir,
      emptyOutDir,
      // Names are kept, so that people can read stack traces from a host's machine.
      minify: false,
      target: 'node24',
      rollupOptions: { input: { ...entries }, output: { entryFileNames, chunkFileNames } },
    },
  });
}

/** Properties of `node:http` whose first reading loads Node's own copy of undici. */
const BROWSER_CLASSES = ['WebSocket', 'CloseEvent', 'MessageEvent'];

/**
 * `import … from 'node:http'` makes Node read every property of that module, and three of them load a whole HTTP client:
 * about a tenth of a second of processor time in each program, for classes that none of ours uses. `require` and
 * `getBuiltinModule` read nothing.
 */
function httpAlone(): Plugin {
  const id = '\0node-http';
  const names = Object.keys(http).filter((name) => !BROWSER_CLASSES.includes(name) && name !== 'default');
  return {
    name: 'http-alone',
    enforce: 'pre',
    resolveId: (source, _importer, { kind }) =>
      (source === 'node:http' || source === 'http') && kind !== 'require-call' ? id : null,
    load: (module) =>
      module === id
        ? `const http = process.getBuiltinModule('node:http');\nexport default http;\nexport const { ${names.join(', ')} } = http;\n`
        : null,
  };
}
