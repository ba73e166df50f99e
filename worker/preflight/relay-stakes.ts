/**
 * Whether the relay reads the contracts of the preset: nodes that it counts on this network must have their stake there.
 * It tells no addresses of contracts, and of a node that has not joined it knows nothing.
 */
import type { Hex } from '../../protocol/hex.ts';
import type { Stake } from '../chain/contracts/stake-plan.ts';
import { ChainError } from '../chain/errors.ts';

/** Nodes whose stakes are compared with what the relay says of them. */
export const NODES_ASKED = 5;

export interface RelayStakesParts {
  /** Some nodes of the network and their stakes, as the relay counts them. */
  readonly known: () => Promise<readonly { readonly address: Hex; readonly stakeWei: bigint }[] | 'unsupported'>;
  /** From the contract of the preset. */
  readonly stakeOf: (address: Hex) => Promise<Stake>;
  /** What others have staked on a node, from the contract of the preset: the relay's figure has it in it. Wei. */
  readonly delegatedTo: (address: Hex) => Promise<bigint>;
}

/**
 * `seen`: at least one has exactly this stake there, by itself or with its delegations; `unknown`: nobody could be asked about.
 * @throws ChainError CHAIN_CONTRACTS_UNREAD when the relay counts nodes and none of them has anything there
 */
export async function relayReads({ known, stakeOf, delegatedTo }: RelayStakesParts): Promise<'seen' | 'unknown'> {
  const nodes = await known();
  if (nodes === 'unsupported' || nodes.length === 0) return 'unknown';
  let isEmpty = true;
  for (const { address, stakeWei } of nodes) {
    const { balanceWei, creditsWei } = await stakeOf(address);
    const own = [balanceWei, balanceWei + creditsWei];
    if (own.includes(stakeWei)) return 'seen';
    if (balanceWei > 0n && stakeWei > balanceWei && own.includes(stakeWei - (await delegatedTo(address)))) return 'seen';
    // Another amount may be a change that the relay has not heard of yet.
    if (balanceWei + creditsWei > 0n) isEmpty = false;
  }
  if (!isEmpty) return 'unknown';
  const text = `none of the ${nodes.length} nodes that the relay counts here has a stake in the contracts of the preset`;
  throw new ChainError('CHAIN_CONTRACTS_UNREAD', text, { nodes: nodes.map(({ address }) => address) });
}

/** Asked until it is seen, then no more. */
export function createRelayStakes(parts: RelayStakesParts): () => Promise<'seen' | 'unknown'> {
  let seen = false;
  return async () => {
    if (seen) return 'seen';
    const answer = await relayReads(parts);
    seen = answer === 'seen';
    return answer;
  };
}
