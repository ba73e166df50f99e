/**
 * Bundles the programs of a build, each with all its modules in a few files. Shared chunks are one folder deep as well,
 * so that the module that locates programs (`platform/world.ts`) still gets the right place. `build-desktop.ts` runs it
 * with the folder to write.
 */
import path from 'node:path';
import { bundle } from '../bundle.ts';

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

async function bundlePrograms(outDir: string): Promise<void> {
  await bundle({
    entries: Object.fromEntries(ENTRIES.map((entry) => [entry, path.join(ROOT, `${entry}.ts`)])),
    outDir,
    emptyOutDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[name]-[hash].js',
  });
}

if (import.meta.main) {
  const [, , outDir] = process.argv;
  if (outDir === undefined) throw new Error('which folder?');
  await bundlePrograms(outDir);
}
