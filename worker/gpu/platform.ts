/** The platform that a node reports. Source: RELAY_PROTOCOL 8.9. */
import { existsSync, readFileSync } from 'node:fs';
import { CARD_RULES } from '../../platform/desktop.ts';
import type { SystemName } from '../../platform/machine.ts';
import { SYSTEM } from '../../platform/system.ts';
import type { NodePlatform } from '../../protocol/node/gpu-name.ts';

export interface PlatformFacts {
  readonly system: SystemName;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file that exists inside a container exists. */
  readonly containerFile: boolean;
  /** Text of the process's control groups; '' if there are none. */
  readonly controlGroups: string;
}

export function nodePlatform({ system, env, containerFile, controlGroups }: PlatformFacts): NodePlatform {
  if (containerFile || controlGroups.includes('docker') || env.KUBERNETES_SERVICE_HOST !== undefined) return 'docker';
  return CARD_RULES[system].title;
}

/** Reads the facts; `readText` returns null for a missing file. */
export function platformFacts(given: {
  readonly system: SystemName;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
  readonly readText: (path: string) => string | null;
}): PlatformFacts {
  const { system, env } = given;
  const { container } = CARD_RULES[system];
  return {
    system,
    env,
    containerFile: container !== null && given.exists(container.file),
    controlGroups: (container === null ? null : given.readText(container.controlGroups)) ?? '',
  };
}

export function thisPlatform(): NodePlatform {
  const readText = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : null);
  return nodePlatform(platformFacts({ system: SYSTEM.name, env: process.env, exists: existsSync, readText }));
}

/** For an invented card. A name with a Mac's suffix would be compared with the Mac it runs on, and refused. */
export function madeUpPlatform(own: NodePlatform = thisPlatform()): NodePlatform {
  return own === 'Darwin' ? 'Linux' : own;
}

/**
 * Name of a Mac's GPU. The official node reads `Chipset Model:` with a pattern that also matches the next line's label,
 * so the relay knows an M2 as "Apple M2 Type" (RELAY_PROTOCOL 8.9, 11.2 #51). By default, a relay gives tasks only to
 * names that at least ten nodes share, and pins validation groups to equal names: under its right name, a Mac would get
 * no tasks. So `official` is the default, and `chipset` is for networks whose official node has fixed this.
 */
export type MacName = 'official' | 'chipset';

export function macGpuName({ chipset, style }: { readonly chipset: string; readonly style: MacName }): string {
  if (style === 'chipset') return chipset;
  // The output of system_profiler: the model, and on the next line the label `Type:`.
  return /^[\w\s]+/.exec(`${chipset}\n      Type: GPU`)?.[0] ?? chipset;
}
