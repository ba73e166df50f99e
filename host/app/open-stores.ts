/** Everything a host keeps on disk and in the keychain, each part in its place below the data directory. */

import os from 'node:os';
import path from 'node:path';
import { SYSTEM } from '../../platform/system.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { type DirectoryLock, type OwnerRole, waitForDirectory } from '../../worker/kit/directory-lock.ts';
import { type AccessTokens, openAccessTokens } from '../access/access-tokens.ts';
import type { HostError } from '../errors.ts';
import { openPlaces, type Places } from '../fleet/places.ts';
import { createKeychain } from '../keys/keychain.ts';
import { keychainAccess } from '../keys/keychain-access.ts';
import { keychainBackendProblem } from '../keys/keychain-backend.ts';
import { type Keys, openKeys } from '../keys/keys.ts';
import { createKeystore } from '../keys/keystore.ts';
import { type DevnetKeys, openDevnetKeys } from '../local-network/devnet-keys.ts';
import { openPrivateFolder } from '../private-folder.ts';
import { openProfiles, type ProfileStore } from '../profiles/profiles.ts';
import { type FirstRunStore, openFirstRun } from '../settings/first-run.ts';
import { openSecretSettings, type SecretSettings } from '../settings/secrets.ts';
import { openSettings, type SettingsStore } from '../settings/settings.ts';

interface HostFolders {
  readonly ownNetworks: string;
  readonly logs: string;
  readonly models: string;
  readonly claims: string;
  readonly devnet: string;
  /** Downloads of the official node's package. */
  readonly downloads: string;
}

export interface HostStores {
  readonly folders: HostFolders;
  readonly keys: Keys;
  readonly devnetKeys: DevnetKeys;
  readonly profiles: ProfileStore;
  /** Who else may read or control its nodes. */
  readonly access: AccessTokens;
  readonly settings: SettingsStore;
  /** Settings that are secret. */
  readonly secrets: SecretSettings;
  /** Other programs whose nodes are watched. */
  readonly watched: Places;
  /** Choices made so far in the first-run wizard. */
  readonly firstRun: FirstRunStore;
  /** One program per data directory. */
  readonly lock: DirectoryLock;
  /** Problems found while opening, repaired or not, to be shown. */
  readonly notices: readonly HostError[];
}

export interface OpenStoresOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: Random;
  /** What Electron reports about its keychain; null without Electron. */
  readonly electronBackend: string | null;
  /** A command that opens the directory briefly, or the long-running program. */
  readonly role: Extract<OwnerRole, 'program' | 'command'>;
  /** scrypt cost of the keystore; default: the usual one. */
  readonly scryptN?: number;
}

/** @throws WorkerError STORE_IN_USE; HostError HOST_FILE_*. Nothing stays open in that case. */
export async function openStores({
  dataDir,
  clock,
  random,
  electronBackend,
  role,
  ...cost
}: OpenStoresOptions): Promise<HostStores> {
  const opened = openPrivateFolder(dataDir);
  const notices: HostError[] = opened === null ? [] : [opened];
  const onRestored = (problem: HostError) => void notices.push(problem);
  const lock = await waitForDirectory(dataDir, { role, clock });
  const at = (name: string) => path.join(dataDir, name);
  const folders: HostFolders = {
    ownNetworks: at('networks'),
    logs: at('logs'),
    models: at('models'),
    claims: at('gpu-claims'),
    devnet: at('devnet'),
    downloads: at('downloads'),
  };
  try {
    const settings = openSettings({ file: at('settings.json'), onRestored });
    const profiles = openProfiles({ file: at('profiles.json'), folder: at('nodes'), clock, onRestored });
    const { keychain } = SYSTEM.desktop;
    const backendProblem = () =>
      keychainBackendProblem({ ...keychain, env: process.env, homeDir: os.homedir(), electronBackend });
    const keys = await openKeys({
      indexFile: at('keys.json'),
      stores: [
        createKeychain({ clock, name: keychain.name, backendProblem }),
        createKeystore({ folder: at('keystore'), clock, ...cost }),
      ],
      clock,
      random,
      usedBy: (address) => profiles.usedBy(address),
      onRestored,
      ...cost,
    });
    const askKeychain = keychainAccess({ clock, backendProblem });
    const secrets = openSecretSettings({ file: at('secrets.json'), askKeychain, onRestored });
    const access = openAccessTokens({ file: at('access.json'), clock, random, onSetAside: onRestored });
    const watched = openPlaces({ file: at('places.json'), askKeychain, onRestored });
    const firstRun = openFirstRun({ file: at('first-run.json') });
    const devnetKeys = openDevnetKeys({ dataDir: folders.devnet, random });
    return { folders, keys, devnetKeys, profiles, access, settings, secrets, watched, firstRun, lock, notices };
  } catch (error) {
    lock.release();
    throw error;
  }
}
