/** Paths of the programs that the demo starts; TypeScript from sources, JavaScript from a build. */
import { fileURLToPath } from 'node:url';

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const entryOf = (file: string) => fileURLToPath(new URL(`../${file}.${EXTENSION}`, import.meta.url));

export const WORKER_ENTRY = entryOf('worker/main');

/** The embedded engine as a command, for peers that put a proxy in front of it. */
export const EMBEDDED_ENGINE = {
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', entryOf('worker/engines/embedded/main')],
  env: { cw_embedded_device: 'cpu' },
};
