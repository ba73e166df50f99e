/**
 * The programs of a package, each with all of its modules in few files. They lie as in `dist/`. What several share lies one
 * folder deep as well, so that the module that finds them (`platform/world.ts`) still sees where it lies.
 */
import path from 'node:path';
import { build } from 'vite';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** From the root, without extension. The first is what Electron starts; the others are processes and threads. */
export const ENTRIES = [
  'electron/main',
  'headless/main',
  'devnet/main',
  'devnet/peers/engine-proxy',
  'devnet/chain/anvil-guard',
  'worker/main',
  'worker/loop/scores/digest-thread',
  'worker/gpu/card-probe',
  'worker/engines/embedded/main',
] as const;

/** With machine code beside their modules; and Electron's own. */
export const EXTERNAL: readonly string[] = ['electron', 'node-llama-cpp', 'onnxruntime-node', 'keytar'];

export async function bundlePrograms(outDir: string): Promise<void> {
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, external: [...EXTERNAL] },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      // Names stay as they are: what fails at a host's is read by people.
      minify: false,
      target: 'node24',
      rollupOptions: {
        input: Object.fromEntries(ENTRIES.map((entry) => [entry, path.join(ROOT, `${entry}.ts`)])),
        output: { entryFileNames: '[name].js', chunkFileNames: 'shared/[name]-[hash].js' },
      },
    },
  });
}
