/** What of a host is on the disk and in the keychain, each in its place below the data directory. */
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Clock, Random } from '../../protocol/ports.ts';
import { type DirectoryLock, lockDirectory } from '../../worker/store/directory-lock.ts';
import { createKeychain } from '../keys/keychain.ts';
import { keychainBackendProblem } from '../keys/keychain-backend.ts';
import { type Keys, openKeys } from '../keys/keys.ts';
import { createKeystore } from '../keys/keystore.ts';
import { type DevnetKeys, openDevnetKeys } from '../local-network/devnet-keys.ts';
import { openProfiles, type ProfileStore } from '../profiles/profiles.ts';
import { openSettings, type SettingsStore } from '../settings/settings.ts';

export interface HostFolders {
  readonly ownNetworks: string;
  readonly logs: string;
  readonly models: string;
  readonly claims: string;
  readonly devnet: string;
}

export interface HostStores {
  readonly folders: HostFolders;
  readonly keys: Keys;
  readonly devnetKeys: DevnetKeys;
  readonly profiles: ProfileStore;
  readonly settings: SettingsStore;
  /** One program per data directory. */
  readonly lock: DirectoryLock;
}

export interface OpenStoresOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Electron's word on its keychain; null without Electron. */
  readonly electronBackend: string | null;
}

/** @throws WorkerError STORE_IN_USE; HostError HOST_FILE_DAMAGED, HOST_FILE_NEWER. Nothing then stays open. */
export async function openStores({ dataDir, clock, random, electronBackend }: OpenStoresOptions): Promise<HostStores> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = lockDirectory(dataDir);
  const at = (name: string) => path.join(dataDir, name);
  const folders: HostFolders = {
    ownNetworks: at('networks'),
    logs: at('logs'),
    models: at('models'),
    claims: at('gpu-claims'),
    devnet: at('devnet'),
  };
  try {
    const settings = openSettings({ file: at('settings.json') });
    const profiles = openProfiles({ file: at('profiles.json'), folder: at('nodes'), clock });
    const { platform, env } = process;
    const backendProblem = () => keychainBackendProblem({ platform, env, homeDir: os.homedir(), electronBackend });
    const keys = await openKeys({
      indexFile: at('keys.json'),
      stores: [createKeychain({ clock, platform, backendProblem }), createKeystore({ folder: at('keystore'), clock })],
      clock,
      random,
      usedBy: (address) => profiles.usedBy(address),
    });
    return { folders, keys, devnetKeys: openDevnetKeys({ dataDir: folders.devnet, random }), profiles, settings, lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}
