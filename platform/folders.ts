/** Where a user's things are on each system. */
import type path from 'node:path';
import type { MachineFacts } from './machine.ts';

export interface Folders {
  /** Of all programs of this user, for what they are told to remember. */
  readonly settings: string;
  /** Ours in it: keys, profiles, stores, logs. The same for the desktop program, which Electron puts there, and the command line. */
  readonly data: string;
  /** Ours, for what has to outlive a restart and is of no use to a person. */
  readonly state: string;
  /** What people look through for a program; its installations may lie in any of them. */
  readonly programs: readonly string[];
  /** The official node's own places, where it has one. */
  readonly officialNode: readonly string[];
  /** Where programs are looked for by their name. */
  readonly searchPath: readonly string[];
}

/** Electron's folder for the product's name. */
const PRODUCT = 'Crynux Node Desktop';
const PERSONAL = ['Downloads', 'Desktop', 'Documents'];

export function foldersOf({ name, env, home }: MachineFacts, { join, delimiter }: path.PlatformPath): Folders {
  const personal = [home, ...PERSONAL.map((folder) => join(home, folder))];
  const searchPath = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '');
  switch (name) {
    case 'win32': {
      const settings = env.APPDATA ?? join(home, 'AppData', 'Roaming');
      const local = env.LOCALAPPDATA ?? join(home, 'AppData', 'Local');
      const drive = env.SystemDrive === undefined ? [] : [`${env.SystemDrive}\\`];
      const programs = [join(local, 'Programs'), ...(env.ProgramFiles === undefined ? [] : [env.ProgramFiles]), ...drive];
      return {
        ...{ settings, data: join(settings, PRODUCT), state: join(local, PRODUCT) },
        ...{ programs: [...programs, ...personal], officialNode: [], searchPath },
      };
    }
    case 'darwin': {
      const settings = join(home, 'Library', 'Application Support');
      const own = join(settings, PRODUCT);
      const programs = ['/Applications', join(home, 'Applications'), ...personal];
      return { settings, data: own, state: own, programs, officialNode: [], searchPath };
    }
    case 'linux': {
      const settings = env.XDG_CONFIG_HOME ?? join(home, '.config');
      return {
        settings,
        data: join(settings, PRODUCT),
        state: join(env.XDG_STATE_HOME ?? join(home, '.local', 'state'), 'crynux-node-desktop'),
        programs: ['/opt', '/usr/local', '/srv', ...personal],
        // The container image of the official node.
        officialNode: ['/app'],
        searchPath,
      };
    }
  }
}
