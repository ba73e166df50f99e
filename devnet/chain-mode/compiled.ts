/** The compiled task contracts as committed, and their interfaces. */
import { Interface } from 'ethers';
import { z } from 'zod';
import { type CompiledContract, compiledContractSchema } from '../chain/compiled.ts';
import { DevnetChainError } from '../chain/errors.ts';
import compiledJson from './compiled.json' with { type: 'json' };

/** In the order of their creation. */
export const TASK_CONTRACTS = ['QOS', 'TaskQueue', 'NetworkStats', 'Node', 'VSSTask'] as const;
export type TaskContractName = (typeof TASK_CONTRACTS)[number];

export const TASK_CONTRACT_SOURCES = Object.fromEntries(
  TASK_CONTRACTS.map((name) => [name, `chain-mode/contracts/${name}.sol`]),
) as Readonly<Record<TaskContractName, string>>;

const compiledSchema = z.object({
  /** Version of solc, as it reports it. */
  compiler: z.string(),
  contracts: z.record(z.string(), compiledContractSchema),
});
export type CompiledTaskContracts = z.output<typeof compiledSchema>;

let parsed: CompiledTaskContracts | undefined;

/** @throws DevnetChainError DEVNET_CHAIN_BAD_CONTRACTS */
export function compiledTaskContracts(): CompiledTaskContracts {
  if (parsed !== undefined) return parsed;
  const result = compiledSchema.safeParse(compiledJson);
  if (!result.success) throw new DevnetChainError('DEVNET_CHAIN_BAD_CONTRACTS', z.prettifyError(result.error));
  parsed = result.data;
  return parsed;
}

/** @throws DevnetChainError DEVNET_CHAIN_BAD_CONTRACTS */
export function compiledTaskContract(name: TaskContractName): CompiledContract {
  const found = compiledTaskContracts().contracts[name];
  if (found !== undefined) return found;
  throw new DevnetChainError('DEVNET_CHAIN_BAD_CONTRACTS', `there is no compiled contract ${name}`);
}

const interfaces = new Map<TaskContractName, Interface>();

/** @throws DevnetChainError DEVNET_CHAIN_BAD_CONTRACTS */
export function taskContractInterface(name: TaskContractName): Interface {
  const found = interfaces.get(name) ?? new Interface(compiledTaskContract(name).abi);
  interfaces.set(name, found);
  return found;
}
