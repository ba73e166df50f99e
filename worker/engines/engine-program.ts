/** Which program a configuration means. */
import { fileURLToPath } from 'node:url';
import type { EngineConfig } from '../../contract/node-config.ts';
import { nodeProgram } from '../kit/node-program.ts';
import { officialWorkingFolder } from './official/layout.ts';
import { presentPatchUrl } from './official/patches.ts';

export interface EngineProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly modelsDir: string;
  /** Empty = the program is to look for no patches of itself. */
  readonly patchUrl: string;
  /** Where it has to run; null = anywhere. */
  readonly cwd: string | null;
}

/** From sources the engine is TypeScript, from a build JavaScript. */
const EMBEDDED_MAIN = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './embedded/main.ts' : './embedded/main.js', import.meta.url),
);

export function engineProgram(config: EngineConfig, modelsDir: string): EngineProgram {
  switch (config.kind) {
    case 'embedded':
      return {
        command: nodeProgram(),
        args: ['--disable-warning=ExperimentalWarning', EMBEDDED_MAIN],
        env: {
          ...(config.hubUrl === undefined ? {} : { cw_embedded_hub_url: config.hubUrl }),
          ...(config.device === undefined ? {} : { cw_embedded_device: config.device }),
        },
        modelsDir,
        patchUrl: '',
        cwd: null,
      };
    case 'official':
      return { ...config, modelsDir, patchUrl: presentPatchUrl(config.patchUrl), cwd: officialWorkingFolder(config) };
    case 'program':
      return { ...config, modelsDir, patchUrl: '', cwd: null };
  }
}
