/** How the contracts of generation C26 differ from those of J26. */
import { id, ZeroAddress } from 'ethers';
import { describe, expect, it } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import { OBSERVER, SLASH_RECEIVER } from './deploy.ts';
import { DevnetAccount } from './devnet-account.ts';
import { createContract, stakingWorld } from './testing/staking-world.ts';
import { CNX, revertError } from './testing/world.ts';

const world = stakingWorld('C26');

describe('a stake', () => {
  it('is coin only, reported as one amount', async () => {
    expect(world.events(await world.stake(400n, 400n))).toEqual([['NodeStaking.NodeStaked', world.node.address, 400n * CNX]]);
    expect(world.events(await world.stake(500n, 100n))).toEqual([['NodeStaking.NodeStaked', world.node.address, 500n * CNX]]);
    const [info] = await world.staking.read('getStakingInfo', world.node.address);
    expect(info.toObject()).toEqual({
      nodeAddress: world.node.address,
      stakedBalance: 500n * CNX,
      status: 1n,
      unstakeTimestamp: 0n,
    });
    await expect(world.chain.createCredits(world.node.address, 1n)).rejects.toMatchObject({ code: 'DEVNET_CHAIN_NO_CREDITS' });
  });

  it('is returned as one amount, or goes to the receiver of slashes', async () => {
    await world.stake(400n, 400n);
    await world.staking.send(world.node, 'tryUnstake');
    const back = await world.staking.send(world.relay, 'unstake', [world.node.address]);
    expect(world.events(back)).toEqual([['NodeStaking.NodeUnstaked', world.node.address, 400n * CNX]]);
    await world.stake(450n, 450n);
    const before = await world.balance(SLASH_RECEIVER);
    const taken = await world.staking.send(world.relay, 'slashStaking', [world.node.address]);
    expect(world.events(taken)).toEqual([['NodeStaking.NodeSlashed', world.node.address, 450n * CNX]]);
    expect((await world.balance(SLASH_RECEIVER)) - before).toBe(450n * CNX);
    await expect(world.staking.send(world.relay, 'slashStaking', [world.node.address])).rejects.toMatchObject(
      revertError('Node not staked'),
    );
  });
});

describe('without an observer', () => {
  it('no amount can change, and nobody can request an unstake; calls that change nothing work', async () => {
    await world.stake(400n, 400n);
    await world.chain.pause(true);
    const paused = revertError('observer not configured');
    await expect(world.stake(500n, 100n)).rejects.toMatchObject(paused);
    await expect(world.staking.send(world.node, 'tryUnstake')).rejects.toMatchObject(paused);
    await expect(world.staking.send(world.relay, 'unstake', [world.node.address])).rejects.toMatchObject(paused);
    await expect(world.staking.send(world.relay, 'slashStaking', [world.node.address])).rejects.toMatchObject(paused);
    await world.stake(400n, 0n);
    await world.contract('DelegatedStaking').send(world.node, 'setDelegatorShare', [10]);
    const delegated = world.contract('DelegatedStaking').send(world.relay, 'stake', [world.node.address, 400n * CNX], 400n * CNX);
    await expect(delegated).rejects.toMatchObject(paused);
    await world.chain.pause(false);
    await world.stake(500n, 100n);
  });

  it('the first check of tryUnstake distinguishes this from a node without a stake', async () => {
    await expect(world.staking.send(world.node, 'tryUnstake')).rejects.toMatchObject(revertError('Node not staked'));
    await world.chain.pause(true);
    await expect(world.staking.send(world.node, 'tryUnstake')).rejects.toMatchObject(revertError('observer not configured'));
  });
});

describe('roles', () => {
  it.each(['NodeStaking', 'DelegatedStaking'] as const)(
    'of %s belong to the owner, who cannot renounce ownership',
    async (name) => {
      const contract = world.contract(name);
      const call = (from: DevnetAccount, fn: string, ...args: unknown[]) => contract.send(from, fn, args);
      await expect(call(world.node, 'setObserver', ZeroAddress)).rejects.toMatchObject(
        revertError(`OwnableUnauthorizedAccount(${world.node.address})`),
      );
      await expect(call(world.deployer, 'setObserver', world.node.address)).rejects.toMatchObject(
        revertError('observer is not a contract'),
      );
      await expect(call(world.deployer, 'setAdminAddress', ZeroAddress)).rejects.toMatchObject(
        revertError('admin address is zero'),
      );
      await expect(call(world.deployer, 'setMinStakeAmount', 0n)).rejects.toMatchObject(revertError('minimum stake amount is 0'));
      await expect(call(world.deployer, 'renounceOwnership')).rejects.toMatchObject(
        revertError('OwnershipRenouncementDisabled()'),
      );
      expect(world.events(await call(world.deployer, 'setMinStakeAmount', 7n))).toEqual([
        [`${name}.MinStakeAmountUpdated`, 400n * CNX, 7n],
      ]);
      expect(world.events(await call(world.deployer, 'setObserver', ZeroAddress))).toEqual([
        [`${name}.ObserverUpdated`, OBSERVER, ZeroAddress],
      ]);
      expect(await contract.read('slashReceiver')).toEqual([SLASH_RECEIVER]);
    },
  );

  it('the delay is never 0', async () => {
    await expect(world.staking.send(world.deployer, 'setForceUnstakeDelay', [0n])).rejects.toMatchObject(
      revertError('force unstake delay is 0'),
    );
    expect(world.events(await world.staking.send(world.deployer, 'setForceUnstakeDelay', [5n]))).toEqual([
      ['NodeStaking.ForceUnstakeDelayUpdated', 1800n, 5n],
    ]);
    expect(await world.staking.read('ba')).toEqual([world.contract('BenefitAddress').address]);
  });

  it.each([
    ['NodeStaking', [ZeroAddress, ZeroAddress, 0n], 'benefit address is zero'],
    ['NodeStaking', [OBSERVER, ZeroAddress, 0n], 'slash receiver is zero'],
    ['NodeStaking', [OBSERVER, OBSERVER, 0n], 'minimum stake amount is 0'],
    ['DelegatedStaking', [ZeroAddress, 0n], 'slash receiver is zero'],
    ['DelegatedStaking', [OBSERVER, 0n], 'minimum stake amount is 0'],
  ] as const)('%s cannot be created with %s', async (name, args, words) => {
    const someone = new DevnetAccount(id('someone') as Hex, world.chain.anvil.control);
    await world.chain.anvil.control.setBalance(someone.address, CNX);
    await expect(createContract(someone, 'C26', name, args)).rejects.toMatchObject(revertError(words));
  });
});
