import { describe, expect, it } from 'vitest';
import { STAKING_GENERATIONS } from '../../contract/chain-preset.ts';
import { SLASH_RECEIVER } from './deploy.ts';
import type { DevnetAccount } from './devnet-account.ts';
import { stakingWorld } from './testing/staking-world.ts';
import { CNX, revertError } from './testing/world.ts';

describe.each(STAKING_GENERATIONS)('of generation %s', (generation) => {
  let ada: DevnetAccount;
  let ben: DevnetAccount;
  const world = stakingWorld(generation, async ({ account }) => {
    [ada, ben] = [await account('ada'), await account('ben')];
  });

  const open = (share = 20, account = world.node) => world.delegated.send(account, 'setDelegatorShare', [share]);
  const delegate = (from: DevnetAccount, cnx: bigint, valueCnx = cnx) =>
    world.delegated.send(from, 'stake', [world.node.address, cnx * CNX], valueCnx * CNX);
  const total = async (name: 'getNodeTotalStakeAmount' | 'getDelegatorTotalStakeAmount', account: DevnetAccount) =>
    (await world.delegated.read(name, account.address))[0] / CNX;

  describe('the delegator share', () => {
    it.each([100, 255])('of %i is refused', async (share) => {
      await expect(open(share)).rejects.toMatchObject(revertError('share is larger than 100'));
    });

    it('opens a node, staked or not', async () => {
      expect(world.events(await open(99))).toEqual([['DelegatedStaking.NodeDelegatorShareChanged', world.node.address, 99n]]);
      expect(await world.delegated.read('getNodeDelegatorShare', world.node.address)).toEqual([99n]);
      expect(await world.delegated.read('getDelegatableNodeCount')).toEqual([1n]);
      expect(await world.delegated.read('getDelegatableNodes', 1, 100)).toEqual([[world.node.address], [99n]]);
      expect(await world.delegated.read('getDelegatableNodes', 2, 100)).toEqual([[], []]);
    });

    it('of 0 only closes it: delegations stay, count and can be slashed', async () => {
      await open();
      await delegate(ada, 400n);
      await delegate(ben, 500n);
      const before = await world.balance(ada.address);
      expect(world.events(await open(0))).toEqual([['DelegatedStaking.NodeDelegatorShareChanged', world.node.address, 0n]]);
      expect(await world.balance(ada.address)).toBe(before);
      expect(await total('getNodeTotalStakeAmount', world.node)).toBe(900n);
      expect(await world.delegated.read('getNodeDelegatorShare', world.node.address)).toEqual([0n]);
      expect(await world.delegated.read('getDelegatableNodes', 1, 100)).toEqual([[], []]);
      expect(await world.delegated.read('getAllDelegatorAddresses')).toEqual([[ada.address, ben.address]]);
      await expect(delegate(ada, 500n, 100n)).rejects.toMatchObject(revertError('node delegator share is 0'));
      await world.delegated.send(ben, 'unstake', [world.node.address]);
      await world.delegated.send(world.relay, 'slashNodeDelegations', [world.node.address, [ada.address]]);
      expect(await total('getNodeTotalStakeAmount', world.node)).toBe(0n);
    });
  });

  describe('stake', () => {
    it('needs an open node, the minimum and the exact value', async () => {
      await expect(delegate(ada, 400n)).rejects.toMatchObject(revertError('node delegator share is 0'));
      await open();
      await expect(delegate(ada, 399n)).rejects.toMatchObject(revertError('stake amount is too low'));
      await expect(delegate(ada, 400n, 399n)).rejects.toMatchObject(revertError('Inconsistent staked amount'));
      await expect(delegate(ada, 400n, 401n)).rejects.toMatchObject(revertError('Inconsistent staked amount'));
    });

    it('sets an absolute target and reports the new total', async () => {
      await open();
      await delegate(ada, 500n);
      const raised = await delegate(ada, 600n, 100n);
      expect(world.events(raised)).toEqual([['DelegatedStaking.DelegatorStaked', ada.address, world.node.address, 600n * CNX]]);
      await expect(delegate(ada, 400n, 1n)).rejects.toMatchObject(revertError('Inconsistent staked amount'));
      const before = await world.balance(ada.address);
      const lowered = await delegate(ada, 450n, 0n);
      expect((await world.balance(ada.address)) - before + lowered.fee).toBe(150n * CNX);
      expect(await world.delegated.read('getDelegationStakingAmount', ada.address, world.node.address)).toEqual([450n * CNX]);
    });

    it('keeps totals and lists consistent over several delegators and nodes', async () => {
      const other = await world.account('other node');
      await open();
      await open(30, other);
      await delegate(ada, 400n);
      await delegate(ben, 500n);
      await world.delegated.send(ada, 'stake', [other.address, 700n * CNX], 700n * CNX);
      expect(await total('getNodeTotalStakeAmount', world.node)).toBe(900n);
      expect(await total('getDelegatorTotalStakeAmount', ada)).toBe(1100n);
      expect(await world.delegated.read('getNodeStakingInfoCount', world.node.address)).toEqual([2n]);
      expect(await world.delegated.read('getNodeStakingInfos', world.node.address, 1, 100)).toEqual([
        [ada.address, ben.address],
        [400n * CNX, 500n * CNX],
      ]);
      expect(await world.delegated.read('getNodeStakingInfos', world.node.address, 2, 1)).toEqual([[ben.address], [500n * CNX]]);
      expect(await world.delegated.read('getDelegatorStakingInfos', ada.address)).toEqual([
        [world.node.address, other.address],
        [400n * CNX, 700n * CNX],
      ]);
      expect(await world.delegated.read('getAllNodeAddresses')).toEqual([[world.node.address, other.address]]);
      await world.delegated.send(ada, 'unstake', [world.node.address]);
      expect(await world.delegated.read('getAllDelegatorAddresses')).toEqual([[ada.address, ben.address]]);
      await world.delegated.send(ada, 'unstake', [other.address]);
      expect(await world.delegated.read('getAllDelegatorAddresses')).toEqual([[ben.address]]);
      expect(await world.delegated.read('getAllNodeAddresses')).toEqual([[world.node.address]]);
    });
  });

  describe('unstake', () => {
    it('returns all of it at once, only once', async () => {
      await expect(world.delegated.send(ada, 'unstake', [world.node.address])).rejects.toMatchObject(
        revertError('no such staking info'),
      );
      await open();
      await delegate(ada, 400n);
      const before = await world.balance(ada.address);
      const receipt = await world.delegated.send(ada, 'unstake', [world.node.address]);
      expect(world.events(receipt)).toEqual([
        ['DelegatedStaking.DelegatorUnstaked', ada.address, world.node.address, 400n * CNX],
      ]);
      expect((await world.balance(ada.address)) - before + receipt.fee).toBe(400n * CNX);
      await expect(world.delegated.send(ada, 'unstake', [world.node.address])).rejects.toMatchObject(
        revertError('no such staking info'),
      );
    });

    it('changes nothing if the delegator is a contract that refuses coin', async () => {
      const { control } = world.chain.anvil;
      const contract = world.contract('BenefitAddress').address;
      await open();
      await control.setBalance(contract, 500n * CNX);
      await control.provider.send('anvil_impersonateAccount', [contract]);
      const signer = await control.provider.getSigner(contract);
      const abi = world.chain.interfaceOf('DelegatedStaking');
      const data = abi.encodeFunctionData('stake', [world.node.address, 400n * CNX]);
      await (await signer.sendTransaction({ to: world.delegated.address, data, value: 400n * CNX })).wait();
      const lowered = { to: world.delegated.address, data: abi.encodeFunctionData('unstake', [world.node.address]) };
      await expect(control.provider.call({ ...lowered, from: contract })).rejects.toThrow('token transfer failed');
      expect(await total('getNodeTotalStakeAmount', world.node)).toBe(400n);
    });
  });

  describe('slashNodeDelegations', () => {
    it('is only for the admin', async () => {
      await expect(world.delegated.send(ada, 'slashNodeDelegations', [world.node.address, []])).rejects.toMatchObject(
        revertError('Not called by the admin'),
      );
    });

    it('takes the named delegations and leaves the share', async () => {
      await open();
      await delegate(ada, 400n);
      await delegate(ben, 500n);
      const before = await world.balance(SLASH_RECEIVER);
      const receipt = await world.delegated.send(world.relay, 'slashNodeDelegations', [world.node.address, [ada.address]]);
      expect(world.events(receipt)).toEqual([['DelegatedStaking.DelegatorSlashed', ada.address, world.node.address, 400n * CNX]]);
      expect((await world.balance(SLASH_RECEIVER)) - before).toBe(400n * CNX);
      expect(await total('getNodeTotalStakeAmount', world.node)).toBe(500n);
      expect(await world.delegated.read('getNodeDelegatorShare', world.node.address)).toEqual([20n]);
    });

    it.each([
      ['nobody', () => [], 'delegators is empty'],
      ['somebody who has left', () => [ada.address, ben.address], 'no such staking info'],
      ['the same one twice', () => [ada.address, ada.address], 'no such staking info'],
    ])('of %s takes nothing at all', async (_who, delegators, words) => {
      await open();
      await delegate(ada, 400n);
      await delegate(ben, 500n);
      await world.delegated.send(ben, 'unstake', [world.node.address]);
      await expect(
        world.delegated.send(world.relay, 'slashNodeDelegations', [world.node.address, delegators()]),
      ).rejects.toMatchObject(revertError(words));
      expect(await total('getNodeTotalStakeAmount', world.node)).toBe(400n);
    });
  });
});
