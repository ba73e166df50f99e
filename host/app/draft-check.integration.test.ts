/**
 * Checks a node before it exists, on a network with its tasks on a chain: real contracts, and a relay that only carries
 * data.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NetworkPreset, networkPresetSchema } from '../../contract/node-config.ts';
import { type ProfileDraft, profileDraftSchema } from '../../contract/profiles.ts';
import { systemClock, systemRandom } from '../../devnet/system.ts';
import type { Hex } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signing/keys.ts';
import { CarryingRelay } from '../../worker/networks/chain/testing/chain-rig.ts';
import { CNX, GPU, newKey, STAKE, startTaskWorld, type TaskWorld } from '../../worker/networks/chain/testing/task-world.ts';
import { startHttpRelay } from '../../worker/testing/http-relay.ts';
import { tempDir } from '../../worker/testing/temp-dir.ts';
import { checkDraft } from './draft-check.ts';

let world: TaskWorld;
beforeAll(async () => {
  world = await startTaskWorld();
});
afterAll(() => world.stop());

async function presetOf(): Promise<NetworkPreset> {
  const gas = { ...world.preset.gas, maxFeePerGasWei: String(world.preset.gas.maxFeePerGasWei) };
  return networkPresetSchema.parse({
    ...{ id: 'own', title: 'Own network', network: 'own', mode: 'chain', minStakeWei: String(STAKE), samplingModulus: 10 },
    ...{ relayUrl: new CarryingRelay(world, await startHttpRelay()).url, acceptedEngines: ['embedded'] },
    taskChain: { ...world.preset, gas },
  });
}

function draftOf(address: Hex): ProfileDraft {
  return profileDraftSchema.parse({
    ...{ name: 'Garage', networkId: 'own', address, engine: { kind: 'embedded' }, modelIds: ['base:tiny/model'] },
    ...{ gpu: { kind: 'stated', name: GPU, vramGib: 24 }, stakeWei: String(STAKE) },
  });
}

async function check(address: Hex) {
  const options = { isOurs: false, clock: systemClock, random: systemRandom, dataDir: tempDir() };
  const { results, mayStart } = await checkDraft({ ...options, draft: draftOf(address), preset: await presetOf() });
  return { mayStart, states: Object.fromEntries(results.map(({ id, state }) => [id, state])), results };
}

it('asks the chain for its contracts, the coin, and whether the address is already a member', async () => {
  const address = addressOf(newKey());
  await world.give(address, 500n * CNX);
  const { states, mayStart } = await check(address);
  const wanted = ['clock', 'relay', 'rpc', 'chainId', 'contracts', 'balance', 'engine', 'disk', 'doppelganger'];
  expect(Object.keys(states)).toEqual(expect.arrayContaining(wanted));
  expect(wanted.filter((id) => states[id] === 'fail' || states[id] === 'unknown')).toEqual([]);
  expect(mayStart).toBe(true);
});

it('reports what is missing for the stake, and that somebody is running with the key', async () => {
  const poor = await check(addressOf(newKey()));
  expect(poor.results.find(({ id }) => id === 'balance')).toMatchObject({ state: 'fail', code: 'PREFLIGHT_STAKE_UNCOVERED' });
  const { address } = await world.peer();
  const { results, mayStart } = await check(address);
  expect(results.find(({ id }) => id === 'doppelganger')).toMatchObject({ state: 'fail', code: 'PREFLIGHT_FOREIGN_MEMBER' });
  expect(mayStart).toBe(false);
});
