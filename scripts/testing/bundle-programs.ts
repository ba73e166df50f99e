/**
 * Bundles the programs that the integration tests start, each with all its modules in a few files: they are started
 * hundreds of times, and most of a start is reading, stripping and compiling modules. Their behaviour is the same. They
 * have the layout of a build (`programs/` in place of `dist/`), so that they find each other; `use-programs.mjs`
 * substitutes them for the sources. Without `CRYNUX_TEST_PROGRAMS`, the sources themselves are run.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';
import { bundle } from '../bundle.ts';
import { TEST_PROGRAMS } from './test-programs.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

export async function setup(): Promise<void> {
  const folder = process.env.CRYNUX_TEST_PROGRAMS;
  if (folder === undefined || existsSync(path.join(folder, 'map.json'))) return;
  const programs = path.join(folder, 'programs');
  await mkdir(programs, { recursive: true });
  await bundle({
    entries: Object.fromEntries(TEST_PROGRAMS.map((entry) => [entry, path.join(ROOT, `${entry}.ts`)])),
    outDir: programs,
    emptyOutDir: false,
    entryFileNames: '[name].program.js',
    chunkFileNames: 'shared/[name]-[hash].js',
    plugins: [places(programs)],
  });
  await writeFile(path.join(programs, 'package.json'), JSON.stringify({ type: 'module', version: await versionOfProject() }));
  await symlink(path.join(ROOT, 'resources'), path.join(programs, 'resources'), 'junction');
  for (const name of ['node_modules', 'out']) await symlink(path.join(ROOT, name), path.join(folder, name), 'junction');
  const map: Record<string, string> = {};
  for (const entry of TEST_PROGRAMS) {
    const file = path.join(programs, `${entry}.js`);
    await writeFile(file, starter(path.join(folder, 'compiled'), path.basename(entry)));
    map[pathToFileURL(path.join(ROOT, `${entry}.ts`)).href] = pathToFileURL(file).href;
  }
  // Appears completely or not at all.
  await writeFile(path.join(folder, 'map.new'), JSON.stringify(map));
  await rename(path.join(folder, 'map.new'), path.join(folder, 'map.json'));
}

/** An engine gets none of our environment variables, so its program has to know where compiled code is cached. */
const starter = (cache: string, name: string) =>
  `import { enableCompileCache } from 'node:module';\nenableCompileCache(${JSON.stringify(cache)});\nprocess.env.NODE_COMPILE_CACHE = ${JSON.stringify(cache)};\nawait import('./${name}.program.js');\n`;

async function versionOfProject(): Promise<unknown> {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
  return manifest.version;
}

/**
 * What a module asks about itself, answered as if it had not been bundled. The one that locates the programs is told
 * its place in the build, all others the place of their source.
 */
function places(programs: string): Plugin {
  return {
    name: 'places',
    enforce: 'pre',
    transform(code, id) {
      if (!id.startsWith(ROOT + path.sep) || id.includes('node_modules') || !code.includes('import.meta')) return null;
      const name = path.relative(ROOT, id);
      const isPlacedInBuild = name === path.join('platform', 'world.ts');
      const file = isPlacedInBuild ? path.join(programs, name.replace(/\.ts$/, '.js')) : id;
      const isEntry = TEST_PROGRAMS.some((entry) => `${entry}.ts` === name);
      const answers: Record<string, unknown> = {
        url: pathToFileURL(file).href,
        filename: file,
        dirname: path.dirname(file),
        main: isEntry,
      };
      return code.replace(/import\.meta\.(\w+)/g, (whole, key: string) =>
        key in answers ? JSON.stringify(answers[key]) : whole,
      );
    },
  };
}
