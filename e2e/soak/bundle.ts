/**
 * The programs of a soak, each with all its modules in one file: they are started thousands of times, and most of a
 * start is reading modules. Their behaviour is the same.
 */
import { fileURLToPath } from 'node:url';
import { bundle } from '../../scripts/bundle.ts';

export interface SoakPrograms {
  readonly worker: string;
  readonly host: string;
  readonly engine: string;
}

const source = (name: string) => fileURLToPath(new URL(`./soak-${name}.ts`, import.meta.url));

export const FROM_SOURCE: SoakPrograms = { worker: source('worker'), host: source('host'), engine: source('engine') };

export async function bundlePrograms(outDir: string): Promise<SoakPrograms> {
  await bundle({
    entries: { ...FROM_SOURCE },
    outDir,
    emptyOutDir: false,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  });
  const at = (name: string) => `${outDir}/${name}.mjs`;
  return { worker: at('worker'), host: at('host'), engine: at('engine') };
}
