import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STAKING_GENERATIONS } from '../../contract/chain-preset.ts';
import type { DevnetAccount } from './devnet-account.ts';
import { type ChainEvent, RelayChain } from './relay-chain.ts';
import { CNX, startWorld, type World } from './testing/world.ts';

let world: World;
let relayChain: RelayChain;
let node: DevnetAccount;
let ada: DevnetAccount;

describe.each(STAKING_GENERATIONS)('the relay on a chain of generation %s', (generation) => {
  beforeAll(async () => {
    world = await startWorld({ generation });
    const { anvil, contracts } = world.chain;
    relayChain = new RelayChain({ account: world.relay, control: anvil.control, contracts });
    [node, ada] = [await world.account('node'), await world.account('ada')];
  });
  afterAll(() => world.chain.stop());

  async function eventsFrom(block: number): Promise<ChainEvent[]> {
    const events: ChainEvent[] = [];
    for (let next = block; ; ) {
      const pass = await relayChain.scan(next);
      expect(pass.nextBlock - next).toBeLessThanOrEqual(11);
      if (pass.nextBlock === next) return events;
      events.push(...pass.events);
      next = pass.nextBlock;
    }
  }

  it('sees every change of a stake and of a delegation in order, and acts as admin', async () => {
    const staking = world.contract('NodeStaking');
    const delegated = world.contract('DelegatedStaking');
    const start = (await world.chain.anvil.control.provider.getBlockNumber()) + 1;
    await staking.send(node, 'stake', [400n * CNX], 400n * CNX);
    await delegated.send(node, 'setDelegatorShare', [20]);
    await delegated.send(ada, 'stake', [node.address, 500n * CNX], 500n * CNX);
    expect(await relayChain.stake(node.address)).toEqual({ status: 'Staked', balanceWei: 400n * CNX, creditsWei: 0n });
    expect(await relayChain.delegatorShare(node.address)).toBe(20);
    expect(await relayChain.delegations(node.address)).toEqual(new Map([[ada.address, 500n * CNX]]));
    await staking.send(node, 'tryUnstake');
    expect((await relayChain.stake(node.address)).status).toBe('PendingUnstaked');
    const unstaked = await relayChain.unstake(node.address);
    await staking.send(node, 'stake', [450n * CNX], 450n * CNX);
    await world.chain.anvil.control.mine(20);
    await relayChain.slashStaking(node.address);
    expect(await relayChain.slashDelegations(node.address)).toHaveLength(1);
    expect(await relayChain.slashDelegations(node.address)).toEqual([]);

    const events = await eventsFrom(start);
    const one = { node: node.address, creditsWei: 0n };
    expect(events).toMatchObject([
      { kind: 'nodeStaked', ...one, balanceWei: 400n * CNX, block: start },
      { kind: 'delegatorShare', node: node.address, share: 20 },
      { kind: 'delegation', delegator: ada.address, node: node.address, stakeWei: 500n * CNX },
      { kind: 'nodeTryUnstaked', node: node.address },
      { kind: 'nodeUnstaked', ...one, balanceWei: 400n * CNX, hash: unstaked },
      { kind: 'nodeStaked', ...one, balanceWei: 450n * CNX },
      { kind: 'nodeSlashed', ...one, balanceWei: 450n * CNX },
      { kind: 'delegation', delegator: ada.address, node: node.address, stakeWei: 0n },
    ]);
    const times = events.map((event) => event.timeMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(await eventsFrom((events.at(-1)?.block ?? 0) + 1)).toEqual([]);
  });

  it('reads the beneficial address', async () => {
    expect(await relayChain.benefitAddress(node.address)).toBeNull();
    await world.contract('BenefitAddress').send(node, 'setBenefitAddress', [ada.address]);
    expect(await relayChain.benefitAddress(node.address)).toBe(ada.address);
  });

  it('reports why the contract refuses', async () => {
    await expect(relayChain.unstake(ada.address)).rejects.toMatchObject({
      code: 'DEVNET_CHAIN_REVERTED',
      message: 'Node not staked',
    });
    await expect(relayChain.slashStaking(ada.address)).rejects.toMatchObject({ message: 'Node not staked' });
  });
});
