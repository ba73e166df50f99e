/** Where the program keeps what is its user's, unless it is told otherwise. */
import os from 'node:os';
import path from 'node:path';

/** Electron's folder for the product's name. */
const NAME = 'Crynux Node Desktop';

export interface DataDirFacts {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** The same place for the desktop program and the command line. */
export function defaultDataDir({ platform, env, home }: DataDirFacts = thisUser()): string {
  if (platform === 'win32') return path.join(env.APPDATA ?? path.join(home, 'AppData', 'Roaming'), NAME);
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', NAME);
  return path.join(env.XDG_CONFIG_HOME ?? path.join(home, '.config'), NAME);
}

function thisUser(): DataDirFacts {
  return { platform: process.platform, env: process.env, home: os.homedir() };
}
