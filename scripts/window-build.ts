/** How the window is built: the product's page, or the page with made-up hosts for screenshots and UI tests. */
import path from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { InlineConfig, Plugin } from 'vite';
import { SHOWN_CATALOGUES } from './catalogues.ts';

const root = path.resolve(import.meta.dirname, '..');
const CATALOGUE_MODULE = 'virtual:error-catalogue';

export type WindowEntry = 'index' | 'fixture';

/** Code → meaning and remedy of what the window can show, taken from the catalogues so that they cannot diverge. */
function errorCatalogue(): Plugin {
  const resolved = `\0${CATALOGUE_MODULE}`;
  return {
    name: 'crynux:error-catalogue',
    resolveId: (id) => (id === CATALOGUE_MODULE ? resolved : null),
    load(id) {
      if (id !== resolved) return null;
      const entries = Object.assign({}, ...SHOWN_CATALOGUES.map(({ catalogue }) => catalogue));
      return `export const catalogue = ${JSON.stringify(entries)};`;
    },
  };
}

/** Every feature has a `screen.tsx`: their files are distinguished by the feature. */
function featureOf(module: string | null): string {
  const feature = /\/features\/([^/]+)\//.exec(module ?? '')?.[1];
  return feature === undefined ? '' : `${feature}-`;
}

/** @param outDir default: that of the product's page, `out/renderer` */
export function windowBuild({ entry, outDir }: { readonly entry: WindowEntry; readonly outDir?: string }): InlineConfig {
  return {
    configFile: false,
    root: path.join(root, 'renderer'),
    base: './',
    logLevel: 'warn',
    plugins: [react(), tailwindcss(), errorCatalogue()],
    build: {
      outDir: outDir ?? path.join(root, 'out', 'renderer'),
      emptyOutDir: true,
      target: 'chrome130',
      // The page's own policy would refuse a data: URL.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1_500,
      rolldownOptions: {
        input: path.join(root, 'renderer', `${entry}.html`),
        output: { chunkFileNames: ({ name, facadeModuleId }) => `assets/${featureOf(facadeModuleId)}${name}-[hash].js` },
      },
    },
  };
}
