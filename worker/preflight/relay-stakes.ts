/**
 * Whether the relay uses the preset's contracts: nodes that it counts on this network must have their stake there. It
 * publishes no contract addresses, and it knows nothing about a node that has not joined.
 */
import type { Hex } from '../../protocol/hex.ts';
import type { Stake } from '../chain/contracts/stake-plan.ts';
import { ChainError } from '../chain/errors.ts';

/** Number of nodes whose stakes are compared with the relay's data. */
export const NODES_COMPARED = 5;

export interface RelayStakesParts {
  /** Some nodes of the network and their stakes, as counted by the relay. */
  readonly known: () => Promise<readonly { readonly address: Hex; readonly stakeWei: bigint }[] | 'unsupported'>;
  /** From the preset's contract. */
  readonly stakeOf: (address: Hex) => Promise<Stake>;
  /** What others have staked on a node, from the preset's contract; the relay's figure includes it. Wei. */
  readonly delegatedTo: (address: Hex) => Promise<bigint>;
}

/**
 * `seen`: at least one node has exactly this stake there, without or with its delegations; `unknown`: there was no node
 * to compare.
 * @throws ChainError CHAIN_CONTRACTS_UNREAD if the relay counts nodes and none of them has anything there
 */
export async function compareStakes({ known, stakeOf, delegatedTo }: RelayStakesParts): Promise<'seen' | 'unknown'> {
  const nodes = await known();
  if (nodes === 'unsupported' || nodes.length === 0) return 'unknown';
  let isEmpty = true;
  for (const { address, stakeWei } of nodes) {
    const { balanceWei, creditsWei } = await stakeOf(address);
    const own = [balanceWei, balanceWei + creditsWei];
    if (own.includes(stakeWei)) return 'seen';
    if (balanceWei > 0n && stakeWei > balanceWei && own.includes(stakeWei - (await delegatedTo(address)))) return 'seen';
    // A different amount may be a change that the relay does not know of yet.
    if (balanceWei + creditsWei > 0n) isEmpty = false;
  }
  if (!isEmpty) return 'unknown';
  const text = `none of the ${nodes.length} nodes that the relay counts here has a stake in the contracts of the preset`;
  throw new ChainError('CHAIN_CONTRACTS_UNREAD', text, { nodes: nodes.map(({ address }) => address) });
}

/** Checks until it is found, then never again. */
export function createRelayStakes(parts: RelayStakesParts): () => Promise<'seen' | 'unknown'> {
  let seen = false;
  return async () => {
    if (seen) return 'seen';
    const answer = await compareStakes(parts);
    seen = answer === 'seen';
    return answer;
  };
}
