/** How the window is built: the product's page, or the page on made-up hosts that screenshots and UI tests use. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { build, type InlineConfig, type Plugin, preview } from 'vite';
import { CATALOGUES } from './catalogues.ts';

const root = path.resolve(import.meta.dirname, '..');
const CATALOGUE_MODULE = 'virtual:error-catalogue';

export type WindowEntry = 'index' | 'fixture';

/** Code → meaning and remedy of every room, taken from the catalogues themselves so that they cannot drift apart. */
function errorCatalogue(): Plugin {
  const resolved = `\0${CATALOGUE_MODULE}`;
  return {
    name: 'crynux:error-catalogue',
    resolveId: (id) => (id === CATALOGUE_MODULE ? resolved : null),
    load(id) {
      if (id !== resolved) return null;
      const entries = Object.assign({}, ...CATALOGUES.map(({ catalogue }) => catalogue));
      return `export const catalogue = ${JSON.stringify(entries)};`;
    },
  };
}

/** Every feature has its `screen.tsx`: their files are told apart by the feature. */
function featureOf(module: string | null): string {
  const feature = /\/features\/([^/]+)\//.exec(module ?? '')?.[1];
  return feature === undefined ? '' : `${feature}-`;
}

/** Only `index` is part of the product; it goes to `out/renderer`. */
export function windowBuild({ entry, outDir }: { readonly entry: WindowEntry; readonly outDir?: string }): InlineConfig {
  return {
    configFile: false,
    root: path.join(root, 'renderer'),
    base: './',
    logLevel: 'warn',
    plugins: [react(), tailwindcss(), errorCatalogue()],
    build: {
      outDir: outDir ?? path.join(root, 'out', entry === 'index' ? 'renderer' : 'renderer-fixture'),
      emptyOutDir: true,
      target: 'chrome130',
      // A data: URL would be refused by the page's own policy.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1_500,
      rolldownOptions: {
        input: path.join(root, 'renderer', `${entry}.html`),
        output: { chunkFileNames: ({ name, facadeModuleId }) => `assets/${featureOf(facadeModuleId)}${name}-[hash].js` },
      },
    },
  };
}

/** Builds the page on made-up hosts into a folder of its own and serves it on loopback. */
export async function serveFixtures(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const outDir = await mkdtemp(path.join(tmpdir(), 'crynux-window-'));
  const forget = () => rm(outDir, { recursive: true, force: true });
  try {
    const config = windowBuild({ entry: 'fixture', outDir });
    await build(config);
    const server = await preview({ ...config, preview: { host: '127.0.0.1', port: 0, strictPort: false } });
    const close = () => server.close().finally(forget);
    const address = server.httpServer.address();
    if (address === null || typeof address === 'string') throw new Error('the preview server has no port');
    return { url: `http://127.0.0.1:${address.port}/fixture.html`, close };
  } catch (error) {
    await forget();
    throw error;
  }
}
