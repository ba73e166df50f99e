/** Who may do what in the contracts of generation J26. */
import { id, ZeroAddress } from 'ethers';
import { describe, expect, it } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import { contractInterface } from './compiled.ts';
import { DevnetAccount } from './devnet-account.ts';
import { createContract, stakingWorld } from './testing/staking-world.ts';
import { CNX, revertError } from './testing/world.ts';

const CONTRACT_NAMES = ['Credits', 'BenefitAddress', 'DelegatedStaking', 'NodeStaking'] as const;
type ContractName = (typeof CONTRACT_NAMES)[number];

let stranger: DevnetAccount;
const world = stakingWorld('J26', async ({ account }) => {
  stranger = await account('stranger');
});

/** A contract right after its creation. */
async function freshContract(name: ContractName, args: readonly unknown[] = []) {
  const abi = contractInterface('J26', name);
  const receipt = await createContract(stranger, 'J26', name, args);
  const address = receipt.contractAddress as Hex;
  return {
    receipt,
    send: (from: DevnetAccount, fn: string, ...values: unknown[]) => from.call(address, abi, fn, values),
    address,
  };
}

const CONSTRUCTOR: Readonly<Record<ContractName, (end: string) => readonly unknown[]>> = {
  Credits: () => [],
  BenefitAddress: () => [],
  DelegatedStaking: (end) => [end],
  NodeStaking: (end) => [end, end, end],
};

describe('ownership', () => {
  it.each(CONTRACT_NAMES)('of %s belongs to the deployer, and can be transferred or renounced', async (name) => {
    const end = world.relay.address;
    const { receipt, address, send } = await freshContract(name, CONSTRUCTOR[name](end));
    const said = receipt.logs.map((log) => contractInterface('J26', name).parseLog(log)?.args.toArray());
    expect(said).toEqual([[ZeroAddress, stranger.address]]);
    expect(address).not.toBeNull();
    await expect(send(world.deployer, 'transferOwnership', end)).rejects.toMatchObject(
      revertError(`OwnableUnauthorizedAccount(${world.deployer.address})`),
    );
    await expect(send(stranger, 'transferOwnership', ZeroAddress)).rejects.toMatchObject(
      revertError(`OwnableInvalidOwner(${ZeroAddress})`),
    );
    await send(stranger, 'transferOwnership', world.deployer.address);
    await send(world.deployer, 'renounceOwnership');
    await expect(send(world.deployer, 'renounceOwnership')).rejects.toMatchObject(
      revertError(`OwnableUnauthorizedAccount(${world.deployer.address})`),
    );
  });
});

describe('creation', () => {
  it.each(['DelegatedStaking', 'NodeStaking'] as const)('of %s needs a receiver of slashed stake', async (name) => {
    await expect(freshContract(name, CONSTRUCTOR[name](ZeroAddress))).rejects.toMatchObject(
      revertError('slash receiver is zero'),
    );
  });
});

describe.each(['Credits', 'DelegatedStaking', 'NodeStaking'] as const)('the controller of %s', (name) => {
  it('is set once, by the owner', async () => {
    const { send } = await freshContract(name, CONSTRUCTOR[name](world.relay.address));
    await expect(send(world.deployer, 'setParameterController', world.deployer.address)).rejects.toMatchObject(
      revertError(`OwnableUnauthorizedAccount(${world.deployer.address})`),
    );
    await expect(send(stranger, 'setParameterController', ZeroAddress)).rejects.toMatchObject(
      revertError('Parameter controller cannot be zero'),
    );
    const receipt = await send(stranger, 'setParameterController', world.deployer.address);
    expect(
      contractInterface('J26', name)
        .parseLog(receipt.logs[0] ?? { topics: [], data: '' })
        ?.args.toArray(),
    ).toEqual([world.deployer.address]);
    await expect(send(stranger, 'setParameterController', world.deployer.address)).rejects.toMatchObject(
      revertError('Parameter controller already set'),
    );
  });

  it('sets the admin', async () => {
    const contract = world.contract(name);
    await expect(contract.send(stranger, 'setAdminAddress', [stranger.address])).rejects.toMatchObject(
      revertError('Not called by parameter controller'),
    );
    await contract.send(world.deployer, 'setAdminAddress', [stranger.address]);
    const none = contract.send(world.deployer, 'setAdminAddress', [ZeroAddress]);
    if (name === 'DelegatedStaking') await expect(none).rejects.toMatchObject(revertError('admin address is zero'));
    else await none;
  });
});

describe('parameters', () => {
  it.each([
    ['NodeStaking', 'setMinStakeAmount', 'getMinStakeAmount', 'minimum stake amount is 0', 400n * CNX],
    ['NodeStaking', 'setForceUnstakeDelay', 'getForceUnstakeDelay', 'force unstake delay is 0', 1800n],
    ['DelegatedStaking', 'setMinStakeAmount', 'getMinStakeAmount', 'minimum stake amount is 0', 400n * CNX],
  ] as const)('%s.%s is only for the controller, and never 0', async (name, setter, getter, words, initial) => {
    const contract = world.contract(name);
    expect(await contract.read(getter)).toEqual([initial]);
    await expect(contract.send(stranger, setter, [1n])).rejects.toMatchObject(revertError('Not called by parameter controller'));
    await expect(contract.send(world.deployer, setter, [0n])).rejects.toMatchObject(revertError(words));
    await contract.send(world.deployer, setter, [7n]);
    expect(await contract.read(getter)).toEqual([7n]);
  });
});

describe('Credits', () => {
  it('sets its staking contract once, by the owner', async () => {
    const { send } = await freshContract('Credits');
    await expect(send(stranger, 'setStakingAddress', ZeroAddress)).rejects.toMatchObject(
      revertError('Staking address cannot be zero'),
    );
    await send(stranger, 'setStakingAddress', stranger.address);
    await expect(send(stranger, 'setStakingAddress', stranger.address)).rejects.toMatchObject(
      revertError('Staking address already set'),
    );
    // The stranger now acts as the staking contract.
    await expect(send(stranger, 'stakeCredits', world.deployer.address, 1n)).rejects.toMatchObject(
      revertError('Insufficient credits'),
    );
    await expect(send(stranger, 'unstakeCredits', world.deployer.address, 1n)).rejects.toMatchObject(
      revertError('Staked credits is not enough'),
    );
  });

  it('are created by the admin and moved only by the staking contract', async () => {
    const credits = world.contract('Credits');
    await expect(credits.send(stranger, 'createCredits', [stranger.address, 1n])).rejects.toMatchObject(
      revertError('Not called by the admin'),
    );
    for (const fn of ['stakeCredits', 'unstakeCredits']) {
      await expect(credits.send(stranger, fn, [stranger.address, 1n])).rejects.toMatchObject(
        revertError('Not called by the staking contract'),
      );
    }
    const receipt = await credits.send(world.deployer, 'createCredits', [stranger.address, 5n]);
    expect(world.events(receipt)).toEqual([['Credits.CreditsBought', world.deployer.address, stranger.address, 5n]]);
    expect(await credits.read('getCredits', stranger.address)).toEqual([5n]);
    expect(await credits.read('getAllCreditAddresses')).toEqual([[stranger.address]]);
    expect(await credits.read('getAllCredits')).toEqual([[stranger.address], [5n]]);
    await credits.send(world.deployer, 'createCredits', [world.relay.address, 0n]);
    expect(await credits.read('getAllCreditAddresses')).toEqual([[stranger.address, world.relay.address]]);
  });
});

describe('BenefitAddress', () => {
  it('is set once and never to zero', async () => {
    const benefit = world.contract('BenefitAddress');
    const target = new DevnetAccount(id('cold wallet') as Hex, world.chain.anvil.control).address;
    expect(await benefit.read('getBenefitAddress', stranger.address)).toEqual([ZeroAddress]);
    await expect(benefit.send(stranger, 'setBenefitAddress', [ZeroAddress])).rejects.toMatchObject(
      revertError('Benefit address cannot be zero'),
    );
    const receipt = await benefit.send(stranger, 'setBenefitAddress', [target]);
    expect(world.events(receipt)).toEqual([['BenefitAddress.BenefitAddressSet', stranger.address, target]]);
    await expect(benefit.send(stranger, 'setBenefitAddress', [target])).rejects.toMatchObject(
      revertError('Benefit address already set'),
    );
    expect(await benefit.read('getBenefitAddress', stranger.address)).toEqual([target]);
  });
});
