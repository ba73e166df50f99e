/** Compiles the Solidity contracts of this folder with the solc package. Development only: the devnet runs the result. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Interface, type InterfaceAbi } from 'ethers';
import { z } from 'zod';
import { STAKING_GENERATIONS } from '../../contract/chain-preset.ts';
import { CONTRACT_SOURCES, type CompiledContract, type CompiledContracts } from './compiled.ts';
import { DevnetChainError } from './errors.ts';

export const CONTRACTS_DIR = path.join(import.meta.dirname, 'contracts');

/** No metadata hash: the bytecode depends only on the code, not on comments or paths. */
const SETTINGS = {
  optimizer: { enabled: true, runs: 200 },
  viaIR: false,
  // The oldest version that the compiler still supports, so that the bytecode also runs on a chain without EIP-1559.
  evmVersion: 'london',
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
};

const outputSchema = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  contracts: z
    .record(
      z.string(),
      z.record(
        z.string(),
        z.object({ abi: z.array(z.unknown()), evm: z.object({ bytecode: z.object({ object: z.string() }) }) }),
      ),
    )
    .default({}),
});

/** @throws DevnetChainError DEVNET_CHAIN_BAD_CONTRACTS with the compiler's message; a warning counts as an error. */
export async function compileContracts(directory = CONTRACTS_DIR): Promise<CompiledContracts> {
  const sources = await readSources(directory);
  const compiler = await compileSources(sources, {});
  const generations = STAKING_GENERATIONS.map((generation) => [generation, compiler.contracts(CONTRACT_SOURCES[generation])]);
  return { compiler: compiler.version, generations: Object.fromEntries(generations) };
}

export type Sources = Readonly<Record<string, { readonly content: string }>>;

/** The Solidity files below a folder by their relative paths, each with `prefix`. */
export async function readSources(directory: string, prefix = ''): Promise<Sources> {
  const files = (await readdir(directory, { recursive: true })).filter((file) => file.endsWith('.sol')).sort();
  const sources: Record<string, { content: string }> = {};
  for (const file of files) {
    const content = await readFile(path.join(directory, file), 'utf8');
    sources[`${prefix}${file.replaceAll(path.sep, '/')}`] = { content };
  }
  return sources;
}

export interface CompilerOutput {
  readonly version: string;
  /**
   * @param wanted the source file of each contract, by the contract's name. @throws DevnetChainError
   * DEVNET_CHAIN_BAD_CONTRACTS
   */
  contracts(wanted: Readonly<Record<string, string>>): Record<string, CompiledContract>;
}

/** @throws DevnetChainError DEVNET_CHAIN_BAD_CONTRACTS with the compiler's message; a warning counts as an error. */
export async function compileSources(sources: Sources, settings: Partial<typeof SETTINGS>): Promise<CompilerOutput> {
  const { default: solc } = await import('solc');
  const input = { language: 'Solidity', sources, settings: { ...SETTINGS, ...settings } };
  const answer: unknown = JSON.parse(String(solc.compile(JSON.stringify(input))));
  const output = outputSchema.parse(answer);
  const problem = output.errors.find((error) => error.severity !== 'info');
  if (problem !== undefined) throw new DevnetChainError('DEVNET_CHAIN_BAD_CONTRACTS', problem.formattedMessage);

  const compile = ([name, file]: [string, string]): [string, CompiledContract] => {
    const contract = output.contracts[file]?.[name];
    if (contract === undefined) throw new DevnetChainError('DEVNET_CHAIN_BAD_CONTRACTS', `${file} has no contract ${name}`);
    const abi = new Interface(contract.abi as InterfaceAbi).format(false);
    return [name, { abi, bytecode: `0x${contract.evm.bytecode.object}` }];
  };
  return {
    version: String(solc.version()),
    contracts: (wanted) => Object.fromEntries(Object.entries(wanted).map(compile)),
  };
}
