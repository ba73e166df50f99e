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

export interface StakeWordsParts {
  readonly profiles: Pick<ProfileStore, 'get' | 'allowStake'>;
  readonly networks: Pick<NetworkDirectory, 'preset'>;
  /** Stake on the chain, wei; null = it could not be read. Never rejects. */
  readonly stakedWei: (profile: Profile, preset: NetworkPreset) => Promise<bigint | null>;
}

export interface StakeWords {
  /** Allows what the profile says now; for callers that need no confirmation. */
  allow(id: string): void;
  /** Asks a person if a start would move money. @throws what `ask` throws if nobody says yes */
  allowBy(id: string, ask: (question: ActQuestion) => Promise<void>): Promise<void>;
  /** Called before every start, whoever requested it. @throws HostError PROFILE_STAKE_NOT_ALLOWED */
  check(profile: Profile): Promise<void>;
}

export function createStakeWords({ profiles, networks, stakedWei }: StakeWordsParts): StakeWords {
  /** Null = a start would move nothing that nobody has allowed. */
  async function open(profile: Profile): Promise<{ readonly stakedWei: bigint | null } | null> {
    const preset = networks.preset(profile.networkId);
    const hasStake = preset.chain !== undefined || preset.taskChain !== undefined;
    if (!hasStake || isSame(wordOf(profile), profile.stakeWord)) return null;
    const now = await stakedWei(profile, preset);
    const moves = now === null || now !== BigInt(profile.stakeWei) || profile.rejoin !== 'never';
    return moves ? { stakedWei: now } : null;
  }

  return {
    allow(id) {
      const profile = profiles.get(id);
      if (!isSame(wordOf(profile), profile.stakeWord)) profiles.allowStake(id, wordOf(profile));
    },
    async allowBy(id, ask) {
      const profile = profiles.get(id);
      const moved = await open(profile);
      if (moved === null) return;
      const word = wordOf(profile);
      const facts = {
        node: profile.name,
        stakedWei: moved.stakedWei === null ? null : String(moved.stakedWei),
        targetWei: word.stakeWei,
        rejoinsItself: word.rejoin !== 'never',
        network: networks.preset(profile.networkId).title,
      };
      await ask({ name: 'stakeAtStart', address: profile.address, facts });
      // Exactly what the person was shown: if a page has changed it since, the start is refused.
      profiles.allowStake(id, word);
    },
    async check(profile) {
      if ((await open(profile)) === null) return;
      const { id, stakeWei } = profile;
      throw new HostError('PROFILE_STAKE_NOT_ALLOWED', 'nobody has allowed this stake', { id, targetWei: stakeWei });
    },
  };
}

function wordOf({ stakeWei, rejoin }: Profile): StakePermission {
  return { stakeWei, rejoin };
}

/** The amount has to be equal: permission for a larger amount does not cover a smaller one. */
function isSame(wanted: StakePermission, given: StakePermission | null): boolean {
  return given !== null && given.stakeWei === wanted.stakeWei && (wanted.rejoin === 'never' || given.rejoin === wanted.rejoin);
}
