/** A network's chain as data: the `chain` part of a network preset. Source: RELAY_PROTOCOL 10.1, 10.4. */
import { z } from 'zod';
import type { Hex } from '../protocol/hex.ts';
import { addressField, weiField } from '../protocol/wire/fields.ts';

/** Generations of the staking contracts: June 2026, with credits, and August 2026, without. */
export const STAKING_GENERATIONS = ['J26', 'C26'] as const;
export type StakingGeneration = (typeof STAKING_GENERATIONS)[number];

const commonAddresses = { nodeStaking: addressField, benefitAddress: addressField, delegatedStaking: addressField };
const MISSING_GENERATION =
  'is missing. Contracts of generation J26 have a credits contract; if these have none, add `"generation": "C26"` beside the addresses';

const j26Schema = z
  .object({
    /** Presets from before the second generation do not name one, and have credits. */
    generation: z.literal('J26').optional(),
    ...commonAddresses,
    credits: addressField.optional().transform((address, context): Hex => {
      if (address === undefined) context.addIssue({ code: 'custom', message: MISSING_GENERATION });
      return address ?? '0x';
    }),
  })
  .transform((contracts) => ({ ...contracts, generation: 'J26' as const }));
const c26Schema = z.object({ generation: z.literal('C26'), ...commonAddresses });

export const contractAddressesSchema = z.discriminatedUnion('generation', [j26Schema, c26Schema]);
export type ContractAddresses = z.output<typeof contractAddressesSchema>;

/** Addresses of all of a network's contracts: money of the host must never be sent to one by mistake. */
export function addressesOf({ generation: _, ...addresses }: ContractAddresses): Hex[] {
  return Object.values(addresses);
}

/** How a chain is reached and what a transaction may cost, independent of its contracts. */
export const chainLinkShape = {
  /** Null if the network does not publish it: the first endpoint's answer is then pinned. */
  chainId: z.number().int().positive().nullable(),
  /** In order of preference. */
  rpcUrls: z.array(z.url({ protocol: /^https?$/ })).min(1),
  /** Base URL of the chain's explorer. */
  explorerUrl: z.url({ protocol: /^https?$/ }).optional(),
  gas: z.object({
    /** In gas units; a transaction that needs more is not sent. */
    limitCap: z.number().int().positive().default(8_000_000),
    /** Percent added to an estimate. */
    headRoomPercent: z.number().int().min(0).max(400).default(25),
    /** Wei per gas unit; no transaction ever offers more. */
    maxFeePerGasWei: weiField,
  }),
  /** Number of blocks, including its own, after which a transaction counts as final. */
  confirmations: z.number().int().positive().default(3),
  /** Milliseconds after which a pending transaction is sent again with a higher fee. */
  stuckAfterMs: z.number().int().positive().default(90_000),
  pollMs: z.number().int().positive().default(1_000),
  requestTimeoutMs: z.number().int().positive().default(15_000),
  /** Per endpoint. */
  requestsPerSecond: z.number().positive().default(10),
};
const chainLinkSchema = z.object(chainLinkShape);
export type ChainLink = z.output<typeof chainLinkSchema>;

export const chainPresetSchema = chainLinkSchema.extend({
  contracts: contractAddressesSchema,
  /** Contracts that the network has abandoned: a stake that remains there is found and can be withdrawn. */
  legacyContracts: contractAddressesSchema.optional(),
});
export type ChainPreset = z.output<typeof chainPresetSchema>;
export type ChainPresetInput = z.input<typeof chainPresetSchema>;

/** A transaction's page on the chain's explorer; null if there is no explorer. All explorers of EVM chains use this path. */
export function transactionUrl(explorerUrl: string | null, transaction: string): string | null {
  return explorerUrl === null ? null : `${explorerUrl.replace(/\/+$/, '')}/tx/${transaction}`;
}
