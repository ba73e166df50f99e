/** The minimum stake of a network. Its contract may change it at any time. */
import type { MinimumStake } from '../../contract/host-contract.ts';
import type { NetworkPreset } from '../../contract/node-config.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import type { ProxyPolicy } from '../../worker/outbound/proxy-policy.ts';
import { openChainReader } from './chain-reading.ts';

const ZERO_ADDRESS = `0x${'0'.repeat(40)}` as const;

/** @throws ChainError if the chain cannot be read */
export async function minimumStake(options: {
  readonly preset: NetworkPreset;
  readonly clock: Clock;
  readonly random: Random;
  readonly proxies?: ProxyPolicy | undefined;
}): Promise<MinimumStake> {
  const { preset, clock, random, proxies } = options;
  if (preset.chain === undefined) return { minimumWei: String(preset.minStakeWei), from: 'preset' };
  const chain = openChainReader({ preset: preset.chain, address: ZERO_ADDRESS, clock, random, proxies });
  try {
    return { minimumWei: String(await chain.staking.minimumWei()), from: 'contract' };
  } finally {
    await chain.close();
  }
}
