/** Which platform a node names itself by. Source: RELAY_PROTOCOL 8.9. */
import { existsSync, readFileSync } from 'node:fs';
import { CARD_RULES } from '../../platform/desktop.ts';
import type { SystemName } from '../../platform/machine.ts';
import { SYSTEM } from '../../platform/system.ts';
import type { NodePlatform } from '../../protocol/node/gpu-name.ts';

export interface PlatformFacts {
  readonly system: SystemName;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file that is there inside a container is there. */
  readonly containerFile: boolean;
  /** Text of the process's control groups; '' where there are none. */
  readonly controlGroups: string;
}

export function nodePlatform({ system, env, containerFile, controlGroups }: PlatformFacts): NodePlatform {
  if (containerFile || controlGroups.includes('docker') || env.KUBERNETES_SERVICE_HOST !== undefined) return 'docker';
  return CARD_RULES[system].title;
}

/** Reads the facts; `readText` gives null for what is not there. */
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

/** Of a card that is made up. A name with a Mac's suffix would be compared with the Mac that it runs on, and refused. */
export function madeUpPlatform(own: NodePlatform = thisPlatform()): NodePlatform {
  return own === 'Darwin' ? 'Linux' : own;
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
