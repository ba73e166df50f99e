/** The chain of a network as data: the `chain` part of a network preset. Source: RELAY_PROTOCOL 10.1, 10.4. */
import { z } from 'zod';
import { addressField, weiField } from '../protocol/wire/fields.ts';

export const contractAddressesSchema = z.object({
  nodeStaking: addressField,
  credits: addressField,
  benefitAddress: addressField,
  delegatedStaking: addressField,
});
export type ContractAddresses = z.output<typeof contractAddressesSchema>;

export const chainPresetSchema = z.object({
  /** Null where the network does not publish it: what the first endpoint says is then pinned. */
  chainId: z.number().int().positive().nullable(),
  /** In order of preference. */
  rpcUrls: z.array(z.url({ protocol: /^https?$/ })).min(1),
  contracts: contractAddressesSchema,
  gas: z.object({
    /** Units; a transaction that needs more is not sent. */
    limitCap: z.number().int().positive().default(8_000_000),
    /** Percent added to an estimate. */
    headRoomPercent: z.number().int().min(0).max(400).default(25),
    /** Wei per unit; no transaction ever offers more. */
    maxFeePerGasWei: weiField,
  }),
  /** Blocks, its own included, after which a transaction counts as final. */
  confirmations: z.number().int().positive().default(3),
  /** Milliseconds after which a waiting transaction is sent again with a higher fee. */
  stuckAfterMs: z.number().int().positive().default(90_000),
  pollMs: z.number().int().positive().default(1_000),
  requestTimeoutMs: z.number().int().positive().default(15_000),
  /** Per endpoint. */
  requestsPerSecond: z.number().positive().default(10),
});
export type ChainPreset = z.output<typeof chainPresetSchema>;
export type ChainPresetInput = z.input<typeof chainPresetSchema>;
