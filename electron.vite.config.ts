/** Bundles the preload script. Main is compiled with the other rooms, the window by scripts/window-build.ts. */
import { defineConfig } from 'electron-vite';

export default defineConfig({
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload script is one CommonJS file.
      rolldownOptions: { input: { preload: 'electron/preload.ts' }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
});
