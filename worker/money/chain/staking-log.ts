/** Logs of the staking contracts that move, or decide about, this node's coin. Source: CHAIN_PROTOCOL 7.2, 7.4. */
import { Interface, zeroPadValue } from 'ethers';
import { z } from 'zod';
import type { ContractAddresses } from '../../../contract/chain-preset.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { addressField, sameAddress, weiField } from '../../../protocol/wire/fields.ts';
import benefitAddressAbi from '../../../resources/abi/BenefitAddress.json' with { type: 'json' };
import nodeStakingAbi from '../../../resources/abi/NodeStaking.json' with { type: 'json' };
import type { Log } from '../../chain/rpc/methods.ts';

const STAKING = new Interface(nodeStakingAbi);
const BENEFIT = new Interface(benefitAddressAbi);
const STAKING_EVENTS = ['NodeStaked', 'NodeUnstaked', 'NodeSlashed'] as const;

const place = { blockNumber: z.number().int(), logIndex: z.number().int(), txHash: z.string(), atMs: z.number() };

/** As it is kept: `balanceWei` and `creditsWei` are totals after NodeStaked, what was returned or taken otherwise. */
export const stakingLogSchema = z.discriminatedUnion('event', [
  z.object({ ...place, event: z.enum(STAKING_EVENTS), balanceWei: weiField, creditsWei: weiField }),
  z.object({ ...place, event: z.literal('BenefitAddressSet'), benefitAddress: addressField }),
]);
export type StakingLog = z.output<typeof stakingLogSchema>;
export type StoredStakingLog = z.input<typeof stakingLogSchema>;

/** What to ask the chain for: every such log of one node. */
export function stakingLogFilter(contracts: ContractAddresses, node: Hex) {
  const topics = [...STAKING_EVENTS.map((name) => STAKING.getEvent(name)), BENEFIT.getEvent('BenefitAddressSet')];
  return {
    address: [contracts.nodeStaking, contracts.benefitAddress],
    topics: [topics.map((event) => event?.topicHash ?? ''), zeroPadValue(node, 32)],
  };
}

/** Null for a log of another contract, event or node: a provider that ignores the filter must not cost money. */
export function decodeStakingLog(
  log: Log,
  context: { contracts: ContractAddresses; node: Hex; atMs: number },
): StoredStakingLog | null {
  const { contracts, node, atMs } = context;
  if (log.removed === true || log.topics[1] === undefined || !sameAddress(log.topics[1], zeroPadValue(node, 32))) return null;
  const where = { blockNumber: Number(log.blockNumber), logIndex: Number(log.logIndex), txHash: log.transactionHash, atMs };
  // The same topic means different things in different contracts (7.2): the address decides.
  if (sameAddress(log.address, contracts.nodeStaking)) {
    const parsed = STAKING.parseLog({ topics: log.topics, data: log.data });
    const event = STAKING_EVENTS.find((name) => name === parsed?.name);
    if (parsed === null || event === undefined) return null;
    return { ...where, event, balanceWei: String(parsed.args[1]), creditsWei: String(parsed.args[2]) };
  }
  if (sameAddress(log.address, contracts.benefitAddress)) {
    const parsed = BENEFIT.parseLog({ topics: log.topics, data: log.data });
    if (parsed?.name !== 'BenefitAddressSet') return null;
    return { ...where, event: 'BenefitAddressSet', benefitAddress: String(parsed.args[1]) as Hex };
  }
  return null;
}
