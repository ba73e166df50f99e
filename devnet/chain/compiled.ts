/**
 * The compiled contracts as they are committed: starting a chain needs no compiler, and a test compiles the sources
 * again and compares.
 */
import { z } from 'zod';
import { isHex } from '../../protocol/hex.ts';
import compiledJson from './compiled.json' with { type: 'json' };
import { DevnetChainError } from './errors.ts';

export const CONTRACT_NAMES = ['Credits', 'BenefitAddress', 'DelegatedStaking', 'NodeStaking'] as const;
export type ContractName = (typeof CONTRACT_NAMES)[number];

const bytecodeField = z.templateLiteral(['0x', z.string()]).refine((text) => isHex(text) && text.length > 2, 'must be 0x-hex');

export const compiledSchema = z.object({
  /** Version of solc, as it tells it. */
  compiler: z.string(),
  /** Creation code, without constructor arguments. */
  bytecode: z.object({
    Credits: bytecodeField,
    BenefitAddress: bytecodeField,
    DelegatedStaking: bytecodeField,
    NodeStaking: bytecodeField,
  }),
});
export type CompiledContracts = z.output<typeof compiledSchema>;

/** @throws DevnetChainError DEVNET_CHAIN_BAD_CONTRACTS */
export function compiledContracts(): CompiledContracts {
  const result = compiledSchema.safeParse(compiledJson);
  if (result.success) return result.data;
  throw new DevnetChainError('DEVNET_CHAIN_BAD_CONTRACTS', z.prettifyError(result.error));
}
