/** Where a user's files are on each system. */
import type path from 'node:path';
import type { MachineFacts } from './machine.ts';

export interface Folders {
  /** Settings of all of this user's programs. */
  readonly settings: string;
  /**
   * Our folder for keys, profiles, stores and logs. The desktop program, where Electron chooses it, and the command
   * line share it.
   */
  readonly data: string;
  /** Our folder for what must survive a restart but is of no use to a person. */
  readonly state: string;
  /** Where people keep programs; installations of the official node may be in any of these folders. */
  readonly programs: readonly string[];
  /** The official node's default folders, if it has any. */
  readonly officialNode: readonly string[];
  /** Where programs are looked up by name. */
  readonly searchPath: readonly string[];
}

const PRODUCT = 'Crynux Node Desktop';
const PERSONAL_FOLDERS = ['Downloads', 'Desktop', 'Documents'];

export function foldersOf({ name, env, home }: MachineFacts, { join, delimiter }: path.PlatformPath): Folders {
  const personal = [home, ...PERSONAL_FOLDERS.map((folder) => join(home, folder))];
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
        // In the official node's container image.
        officialNode: ['/app'],
        searchPath,
      };
    }
  }
}
