import { expect, it } from 'vitest';
import type { ActQuestion } from '../../contract/act-questions.ts';
import { networkPresetSchema } from '../../contract/node-config.ts';
import { type Profile, profileSchema } from '../../contract/profiles.ts';
import { createStakePermissions } from './stake-permissions.ts';

const ADDRESS = `0x${'11'.repeat(20)}`;
const PROFILE: Profile = profileSchema.parse({
  ...{ id: 'heron', createdMs: 0, name: 'Heron', networkId: 'lab', address: ADDRESS, engine: { kind: 'embedded' } },
  ...{ gpu: { kind: 'stated', name: 'Card+Linux', vramGib: 8 }, modelIds: ['base:a'], stakeWei: '400' },
});
const RELAY_ONLY = networkPresetSchema.parse({
  ...{ id: 'lab', title: 'Lab', network: 'lab', relayUrl: 'http://127.0.0.1:1', acceptedEngines: ['embedded'] },
  ...{ samplingModulus: 10, minStakeWei: '5' },
});
const ON_CHAIN = { ...RELAY_ONLY, chain: { rpcUrls: [] } as never };

function rig({
  staked = 0n,
  preset = ON_CHAIN,
  ...part
}: { staked?: bigint | null; preset?: typeof RELAY_ONLY } & Partial<Profile> = {}) {
  let profile: Profile = { ...PROFILE, ...part };
  const asked: ActQuestion[] = [];
  const permissions = createStakePermissions({
    profiles: {
      get: () => profile,
      allowStake(_id, stakeWord) {
        profile = { ...profile, stakeWord };
      },
    },
    networks: { preset: () => preset },
    stakedWei: async () => staked,
  });
  const ask =
    (change: Partial<Profile> = {}) =>
    async (question: ActQuestion) => {
      asked.push(question);
      // Pages may change the profile while a person reads.
      profile = { ...profile, ...change };
    };
  const check = () =>
    permissions.check(profile).then(
      () => 'starts',
      (error: { code: string }) => error.code,
    );
  return { permissions, asked, ask, check, change: (change: Partial<Profile>) => (profile = { ...profile, ...change }) };
}

it('asks a person once for an amount, showing the current stake; afterwards any start may stake it', async () => {
  const { permissions, asked, ask, check } = rig();
  expect(await check()).toBe('PROFILE_STAKE_NOT_ALLOWED');
  await permissions.allowBy('heron', ask());
  const facts = { node: 'Heron', stakedWei: '0', targetWei: '400', rejoinsItself: false, network: 'Lab' };
  expect(asked).toEqual([{ name: 'stakeAtStart', address: ADDRESS, facts }]);
  expect(await check()).toBe('starts');
  await permissions.allowBy('heron', ask());
  expect(asked).toHaveLength(1);
});

it('does not ask if a start moves nothing: the stake is already right, or the network has none', async () => {
  for (const one of [rig({ staked: 400n }), rig({ preset: RELAY_ONLY })]) {
    await one.permissions.allowBy('heron', one.ask());
    expect([one.asked, await one.check()]).toEqual([[], 'starts']);
  }
});

it('asks if the chain does not answer, because then nobody knows what would move', async () => {
  const { permissions, asked, ask, check } = rig({ staked: null });
  expect(await check()).toBe('PROFILE_STAKE_NOT_ALLOWED');
  await permissions.allowBy('heron', ask());
  expect(asked[0]?.facts.stakedWei).toBeNull();
});

it('asks again for another amount, and for staking again after a kick-out', async () => {
  const { permissions, ask, check, change } = rig();
  await permissions.allowBy('heron', ask());
  change({ stakeWei: '401' });
  expect(await check()).toBe('PROFILE_STAKE_NOT_ALLOWED');
  change({ stakeWei: '400', rejoin: 'afterKickOut' });
  expect(await check()).toBe('PROFILE_STAKE_NOT_ALLOWED');
});

it('allows what the person was shown, not what a page wrote in the meantime', async () => {
  const { permissions, ask, check } = rig();
  await permissions.allowBy('heron', ask({ stakeWei: '9000' }));
  expect(await check()).toBe('PROFILE_STAKE_NOT_ALLOWED');
});

it('allows nothing if the person says no; the command line needs no confirmation', async () => {
  const { permissions, check } = rig();
  await expect(permissions.allowBy('heron', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await check()).toBe('PROFILE_STAKE_NOT_ALLOWED');
  permissions.allow('heron');
  expect(await check()).toBe('starts');
});
