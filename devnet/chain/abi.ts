/** The ABIs of the devnet's contracts, as ethers reads them. */
import { Interface } from 'ethers';
import type { StakingGeneration } from '../../contract/chain-preset.ts';
import { type ContractName, compiledContract } from './compiled.ts';

const interfaces = new Map<string, Interface>();

/** @throws DevnetChainError DEVNET_CHAIN_BAD_CONTRACTS */
export function contractInterface(generation: StakingGeneration, name: ContractName): Interface {
  const key = `${generation}.${name}`;
  const found = interfaces.get(key) ?? new Interface(compiledContract(generation, name).abi);
  interfaces.set(key, found);
  return found;
}
