/** What the contracts of generation C26 do otherwise than those of J26. */
import { id, ZeroAddress } from 'ethers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import { contractInterface } from './abi.ts';
import { compiledContract } from './compiled.ts';
import { DEPLOYER_KEYS, OBSERVER, SLASH_RECEIVER } from './deploy.ts';
import { DevnetAccount } from './devnet-account.ts';
import { CNX, startWorld, type TestContract, type World } from './testing/world.ts';

let world: World;
let staking: TestContract;
let deployer: DevnetAccount;
let node: DevnetAccount;
let snapshot = '';

beforeAll(async () => {
  world = await startWorld({ generation: 'C26' });
  staking = world.contract('NodeStaking');
  deployer = new DevnetAccount(DEPLOYER_KEYS.C26, world.chain.anvil.control);
  node = await world.account('node');
});
afterAll(() => world.chain.stop());
beforeEach(async () => {
  snapshot = await world.chain.anvil.control.snapshot();
});
afterEach(() => world.chain.anvil.control.restore(snapshot));

const reverted = (message: string) => ({ code: 'DEVNET_CHAIN_REVERTED', message });
const stake = (cnx: bigint, valueCnx: bigint) => staking.send(node, 'stake', [cnx * CNX], valueCnx * CNX);

describe('a stake', () => {
  it('is coin alone, told with one amount', async () => {
    expect(world.events(await stake(400n, 400n))).toEqual([['NodeStaking.NodeStaked', node.address, 400n * CNX]]);
    expect(world.events(await stake(500n, 100n))).toEqual([['NodeStaking.NodeStaked', node.address, 500n * CNX]]);
    const [info] = await staking.read('getStakingInfo', node.address);
    expect(info.toObject()).toEqual({
      nodeAddress: node.address,
      stakedBalance: 500n * CNX,
      status: 1n,
      unstakeTimestamp: 0n,
    });
    await expect(world.chain.createCredits(node.address, 1n)).rejects.toMatchObject({ code: 'DEVNET_CHAIN_NO_CREDITS' });
  });

  it('leaves with one amount, or to the receiver of slashes', async () => {
    await stake(400n, 400n);
    await staking.send(node, 'tryUnstake');
    const back = await staking.send(world.relay, 'unstake', [node.address]);
    expect(world.events(back)).toEqual([['NodeStaking.NodeUnstaked', node.address, 400n * CNX]]);
    await stake(450n, 450n);
    const before = await world.balance(SLASH_RECEIVER);
    const taken = await staking.send(world.relay, 'slashStaking', [node.address]);
    expect(world.events(taken)).toEqual([['NodeStaking.NodeSlashed', node.address, 450n * CNX]]);
    expect((await world.balance(SLASH_RECEIVER)) - before).toBe(450n * CNX);
    await expect(staking.send(world.relay, 'slashStaking', [node.address])).rejects.toMatchObject(reverted('Node not staked'));
  });
});

describe('without an observer', () => {
  it('no amount changes, and nobody can even ask; what changes none goes on', async () => {
    await stake(400n, 400n);
    await world.chain.pause(true);
    const paused = reverted('observer not configured');
    await expect(stake(500n, 100n)).rejects.toMatchObject(paused);
    await expect(staking.send(node, 'tryUnstake')).rejects.toMatchObject(paused);
    await expect(staking.send(world.relay, 'unstake', [node.address])).rejects.toMatchObject(paused);
    await expect(staking.send(world.relay, 'slashStaking', [node.address])).rejects.toMatchObject(paused);
    await stake(400n, 0n);
    await world.contract('DelegatedStaking').send(node, 'setDelegatorShare', [10]);
    const delegated = world.contract('DelegatedStaking').send(world.relay, 'stake', [node.address, 400n * CNX], 400n * CNX);
    await expect(delegated).rejects.toMatchObject(paused);
    await world.chain.pause(false);
    await stake(500n, 100n);
  });

  it('the first check of tryUnstake tells it from a node without a stake', async () => {
    await expect(staking.send(node, 'tryUnstake')).rejects.toMatchObject(reverted('Node not staked'));
    await world.chain.pause(true);
    await expect(staking.send(node, 'tryUnstake')).rejects.toMatchObject(reverted('observer not configured'));
  });
});

describe('roles', () => {
  it.each(['NodeStaking', 'DelegatedStaking'] as const)('of %s are the owner’s, who cannot give up', async (name) => {
    const contract = world.contract(name);
    const call = (from: DevnetAccount, fn: string, ...args: unknown[]) => contract.send(from, fn, args);
    await expect(call(node, 'setObserver', ZeroAddress)).rejects.toMatchObject(
      reverted(`OwnableUnauthorizedAccount(${node.address})`),
    );
    await expect(call(deployer, 'setObserver', node.address)).rejects.toMatchObject(reverted('observer is not a contract'));
    await expect(call(deployer, 'setAdminAddress', ZeroAddress)).rejects.toMatchObject(reverted('admin address is zero'));
    await expect(call(deployer, 'setMinStakeAmount', 0n)).rejects.toMatchObject(reverted('minimum stake amount is 0'));
    await expect(call(deployer, 'renounceOwnership')).rejects.toMatchObject(reverted('OwnershipRenouncementDisabled()'));
    expect(world.events(await call(deployer, 'setMinStakeAmount', 7n))).toEqual([
      [`${name}.MinStakeAmountUpdated`, 400n * CNX, 7n],
    ]);
    expect(world.events(await call(deployer, 'setObserver', ZeroAddress))).toEqual([
      [`${name}.ObserverUpdated`, OBSERVER, ZeroAddress],
    ]);
    expect(await contract.read('slashReceiver')).toEqual([SLASH_RECEIVER]);
  });

  it('the delay is never 0', async () => {
    await expect(staking.send(deployer, 'setForceUnstakeDelay', [0n])).rejects.toMatchObject(
      reverted('force unstake delay is 0'),
    );
    expect(world.events(await staking.send(deployer, 'setForceUnstakeDelay', [5n]))).toEqual([
      ['NodeStaking.ForceUnstakeDelayUpdated', 1800n, 5n],
    ]);
    expect(await staking.read('ba')).toEqual([world.contract('BenefitAddress').address]);
  });

  it.each([
    ['NodeStaking', [ZeroAddress, ZeroAddress, 0n], 'benefit address is zero'],
    ['NodeStaking', [OBSERVER, ZeroAddress, 0n], 'slash receiver is zero'],
    ['NodeStaking', [OBSERVER, OBSERVER, 0n], 'minimum stake amount is 0'],
    ['DelegatedStaking', [ZeroAddress, 0n], 'slash receiver is zero'],
    ['DelegatedStaking', [OBSERVER, 0n], 'minimum stake amount is 0'],
  ] as const)('%s is not created with %s', async (name, args, words) => {
    const { bytecode } = compiledContract('C26', name);
    const data =
      bytecode +
      contractInterface('C26', name)
        .encodeDeploy([...args])
        .slice(2);
    const someone = new DevnetAccount(id('someone') as Hex, world.chain.anvil.control);
    await world.chain.anvil.control.setBalance(someone.address, CNX);
    await expect(someone.send({ to: null, data })).rejects.toMatchObject(reverted(words));
  });
});
