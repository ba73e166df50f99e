/** Compiles the task contracts. Development only: the devnet runs the result. */
import path from 'node:path';
import { CONTRACTS_DIR, compileSources, readSources } from '../chain/compile.ts';
import { type CompiledTaskContracts, TASK_CONTRACT_SOURCES } from './compiled.ts';

export const TASK_CONTRACTS_DIR = path.join(import.meta.dirname, 'contracts');

/** @throws DevnetChainError DEVNET_CHAIN_BAD_CONTRACTS with the compiler's message; a warning counts as an error. */
export async function compileTaskContracts(): Promise<CompiledTaskContracts> {
  const sources = {
    ...(await readSources(path.join(CONTRACTS_DIR, 'shared'), 'chain/contracts/shared/')),
    ...(await readSources(TASK_CONTRACTS_DIR, 'chain-mode/contracts/')),
  };
  // Only the IR pipeline can compile a task's many fields.
  const { version, contracts } = await compileSources(sources, { viaIR: true });
  return { compiler: version, contracts: contracts(TASK_CONTRACT_SOURCES) };
}
