/** The money of a node whose tasks are on a chain. */
import { systemClock, systemRandom } from '../../../devnet/system.ts';
import type { Hex } from '../../../protocol/hex.ts';
import type { ChainRig } from '../../networks/chain/testing/chain-rig.ts';
import { QUIET_LOG } from '../../testing/loop-rig.ts';
import { createMoney, type Money } from '../money.ts';
import { noRelayAccount } from '../relay/no-account.ts';

/** With its opening entry, which must exist before anything is booked. */
export async function moneyOf({ chain, network, address, store, context }: ChainRig): Promise<Money> {
  const money = createMoney({
    ...{ db: store.db, events: store.events, networkClock: context.networkClock },
    account: noRelayAccount(address),
    chain: null,
    taskChain: chain,
    network: 'test',
    gpu: context.gpu.name,
    nodeInfo: () => network.nodeInfo(),
    ...{ clock: systemClock, random: systemRandom, log: QUIET_LOG },
  });
  await money.sync.sync();
  return money;
}

/** The payment of a task after one poll; null = unknown. */
export async function pollPayment({ store }: ChainRig, money: Money, commitment: Hex): Promise<bigint | null> {
  await money.payments.poll();
  return store.tasks.get(commitment).paymentWei;
}
