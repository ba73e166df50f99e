/** The program for a configuration. */
import type { EngineConfig } from '../../contract/node-config.ts';
import { PROGRAMS, type Programs } from '../../platform/programs.ts';
import { officialWorkingFolder } from './official/layout.ts';
import { presentPatchUrl } from './official/patches.ts';

export interface EngineProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly modelsDir: string;
  /** Empty = the program must not look for patches. */
  readonly patchUrl: string;
  /** The folder it must run in; null = any. */
  readonly cwd: string | null;
}

export function engineProgram(config: EngineConfig, modelsDir: string, programs: Programs = PROGRAMS): EngineProgram {
  switch (config.kind) {
    case 'embedded':
      return {
        command: programs.node,
        args: ['--disable-warning=ExperimentalWarning', programs.embeddedEngine],
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
