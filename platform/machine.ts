/** Facts about the machine. Only this file queries them; other code receives the answers, or the rules derived from them. */
import os from 'node:os';

/** The supported systems. Other POSIX systems are treated as Linux. */
export type SystemName = 'linux' | 'darwin' | 'win32';

export interface MachineFacts {
  readonly name: SystemName;
  /** Node's name for it: `x64`, `arm64`. */
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  /** The user's numeric ID; null where users have none. */
  readonly uid: number | null;
}

export function systemName(platform: NodeJS.Platform): SystemName {
  return platform === 'win32' || platform === 'darwin' ? platform : 'linux';
}

export function thisMachine(): MachineFacts {
  return {
    name: systemName(process.platform),
    arch: process.arch,
    env: process.env,
    home: os.homedir(),
    uid: process.getuid?.() ?? null,
  };
}
