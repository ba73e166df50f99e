/**
 * The client on chains of both generations: it reads each correctly, and sends nothing if the preset names the wrong
 * one.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ContractAddresses, STAKING_GENERATIONS, type StakingGeneration } from '../../../contract/chain-preset.ts';
import { contractInterface } from '../../../devnet/chain/compiled.ts';
import { chainRig } from '../../money/testing/chain-rig.ts';
import { type ChainWorld, CNX, startChainWorld } from '../testing/chain-world.ts';
import { adapterOf } from './generations.ts';

const COLD = '0x00000000000000000000000000000000000000cc';

describe.each(STAKING_GENERATIONS)('generation %s', (generation) => {
  let world: ChainWorld;
  beforeAll(async () => {
    world = await startChainWorld({ generation });
  });
  afterAll(() => world.chain.stop());
  const relayCalls = (fn: string, ...args: unknown[]) =>
    world.relay.call(world.chain.contracts.nodeStaking, world.chain.interfaceOf('NodeStaking'), fn, args);

  it('the whole life of a stake is read and booked to the wei', async () => {
    const rig = await chainRig(world);
    const { staking, benefitAddress, delegatedStaking, address } = rig.client;
    const agrees = async () => expect(await rig.agreement()).toEqual(['wallet agrees', 'stake agrees']);
    await agrees();
    expect(await staking.minimumWei()).toBe(400n * CNX);
    await staking.setStake(400n * CNX, { id: 'stake' });
    expect(await staking.stake()).toEqual({
      status: 'Staked',
      balanceWei: 400n * CNX,
      creditsWei: 0n,
      unstakeTimestampSeconds: 0,
    });
    await agrees();
    await staking.setStake(500n * CNX, { id: 'more' });
    await benefitAddress.set(COLD, { id: 'benefit' });
    await staking.setStake(450n * CNX, { id: 'less' });
    await agrees();
    await delegatedStaking.setShare(20, { id: 'share' });
    await staking.tryUnstake({ id: 'leave' });
    const { status, unstakeTimestampSeconds } = await staking.stake();
    expect(status).toBe('PendingUnstaked');
    expect(unstakeTimestampSeconds).toBeGreaterThan(1_600_000_000);
    await relayCalls('unstake', address);
    await agrees();
    expect(rig.ledger.balanceWei('benefit')).toBe(500n * CNX);
    expect(rig.ledger.balanceWei('stake')).toBe(0n);
    expect(await world.stakingEvents(address)).toEqual([
      ...['NodeStaked', 'NodeStaked', 'NodeStaked'],
      ...['NodeTryUnstaked', 'NodeUnstaked'],
    ]);
  });

  it('a slash is read and booked', async () => {
    const rig = await chainRig(world);
    await rig.sync.sync();
    await rig.client.staking.setStake(400n * CNX, { id: 'stake' });
    await relayCalls('slashStaking', rig.client.address);
    expect(await rig.agreement()).toEqual(['wallet agrees', 'stake agrees']);
    expect(rig.ledger.page({ limit: 9, after: null, kinds: ['slash'] })).toMatchObject([{ wei: 400n * CNX }]);
  });

  it('is recognised by the length of an answer; if the preset names the other one, nothing is sent', async () => {
    const other: StakingGeneration = generation === 'J26' ? 'C26' : 'J26';
    const { nodeStaking, benefitAddress, delegatedStaking } = world.chain.contracts;
    const shared = { nodeStaking, benefitAddress, delegatedStaking };
    const contracts: ContractAddresses =
      other === 'C26' ? { generation: other, ...shared } : { generation: other, ...shared, credits: benefitAddress };
    const client = await world.client({ preset: { contracts } });
    const mismatch = { code: 'CHAIN_GENERATION_MISMATCH', data: { expected: other, found: generation } };
    await expect(client.staking.stake()).rejects.toMatchObject(mismatch);
    await expect(client.staking.setStake(400n * CNX, { id: 'stake' })).rejects.toMatchObject(mismatch);
    await expect(client.staking.tryUnstake({ id: 'leave' })).rejects.toMatchObject(mismatch);
    await expect(client.benefitAddress.set(COLD, { id: 'benefit' })).rejects.toMatchObject(mismatch);
    await expect(client.delegatedStaking.setShare(5, { id: 'share' })).rejects.toMatchObject(mismatch);
    expect(await world.count(client.address)).toBe(0);
    expect(client.journal.find('stake')).toBeNull();
  });
});

it('its fewer fields decode from the other generation’s answer without an error, but wrongly', () => {
  const staked = contractInterface('J26', 'NodeStaking').encodeFunctionResult('getStakingInfo', [
    { nodeAddress: COLD, stakedBalance: 400n, stakedCredits: 0n, status: 1, unstakeTimestamp: 0n },
  ]);
  // Why the length is checked first: a staked node would look like one without a stake.
  expect(adapterOf('C26').decodeStake(staked as `0x${string}`)).toMatchObject({ status: 'Unstaked', unstakeTimestampSeconds: 1 });
});

describe('generation C26', () => {
  let world: ChainWorld;
  beforeAll(async () => {
    world = await startChainWorld({ generation: 'C26' });
  });
  afterAll(() => world.chain.stop());

  it("must look up beneficial addresses in the preset's contract, or nothing is sent", async () => {
    const contracts = { ...world.chain.contracts, benefitAddress: COLD } as ContractAddresses;
    const client = await world.client({ preset: { contracts } });
    await expect(client.staking.setStake(400n * CNX, { id: 'stake' })).rejects.toMatchObject({
      code: 'CHAIN_CONTRACTS_DISAGREE',
      data: { expected: COLD, found: world.chain.contracts.benefitAddress },
    });
    expect(await world.count(client.address)).toBe(0);
  });

  it('while the network has paused it, waits and reports that, and continues afterwards', async () => {
    const client = await world.client();
    await world.chain.pause(true);
    expect(await client.staking.isPaused()).toBe(true);
    await expect(client.staking.setStake(400n * CNX, { id: 'stake' })).rejects.toMatchObject({ code: 'CHAIN_PAUSED' });
    expect(await world.count(client.address)).toBe(0);
    await world.chain.pause(false);
    expect(await client.staking.isPaused()).toBe(false);
    await client.staking.setStake(400n * CNX, { id: 'stake' });
    await world.chain.pause(true);
    await expect(client.staking.tryUnstake({ id: 'leave' })).rejects.toMatchObject({ code: 'CHAIN_PAUSED' });
    await world.chain.pause(false);
    await client.staking.tryUnstake({ id: 'leave' });
    expect(await client.staking.stake()).toMatchObject({ status: 'PendingUnstaked' });
  });
});
