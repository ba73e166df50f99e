/**
 * What a start may stake. Pages can write a profile, and a start stakes its amount, so a person has to confirm the
 * amount once, unless exactly that is already staked on the chain and nothing would move (SECURITY.md).
 */
import type { ActQuestion } from '../../contract/act-questions.ts';
import type { NetworkPreset } from '../../contract/node-config.ts';
import type { Profile, StakePermission } from '../../contract/profiles.ts';
import { HostError } from '../errors.ts';
import type { NetworkDirectory } from '../networks/network-directory.ts';
import type { ProfileStore } from '../profiles/profiles.ts';

export interface StakePermissionsParts {
  readonly profiles: Pick<ProfileStore, 'get' | 'allowStake'>;
  readonly networks: Pick<NetworkDirectory, 'preset'>;
  /** Stake on the chain, wei; null = it could not be read. Never rejects. */
  readonly stakedWei: (profile: Profile, preset: NetworkPreset) => Promise<bigint | null>;
}

export interface StakePermissions {
  /** Allows what the profile says now; for callers that need no confirmation. */
  allow(id: string): void;
  /** Asks a person if a start would move money. @throws what `ask` throws if nobody says yes */
  allowBy(id: string, ask: (question: ActQuestion) => Promise<void>): Promise<void>;
  /** Called before every start, whoever requested it. @throws HostError PROFILE_STAKE_NOT_ALLOWED */
  check(profile: Profile): Promise<void>;
}

export function createStakePermissions({ profiles, networks, stakedWei }: StakePermissionsParts): StakePermissions {
  /** Null = a start would move nothing that nobody has allowed. */
  async function missingPermission(profile: Profile): Promise<{ readonly stakedWei: bigint | null } | null> {
    const preset = networks.preset(profile.networkId);
    const hasStake = preset.chain !== undefined || preset.taskChain !== undefined;
    if (!hasStake || covers(permissionOf(profile), profile.stakeWord)) return null;
    const now = await stakedWei(profile, preset);
    const moves = now === null || now !== BigInt(profile.stakeWei) || profile.rejoin !== 'never';
    return moves ? { stakedWei: now } : null;
  }

  return {
    allow(id) {
      const profile = profiles.get(id);
      if (!covers(permissionOf(profile), profile.stakeWord)) profiles.allowStake(id, permissionOf(profile));
    },
    async allowBy(id, ask) {
      const profile = profiles.get(id);
      const moved = await missingPermission(profile);
      if (moved === null) return;
      const permission = permissionOf(profile);
      const facts = {
        node: profile.name,
        stakedWei: moved.stakedWei === null ? null : String(moved.stakedWei),
        targetWei: permission.stakeWei,
        rejoinsItself: permission.rejoin !== 'never',
        network: networks.preset(profile.networkId).title,
      };
      await ask({ name: 'stakeAtStart', address: profile.address, facts });
      // Exactly what the person was shown: if a page has changed it since, the start is refused.
      profiles.allowStake(id, permission);
    },
    async check(profile) {
      if ((await missingPermission(profile)) === null) return;
      const { id, stakeWei } = profile;
      throw new HostError('PROFILE_STAKE_NOT_ALLOWED', 'nobody has allowed this stake', { id, targetWei: stakeWei });
    },
  };
}

function permissionOf({ stakeWei, rejoin }: Profile): StakePermission {
  return { stakeWei, rejoin };
}

/** The amount has to be equal: permission for a larger amount does not cover a smaller one. */
function covers(wanted: StakePermission, given: StakePermission | null): boolean {
  return given !== null && given.stakeWei === wanted.stakeWei && (wanted.rejoin === 'never' || given.rejoin === wanted.rejoin);
}
