/** Which platform a node names itself by. Source: RELAY_PROTOCOL 8.9. */
import { existsSync, readFileSync } from 'node:fs';
import type { NodePlatform } from '../../protocol/node/gpu-name.ts';

export interface PlatformFacts {
  readonly os: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `/.dockerenv` exists. */
  readonly dockerEnvFile: boolean;
  /** Text of `/proc/self/cgroup`; '' where there is none. */
  readonly cgroup: string;
}

export function nodePlatform({ os, env, dockerEnvFile, cgroup }: PlatformFacts): NodePlatform {
  if (dockerEnvFile || cgroup.includes('docker') || env.KUBERNETES_SERVICE_HOST !== undefined) return 'docker';
  if (os === 'win32') return 'Windows';
  return os === 'darwin' ? 'Darwin' : 'Linux';
}

/** Reads the facts; `readText` gives null for what is not there. */
export function platformFacts(given: {
  readonly os: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
  readonly readText: (path: string) => string | null;
}): PlatformFacts {
  const linux = given.os === 'linux';
  return {
    os: given.os,
    env: given.env,
    dockerEnvFile: linux && given.exists('/.dockerenv'),
    cgroup: (linux ? given.readText('/proc/self/cgroup') : null) ?? '',
  };
}

export function thisPlatform(): NodePlatform {
  const readText = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : null);
  return nodePlatform(platformFacts({ os: process.platform, env: process.env, exists: existsSync, readText }));
}

/**
 * Name of a Mac's GPU. The official node reads `Chipset Model:` with a pattern that also takes the next line's label,
 * so that the relay knows an M2 as "Apple M2 Type" (RELAY_PROTOCOL 8.9, 11.2 #51). A relay by default gives tasks only
 * to names that at least ten nodes share, and pins validation groups to equal names: under its right name a Mac would
 * get nothing. So `official` is the default, and `chipset` is for networks whose official node has corrected it.
 */
export type MacName = 'official' | 'chipset';

export function macGpuName({ chipset, style }: { readonly chipset: string; readonly style: MacName }): string {
  if (style === 'chipset') return chipset;
  // What system_profiler prints there: the model, and on the next line the label `Type:`.
  return /^[\w\s]+/.exec(`${chipset}\n      Type: GPU`)?.[0] ?? chipset;
}
