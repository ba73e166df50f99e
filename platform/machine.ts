/** What the machine says of itself. Only this file asks; everything else is handed the answers, or takes the rules made of them. */
import os from 'node:os';

/** The systems that the program is made for. Another POSIX system is treated as Linux. */
export type SystemName = 'linux' | 'darwin' | 'win32';

export interface MachineFacts {
  readonly name: SystemName;
  /** As Node names it: `x64`, `arm64`. */
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's folder. */
  readonly home: string;
  /** The user's number; null where users have none. */
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
