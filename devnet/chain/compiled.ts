/**
 * The compiled contracts as committed, and their interfaces. Starting a chain needs no compiler; a test compiles the
 * sources again and compares.
 */
import { Interface } from 'ethers';
import { z } from 'zod';
import { STAKING_GENERATIONS, type StakingGeneration } from '../../contract/chain-preset.ts';
import { isHex } from '../../protocol/hex.ts';
import compiledJson from './compiled.json' with { type: 'json' };
import { DevnetChainError } from './errors.ts';

/** Contracts of each generation, and the source of each in `contracts/`. */
export const CONTRACT_SOURCES = {
  J26: {
    Credits: 'j26/Credits.sol',
    BenefitAddress: 'shared/BenefitAddress.sol',
    DelegatedStaking: 'j26/DelegatedStaking.sol',
    NodeStaking: 'j26/NodeStaking.sol',
  },
  C26: {
    BenefitAddress: 'shared/BenefitAddress.sol',
    DelegatedStaking: 'c26/DelegatedStaking.sol',
    NodeStaking: 'c26/NodeStaking.sol',
    /** Our own: the network's observer keeps registers that no node reads. */
    SilentObserver: 'c26/SilentObserver.sol',
  },
} as const satisfies Record<StakingGeneration, Readonly<Record<string, string>>>;

export type ContractName = keyof (typeof CONTRACT_SOURCES)['J26'] | keyof (typeof CONTRACT_SOURCES)['C26'];

/** In the order of their creation. */
export function contractNames(generation: StakingGeneration): ContractName[] {
  return Object.keys(CONTRACT_SOURCES[generation]) as ContractName[];
}

const bytecodeField = z.templateLiteral(['0x', z.string()]).refine((text) => isHex(text) && text.length > 2, 'must be 0x-hex');

export const compiledContractSchema = z.object({
  /** In ethers' human-readable form. */
  abi: z.array(z.string()),
  /** Creation code, without constructor arguments. */
  bytecode: bytecodeField,
});
export type CompiledContract = z.output<typeof compiledContractSchema>;

const compiledSchema = z.object({
  /** Version of solc, as it reports it. */
  compiler: z.string(),
  generations: z.record(z.enum(STAKING_GENERATIONS), z.record(z.string(), compiledContractSchema)),
});
export type CompiledContracts = z.output<typeof compiledSchema>;

/** @throws DevnetChainError DEVNET_CHAIN_BAD_CONTRACTS */
export function compiledContracts(): CompiledContracts {
  const result = compiledSchema.safeParse(compiledJson);
  if (result.success) return result.data;
  throw new DevnetChainError('DEVNET_CHAIN_BAD_CONTRACTS', z.prettifyError(result.error));
}

/** @throws DevnetChainError DEVNET_CHAIN_BAD_CONTRACTS */
export function compiledContract(generation: StakingGeneration, name: ContractName): CompiledContract {
  const found = compiledContracts().generations[generation][name];
  if (found !== undefined) return found;
  throw new DevnetChainError('DEVNET_CHAIN_BAD_CONTRACTS', `generation ${generation} has no contract ${name}`);
}

const interfaces = new Map<string, Interface>();

/** @throws DevnetChainError DEVNET_CHAIN_BAD_CONTRACTS */
export function contractInterface(generation: StakingGeneration, name: ContractName): Interface {
  const key = `${generation}.${name}`;
  const found = interfaces.get(key) ?? new Interface(compiledContract(generation, name).abi);
  interfaces.set(key, found);
  return found;
}
