import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractInterface } from '../../../devnet/chain/compiled.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { type ChainWorld, CNX, startChainWorld, type TestClient } from '../testing/chain-world.ts';

let world: ChainWorld;
beforeAll(async () => {
  world = await startChainWorld({ generation: 'J26' });
});
afterAll(() => world.chain.stop());

const COLD = '0x00000000000000000000000000000000000000cc' as Hex;
const relayCalls = (fn: string, ...args: unknown[]) =>
  world.relay.call(world.chain.contracts.nodeStaking, contractInterface('J26', 'NodeStaking'), fn, args);
/** The balance that the account must have according to its journal: the start, minus every fee, minus the stake. */
async function expectedBalance(client: TestClient, start: bigint): Promise<bigint> {
  const fees = client.journal
    .settledAfter(0)
    .reduce((sum, { state }) => sum + ('inclusion' in state ? state.inclusion.feeWei : 0n), 0n);
  return start - fees - (await client.staking.stake()).balanceWei;
}

describe('a stake', () => {
  it('is set, raised using credits first, lowered, requested back and returned; the journal explains every wei', async () => {
    const start = 1000n * CNX;
    const client = await world.client({ wei: start });
    const { staking } = client;
    expect(await staking.stake()).toEqual({ status: 'Unstaked', balanceWei: 0n, creditsWei: 0n, unstakeTimestampSeconds: 0 });
    expect(await staking.minimumWei()).toBe(400n * CNX);

    await staking.setStake(400n * CNX, { id: 'first' });
    expect(await staking.stake()).toMatchObject({ status: 'Staked', balanceWei: 400n * CNX });
    expect(await client.balanceWei()).toBe(await expectedBalance(client, start));

    await world.chain.createCredits(client.address, 60n * CNX);
    expect(await staking.plan(500n * CNX)).toEqual({ kind: 'raise', valueWei: 40n * CNX, fromCreditsWei: 60n * CNX });
    await staking.setStake(500n * CNX, { id: 'more' });
    expect(await staking.stake()).toMatchObject({ balanceWei: 440n * CNX, creditsWei: 60n * CNX });
    expect(await client.credits.freeWei(client.address)).toBe(0n);
    expect(await staking.setStake(500n * CNX, { id: 'same' })).toBeNull();

    expect(await staking.plan(450n * CNX)).toEqual({ kind: 'lower', returnedWei: 50n * CNX, returnedCreditsWei: 0n });
    await staking.setStake(450n * CNX, { id: 'less' });
    expect(await client.balanceWei()).toBe(await expectedBalance(client, start));

    await staking.tryUnstake({ id: 'leave' });
    expect(await staking.tryUnstake({ id: 'leave again' })).toBeNull();
    await expect(staking.setStake(500n * CNX, { id: 'late' })).rejects.toMatchObject({ code: 'CHAIN_STAKE_LEAVING' });
    await relayCalls('unstake', client.address);
    expect(await client.balanceWei()).toBe(await expectedBalance(client, start));
    expect(await client.credits.freeWei(client.address)).toBe(60n * CNX);
    await expect(staking.tryUnstake({ id: 'nothing' })).rejects.toMatchObject({ code: 'CHAIN_NOT_STAKED' });
    expect(await world.stakingEvents(client.address)).toEqual([
      'NodeStaked',
      'NodeStaked',
      'NodeStaked',
      'NodeTryUnstaked',
      'NodeUnstaked',
    ]);
  });

  it('below the minimum is refused before anything is sent', async () => {
    const client = await world.client();
    await expect(client.staking.setStake(399n * CNX, { id: 'low' })).rejects.toMatchObject({
      code: 'CHAIN_STAKE_BELOW_MINIMUM',
      data: { minimumWei: String(400n * CNX) },
    });
    expect(await world.count(client.address)).toBe(0);
  });

  it('can be forced out after the delay', async () => {
    const client = await world.client();
    const { staking } = client;
    await expect(staking.forceUnstake({ id: 'f0' })).rejects.toMatchObject({ code: 'CHAIN_NOT_STAKED' });
    await staking.setStake(400n * CNX, { id: 's' });
    await expect(staking.forceUnstake({ id: 'f1' })).rejects.toMatchObject({ code: 'CHAIN_UNSTAKE_NOT_ASKED' });
    await staking.tryUnstake({ id: 't' });
    const { unstakeTimestampSeconds } = await staking.stake();
    const availableAtSeconds = unstakeTimestampSeconds + 1801;
    await expect(staking.forceUnstake({ id: 'f2' })).rejects.toMatchObject({
      code: 'CHAIN_FORCE_UNSTAKE_EARLY',
      data: { availableAtSeconds },
    });
    await world.chain.anvil.control.passSeconds(1801);
    await staking.forceUnstake({ id: 'f3' });
    expect(await staking.stake()).toMatchObject({ status: 'Unstaked', balanceWei: 0n });
    expect(await world.stakingEvents(client.address)).toEqual(['NodeStaked', 'NodeTryUnstaked', 'NodeUnstaked']);
  });

  it('of a slashed node is gone', async () => {
    const client = await world.client();
    await client.staking.setStake(400n * CNX, { id: 's' });
    await relayCalls('slashStaking', client.address);
    expect(await client.staking.stake()).toMatchObject({ status: 'Unstaked', balanceWei: 0n });
  });
});

describe('the beneficial address', () => {
  it('is set once, and is neither zero nor the node itself', async () => {
    const { benefitAddress, address } = await world.client();
    expect(await benefitAddress.get()).toBeNull();
    for (const target of [`0x${'0'.repeat(40)}`, address, '0x12'] as Hex[]) {
      await expect(benefitAddress.set(target, { id: 'bad' })).rejects.toMatchObject({ code: 'CHAIN_BAD_ARGUMENT' });
    }
    await benefitAddress.set(COLD, { id: 'set' });
    expect((await benefitAddress.get())?.toLowerCase()).toBe(COLD);
    expect(await benefitAddress.set(COLD, { id: 'again' })).toBeNull();
    await expect(benefitAddress.set(world.relay.address, { id: 'other' })).rejects.toMatchObject({
      code: 'CHAIN_BENEFIT_ADDRESS_SET',
    });
  });
});

describe('delegation', () => {
  it('share, totals and the delegators page by page', async () => {
    const { delegatedStaking, address } = await world.client();
    for (const percent of [100, -1, 1.5]) {
      await expect(delegatedStaking.setShare(percent, { id: 'bad' })).rejects.toMatchObject({ code: 'CHAIN_BAD_ARGUMENT' });
    }
    await delegatedStaking.setShare(30, { id: 'open' });
    expect(await delegatedStaking.share()).toBe(30);
    expect(await delegatedStaking.setShare(30, { id: 'same' })).toBeNull();
    const face = contractInterface('J26', 'DelegatedStaking');
    await world.relay.call(world.chain.contracts.delegatedStaking, face, 'stake', [address, 400n * CNX], 400n * CNX);
    expect(await delegatedStaking.totalWei()).toBe(400n * CNX);
    expect(await delegatedStaking.minimumWei()).toBe(400n * CNX);
    expect(await delegatedStaking.delegationWei({ delegator: world.relay.address })).toBe(400n * CNX);
    expect(await delegatedStaking.delegations()).toEqual([{ delegator: world.relay.address, stakeWei: 400n * CNX }]);
    await delegatedStaking.setShare(0, { id: 'close' });
    // Closed for new ones; existing delegations stay.
    expect(await delegatedStaking.totalWei()).toBe(400n * CNX);
  });
});

describe('a wrong address in the preset', () => {
  it('is distinguished from a failing chain', async () => {
    const { benefitAddress } = world.chain.contracts;
    for (const address of [COLD, benefitAddress]) {
      const client = await world.client({ preset: { contracts: { ...world.chain.contracts, nodeStaking: address } } });
      await expect(client.staking.minimumWei()).rejects.toMatchObject({ name: 'ChainError' });
      await expect(client.staking.stake()).rejects.toMatchObject({
        code: address === COLD ? 'CHAIN_NO_CONTRACT' : 'CHAIN_GENERATION_MISMATCH',
      });
    }
  });
});
