/** Every network of this program: the built-in ones, custom ones, and the local network. */
import type { NetworkView } from '../../contract/host-contract.ts';
import type { NetworkPreset } from '../../contract/node-config.ts';
import type { ErrorView } from '../../contract/worker-channel.ts';
import { serialiseError } from '../../protocol/errors.ts';
import { HostError } from '../errors.ts';
import { type KnownNetwork, type PresetFolders, readNetworkPresets, removeOwnPreset, saveOwnPreset } from './network-presets.ts';

/** The preset whose relay and chain exist only while the local network is running. */
export const LOCAL_NETWORK_ID = 'devnet';

export interface NetworkDirectory {
  presets(): readonly NetworkPreset[];
  /** @throws HostError PROFILE_NETWORK_UNKNOWN */
  preset(id: string): NetworkPreset;
  views(): { readonly networks: NetworkView[]; readonly problems: ErrorView[] };
  /** @throws NetworkPresetError */
  add(preset: NetworkPreset): NetworkView;
  /** @throws NetworkPresetError */
  remove(id: string): void;
}

export function createNetworkDirectory(options: {
  readonly folders: PresetFolders;
  /** Its current preset; null = it is not running. */
  readonly local: () => NetworkPreset | null;
}): NetworkDirectory {
  const { folders, local } = options;

  function known(): KnownNetwork[] {
    return readNetworkPresets(folders).networks.map(({ preset, origin }) => ({ origin, preset: present(preset, origin) }));
  }

  function present(preset: NetworkPreset, origin: KnownNetwork['origin']): NetworkPreset {
    const running = origin === 'builtIn' && preset.id === LOCAL_NETWORK_ID ? local() : null;
    return running === null ? preset : { ...running, id: preset.id, title: preset.title };
  }

  return {
    presets: () => known().map(({ preset }) => preset),
    preset(id) {
      const found = known().find(({ preset }) => preset.id === id);
      if (found !== undefined) return found.preset;
      throw new HostError('PROFILE_NETWORK_UNKNOWN', `no network ${id}`, { id });
    },
    views: () => ({
      networks: known().map(networkView),
      problems: readNetworkPresets(folders).problems.map((problem) => ({ ...serialiseError(problem) })),
    }),
    add: (preset) => networkView(saveOwnPreset(preset, folders)),
    remove: (id) => removeOwnPreset(id, folders),
  };
}

function networkView({ preset, origin }: KnownNetwork): NetworkView {
  const { id, title, mode, relayUrl, acceptedEngines, minStakeWei, chain, taskChain, comingSoon } = preset;
  return {
    id,
    title,
    origin: origin === 'builtIn' && id === LOCAL_NETWORK_ID ? 'local' : origin,
    relayUrl,
    acceptedEngines,
    minStakeWei: minStakeWei.toString(),
    chainId: (chain ?? taskChain)?.chainId ?? comingSoon?.chainId ?? null,
    comingSoon: comingSoon !== undefined,
    explorerUrl: (chain ?? taskChain)?.explorerUrl ?? null,
    hasChain: chain !== undefined || (mode === 'relay' && id === LOCAL_NETWORK_ID),
    mode,
  };
}
