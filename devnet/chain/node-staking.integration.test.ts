/** Node stakes of generation J26; c26.integration.test.ts tests the differences in C26. */
import { describe, expect, it } from 'vitest';
import { SLASH_RECEIVER } from './deploy.ts';
import { stakingWorld } from './testing/staking-world.ts';
import { CNX, revertError, type TestContract } from './testing/world.ts';

let credits: TestContract;
const world = stakingWorld('J26', async ({ contract }) => {
  credits = contract('Credits');
});

const info = async (address: string) => {
  const [[nodeAddress, balance, creditsWei, status, timestamp]] = await world.staking.read('getStakingInfo', address);
  return { nodeAddress, balance: balance / CNX, credits: creditsWei / CNX, status: Number(status), timestamp };
};
const NO_STAKE = { nodeAddress: `0x${'0'.repeat(40)}`, balance: 0n, credits: 0n, status: 0, timestamp: 0n };

describe('stake', () => {
  it('takes the minimum, books it and reports the new totals', async () => {
    const receipt = await world.stake(400n, 400n);
    expect(await info(world.node.address)).toEqual({
      nodeAddress: world.node.address,
      balance: 400n,
      credits: 0n,
      status: 1,
      timestamp: 0n,
    });
    expect(world.events(receipt)).toEqual([
      ['Credits.CreditsStaked', world.node.address, 0n],
      ['NodeStaking.NodeStaked', world.node.address, 400n * CNX, 0n],
    ]);
    expect(await world.balance(world.staking.address)).toBe(400n * CNX);
  });

  it('refuses less than the minimum', async () => {
    await expect(world.staking.send(world.node, 'stake', [400n * CNX - 1n], 400n * CNX - 1n)).rejects.toMatchObject(
      revertError('Staked amount is too low'),
    );
  });

  it.each([
    ['too little', 399n],
    ['too much', 401n],
    ['nothing', 0n],
  ])('refuses %s value', async (_, value) => {
    await expect(world.stake(400n, value)).rejects.toMatchObject(revertError('Inconsistent staked balance'));
  });

  it('sets an absolute target: an increase costs the difference, the same amount nothing', async () => {
    await world.stake(400n, 400n);
    expect(world.events(await world.stake(500n, 100n)).at(-1)).toEqual([
      'NodeStaking.NodeStaked',
      world.node.address,
      500n * CNX,
      0n,
    ]);
    await expect(world.stake(500n, 1n)).rejects.toMatchObject(revertError('Inconsistent staked balance'));
    expect(world.events(await world.stake(500n, 0n))).toEqual([['NodeStaking.NodeStaked', world.node.address, 500n * CNX, 0n]]);
  });

  it('takes credits first, and the value must be exactly the rest', async () => {
    await world.chain.createCredits(world.node.address, 150n * CNX);
    await expect(world.stake(400n, 400n)).rejects.toMatchObject(revertError('Inconsistent staked balance'));
    const receipt = await world.stake(400n, 250n);
    expect(world.events(receipt)).toEqual([
      ['Credits.CreditsStaked', world.node.address, 150n * CNX],
      ['NodeStaking.NodeStaked', world.node.address, 250n * CNX, 150n * CNX],
    ]);
    expect(await credits.read('getCredits', world.node.address)).toEqual([0n]);
    expect(await credits.read('getCredits', world.staking.address)).toEqual([150n * CNX]);
    // The contract holds them, but is not listed for it.
    expect(await credits.read('getAllCreditAddresses')).toEqual([[world.node.address]]);
  });

  it('returns coin first on a decrease, then credits', async () => {
    await world.chain.createCredits(world.node.address, 450n * CNX);
    await world.stake(550n, 100n);
    expect(await world.cnxMoved(world.node.address, () => world.stake(500n, 0n))).toBe(50n);
    expect(await info(world.node.address)).toMatchObject({ balance: 50n, credits: 450n });
    const receipt = await world.stake(400n, 0n);
    expect(world.events(receipt)).toEqual([
      ['Credits.CreditsUnstaked', world.node.address, 50n * CNX],
      ['NodeStaking.NodeStaked', world.node.address, 0n, 400n * CNX],
    ]);
    expect(await credits.read('getCredits', world.node.address)).toEqual([50n * CNX]);
    await expect(world.stake(500n, 1n)).rejects.toMatchObject(revertError('Inconsistent staked balance'));
  });

  it('refuses a value with a decrease', async () => {
    await world.stake(500n, 500n);
    await expect(world.stake(400n, 1n)).rejects.toMatchObject(revertError('Inconsistent staked balance'));
  });

  it('is refused while an unstake is pending', async () => {
    await world.stake(400n, 400n);
    await world.staking.send(world.node, 'tryUnstake');
    await expect(world.stake(500n, 100n)).rejects.toMatchObject(revertError('Wrong staking status'));
  });
});

describe('leaving', () => {
  it('is requested first, and only once', async () => {
    await expect(world.staking.send(world.node, 'tryUnstake')).rejects.toMatchObject(revertError('Node not staked'));
    await world.stake(400n, 400n);
    const receipt = await world.staking.send(world.node, 'tryUnstake');
    expect(world.events(receipt)).toEqual([['NodeStaking.NodeTryUnstaked', world.node.address]]);
    const block = await receipt.getBlock();
    expect(await info(world.node.address)).toMatchObject({ status: 2, timestamp: BigInt(block.timestamp) });
    await expect(world.staking.send(world.node, 'tryUnstake')).rejects.toMatchObject(revertError('Node has unstaked'));
  });

  it('is finished by the admin, from Staked and from PendingUnstaked', async () => {
    await expect(world.staking.send(world.relay, 'unstake', [world.node.address])).rejects.toMatchObject(
      revertError('Node not staked'),
    );
    await world.stake(400n, 400n);
    await expect(world.staking.send(world.node, 'unstake', [world.node.address])).rejects.toMatchObject(
      revertError('Not called by the admin'),
    );
    expect(await world.cnxMoved(world.node.address, () => world.staking.send(world.relay, 'unstake', [world.node.address]))).toBe(
      400n,
    );
    expect(await info(world.node.address)).toEqual(NO_STAKE);

    await world.stake(400n, 400n);
    await world.staking.send(world.node, 'tryUnstake');
    const receipt = await world.staking.send(world.relay, 'unstake', [world.node.address]);
    expect(world.events(receipt)).toEqual([['NodeStaking.NodeUnstaked', world.node.address, 400n * CNX, 0n]]);
    expect(await world.staking.read('getAllNodeAddresses', 1, 200)).toEqual([[]]);
  });

  it('returns credits as credits, and moves no coin if there is none', async () => {
    await world.chain.createCredits(world.node.address, 400n * CNX);
    await world.stake(400n, 0n);
    expect(await world.cnxMoved(world.node.address, () => world.staking.send(world.relay, 'unstake', [world.node.address]))).toBe(
      0n,
    );
    expect(await credits.read('getCredits', world.node.address)).toEqual([400n * CNX]);
  });

  it('can be forced only once more than the delay has passed', async () => {
    const { control } = world.chain.anvil;
    await expect(world.staking.send(world.node, 'forceUnstake')).rejects.toMatchObject(revertError('Node not staked'));
    await world.stake(400n, 400n);
    await expect(world.staking.send(world.node, 'forceUnstake')).rejects.toMatchObject(
      revertError("Node didn't tryUnstake first"),
    );
    const asked = await (await world.staking.send(world.node, 'tryUnstake')).getBlock();
    const atNextBlock = (timestamp: number) => control.provider.send('evm_setNextBlockTimestamp', [timestamp]);
    await atNextBlock(asked.timestamp + 1800);
    await expect(world.staking.send(world.node, 'forceUnstake')).rejects.toMatchObject(
      revertError('Force unstake time not reached'),
    );
    await atNextBlock(asked.timestamp + 1801);
    expect(await world.cnxMoved(world.node.address, () => world.staking.send(world.node, 'forceUnstake'))).toBe(400n);
    expect(await info(world.node.address)).toEqual(NO_STAKE);
  });

  it('pays to the benefit address once there is one', async () => {
    const beneficiary = await world.account('beneficiary');
    await world.benefit.send(world.node, 'setBenefitAddress', [beneficiary.address]);
    await world.stake(500n, 500n);
    expect(await world.cnxMoved(beneficiary.address, () => world.stake(400n, 0n))).toBe(100n);
    expect(
      await world.cnxMoved(beneficiary.address, () => world.staking.send(world.relay, 'unstake', [world.node.address])),
    ).toBe(400n);
  });

  it('changes nothing if the receiver refuses the coin', async () => {
    await world.benefit.send(world.node, 'setBenefitAddress', [credits.address]);
    await world.stake(400n, 400n);
    await expect(world.staking.send(world.relay, 'unstake', [world.node.address])).rejects.toMatchObject(
      revertError('Token transfer failed'),
    );
    expect(await info(world.node.address)).toMatchObject({ balance: 400n, status: 1 });
  });
});

describe('slashStaking', () => {
  it('is only for the admin, and needs a stake', async () => {
    await expect(world.staking.send(world.node, 'slashStaking', [world.node.address])).rejects.toMatchObject(
      revertError('Not called by the admin'),
    );
    await expect(world.staking.send(world.relay, 'slashStaking', [world.node.address])).rejects.toMatchObject(
      revertError('Node not staked'),
    );
  });

  it.each(['Staked', 'PendingUnstaked'])('takes the coin of a node that is %s; its credits stay booked', async (status) => {
    const beneficiary = await world.account('beneficiary');
    await world.benefit.send(world.node, 'setBenefitAddress', [beneficiary.address]);
    await world.chain.createCredits(world.node.address, 100n * CNX);
    await world.stake(400n, 300n);
    if (status === 'PendingUnstaked') await world.staking.send(world.node, 'tryUnstake');
    const before = await world.balance(SLASH_RECEIVER);
    const receipt = await world.staking.send(world.relay, 'slashStaking', [world.node.address]);
    expect(world.events(receipt)).toEqual([['NodeStaking.NodeSlashed', world.node.address, 300n * CNX, 100n * CNX]]);
    expect((await world.balance(SLASH_RECEIVER)) - before).toBe(300n * CNX);
    expect(await info(world.node.address)).toEqual(NO_STAKE);
    expect(await credits.read('getCredits', world.node.address)).toEqual([0n]);
    expect(await credits.read('getCredits', world.staking.address)).toEqual([100n * CNX]);
  });
});

describe('the list of nodes', () => {
  it('is read by pages that start at 1', async () => {
    const names = ['a', 'b', 'c'];
    const accounts = [];
    for (const name of names) accounts.push(await world.account(name));
    for (const account of accounts) await world.stake(400n, 400n, account);
    const addresses = accounts.map((account) => account.address);
    expect(await world.staking.read('getAllNodeAddresses', 1, 2)).toEqual([addresses.slice(0, 2)]);
    expect(await world.staking.read('getAllNodeAddresses', 2, 2)).toEqual([addresses.slice(2)]);
    expect(await world.staking.read('getAllNodeAddresses', 3, 2)).toEqual([[]]);
    await expect(world.staking.read('getAllNodeAddresses', 2n ** 256n - 1n, 200)).rejects.toThrow('Panic');
    await expect(world.staking.read('getAllNodeAddresses', 0, 2)).rejects.toThrow('page is 0');
    await expect(world.staking.read('getAllNodeAddresses', 1, 0)).rejects.toThrow('invalid page size');
    await expect(world.staking.read('getAllNodeAddresses', 1, 201)).rejects.toThrow('invalid page size');
    await world.staking.send(world.relay, 'unstake', [addresses[0]]);
    expect(new Set((await world.staking.read('getAllNodeAddresses', 1, 200))[0])).toEqual(new Set(addresses.slice(1)));
  });
});
