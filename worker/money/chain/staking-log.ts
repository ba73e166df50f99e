/** Logs of the staking contracts that move this node's coins or decide about them. Source: CHAIN_PROTOCOL 7.2, 7.4. */
import { zeroPadValue } from 'ethers';
import { z } from 'zod';
import type { ChainPreset, ContractAddresses } from '../../../contract/chain-preset.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { addressField, sameAddress, weiField } from '../../../protocol/wire/fields.ts';
import { adapterOf, STAKING_EVENTS } from '../../chain/contracts/generations.ts';
import { BENEFIT_ADDRESS_INTERFACE } from '../../chain/contracts/interfaces.ts';
import type { Log } from '../../chain/rpc/methods.ts';

const locationFields = {
  blockNumber: z.number().int(),
  logIndex: z.number().int(),
  txHash: z.string(),
  atMs: z.number(),
  /** The NodeStaking contract concerned. Absent in records from when a network had only one. */
  contract: addressField.optional(),
};

/**
 * As stored: `balanceWei` and `creditsWei` are totals in NodeStaked; in other events, they are what was returned or
 * taken.
 */
export const stakingLogSchema = z.discriminatedUnion('event', [
  z.object({ ...locationFields, event: z.enum(STAKING_EVENTS), balanceWei: weiField, creditsWei: weiField }),
  z.object({ ...locationFields, event: z.literal('BenefitAddressSet'), benefitAddress: addressField }),
]);
export type StakingLog = z.output<typeof stakingLogSchema>;
export type StoredStakingLog = z.input<typeof stakingLogSchema>;

/** All staking contracts of a network, abandoned ones first, because they are older. */
export function stakingSources({ contracts, legacyContracts }: Pick<ChainPreset, 'contracts' | 'legacyContracts'>) {
  return legacyContracts === undefined ? [contracts] : [legacyContracts, contracts];
}

/** The filter for all such logs of one node. */
export function stakingLogFilter(sources: readonly ContractAddresses[], node: Hex) {
  const topics = sources.flatMap(({ generation }) => adapterOf(generation).topics);
  const benefitSet = BENEFIT_ADDRESS_INTERFACE.getEvent('BenefitAddressSet')?.topicHash ?? '';
  return {
    address: sources.flatMap(({ nodeStaking, benefitAddress }) => [nodeStaking, benefitAddress]),
    topics: [[...new Set([...topics, benefitSet])], zeroPadValue(node, 32)],
  };
}

/** Null for a log of another contract, event or node: a provider that ignores the filter must not cause wrong entries. */
export function decodeStakingLog(
  log: Log,
  context: { sources: readonly ContractAddresses[]; node: Hex; atMs: number },
): StoredStakingLog | null {
  const { sources, node, atMs } = context;
  if (log.removed === true || log.topics[1] === undefined || !sameAddress(log.topics[1], zeroPadValue(node, 32))) return null;
  const location = { blockNumber: Number(log.blockNumber), logIndex: Number(log.logIndex), txHash: log.transactionHash, atMs };
  for (const { generation, nodeStaking, benefitAddress } of sources) {
    // The same topic has different meanings in different contracts (7.2), so the address decides.
    if (sameAddress(log.address, nodeStaking)) {
      const decoded = adapterOf(generation).decodeEvent(log);
      if (decoded === null) return null;
      const { event, balanceWei, creditsWei } = decoded;
      return { ...location, contract: nodeStaking, event, balanceWei: String(balanceWei), creditsWei: String(creditsWei) };
    }
    if (sameAddress(log.address, benefitAddress)) {
      const parsed = BENEFIT_ADDRESS_INTERFACE.parseLog({ topics: log.topics, data: log.data });
      if (parsed?.name !== 'BenefitAddressSet') return null;
      return { ...location, contract: nodeStaking, event: 'BenefitAddressSet', benefitAddress: String(parsed.args[1]) as Hex };
    }
  }
  return null;
}
