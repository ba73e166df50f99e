/** Compiles the Solidity contracts of this folder with the solc package. Development only: the devnet runs the result. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { CONTRACT_NAMES, type CompiledContracts } from './compiled.ts';
import { DevnetChainError } from './errors.ts';

export const CONTRACTS_DIR = path.join(import.meta.dirname, 'contracts');

/** No metadata hash: the bytecode depends on the code alone, not on comments or paths. */
const SETTINGS = {
  optimizer: { enabled: true, runs: 200 },
  // The oldest the compiler still knows: the bytecode also runs on a chain without EIP-1559.
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

export interface Compilation {
  readonly compiled: CompiledContracts;
  /** JSON ABI per contract. */
  readonly abis: Readonly<Record<string, readonly unknown[]>>;
}

/** @throws DevnetChainError DEVNET_CHAIN_BAD_CONTRACTS with the compiler's words; a warning counts as an error. */
export async function compileContracts(directory = CONTRACTS_DIR): Promise<Compilation> {
  const { default: solc } = await import('solc');
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sol')).sort();
  const sources: Record<string, { content: string }> = {};
  for (const file of files) sources[file] = { content: await readFile(path.join(directory, file), 'utf8') };

  const answer: unknown = JSON.parse(String(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings: SETTINGS }))));
  const output = outputSchema.parse(answer);
  const problem = output.errors.find((error) => error.severity !== 'info');
  if (problem !== undefined) throw new DevnetChainError('DEVNET_CHAIN_BAD_CONTRACTS', problem.formattedMessage);

  const bytecode: Record<string, string> = {};
  const abis: Record<string, readonly unknown[]> = {};
  for (const name of CONTRACT_NAMES) {
    const contract = output.contracts[`${name}.sol`]?.[name];
    if (contract === undefined) throw new DevnetChainError('DEVNET_CHAIN_BAD_CONTRACTS', `${name}.sol has no contract ${name}`);
    bytecode[name] = `0x${contract.evm.bytecode.object}`;
    abis[name] = contract.abi;
  }
  return { compiled: { compiler: String(solc.version()), bytecode: bytecode as CompiledContracts['bytecode'] }, abis };
}
