import { afterAll, beforeAll, expect, it } from 'vitest';
import { networkPresetSchema } from '../../contract/node-config.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import { type ChainWorld, CNX, startChainWorld } from '../../worker/chain/testing/chain-world.ts';
import { readFunding } from './funding.ts';
import { minimumStake } from './minimum-stake.ts';

let world: ChainWorld;
beforeAll(async () => {
  world = await startChainWorld();
});
afterAll(() => world.chain.stop());

const LAB = {
  ...{ id: 'lab', title: 'Lab', network: 'lab', relayUrl: 'http://127.0.0.1:1', acceptedEngines: ['embedded'] },
  ...{ samplingModulus: 10, minStakeWei: '5' },
};
const preset = (chain: object) => networkPresetSchema.parse({ ...LAB, ...chain });
const ask = (chain: object) => minimumStake({ preset: preset(chain), clock: systemClock, random: systemRandom });

it('is what the contract says right now, whatever the preset says', async () => {
  const chain = { chain: world.chain.preset };
  expect(await ask(chain)).toEqual({ minimumWei: String(400n * CNX), from: 'contract' });
  await world.chain.setMinStake(100_000n * CNX);
  expect(await ask(chain)).toEqual({ minimumWei: String(100_000n * CNX), from: 'contract' });
});

it('comes from the preset if there is no contract to ask', async () => {
  expect(await ask({})).toEqual({ minimumWei: '5', from: 'preset' });
});

it('and what an address lacks for it drops to zero as coin arrives', async () => {
  const address = `0x${'5d'.repeat(20)}` as const;
  const staked = preset({ chain: world.chain.preset });
  const read = () => readFunding({ preset: staked, address, stakeWei: 1n, clock: systemClock, random: systemRandom });
  const before = await read();
  // The amount is below the contract's minimum, so the minimum counts.
  expect(before).toMatchObject({ walletWei: '0', stakeWei: String(100_000n * CNX), minimumWei: String(100_000n * CNX) });
  expect(before?.missingWei).toBe(before?.neededWei);
  expect(BigInt(before?.neededWei ?? 0)).toBeGreaterThan(100_000n * CNX);
  await world.chain.anvil.control.setBalance(address, BigInt(before?.neededWei ?? 0));
  expect(await read()).toMatchObject({ walletWei: before?.neededWei, missingWei: '0' });
});

it('no funds are needed on a network without a stake on a chain', async () => {
  const asked = { address: `0x${'5d'.repeat(20)}` as const, stakeWei: 1n, clock: systemClock, random: systemRandom };
  expect(await readFunding({ preset: preset({}), ...asked })).toBeNull();
});
