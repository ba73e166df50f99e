import { afterAll, beforeAll, expect, it } from 'vitest';
import { networkPresetSchema } from '../../contract/node-config.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import { type ChainWorld, CNX, startChainWorld } from '../../worker/chain/testing/chain-world.ts';
import { minimumStake } from './minimum-stake.ts';

let world: ChainWorld;
beforeAll(async () => {
  world = await startChainWorld();
});
afterAll(() => world.chain.stop());

const preset = (chain: object) =>
  networkPresetSchema.parse({
    ...{ id: 'lab', title: 'Lab', network: 'lab', relayUrl: 'http://127.0.0.1:1', acceptedEngines: ['embedded'] },
    ...{ samplingModulus: 10, minStakeWei: '5', ...chain },
  });
const ask = (chain: object) => minimumStake({ preset: preset(chain), clock: systemClock, random: systemRandom });

it('is what the contract says at the moment, whatever the preset holds', async () => {
  const chain = { chain: world.chain.preset };
  expect(await ask(chain)).toEqual({ minimumWei: String(400n * CNX), from: 'contract' });
  await world.chain.setMinStake(100_000n * CNX);
  expect(await ask(chain)).toEqual({ minimumWei: String(100_000n * CNX), from: 'contract' });
});

it('is the preset’s where there is no contract to ask', async () => {
  expect(await ask({})).toEqual({ minimumWei: '5', from: 'preset' });
});
