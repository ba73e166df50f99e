/** `npm run build`: the programs in `dist/`, the preload script and the window in `out/`. */
import { buildDesktop } from './build-desktop.ts';

process.stdout.write((await buildDesktop()) ? 'built dist/ and out/\n' : 'dist/ and out/ are up to date\n');
