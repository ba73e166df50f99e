/**
 * The chain of a network whose tasks are in contracts: the `taskChain` part of a network preset. Source: CHAIN_PROTOCOL
 * 1.
 */
import { z } from 'zod';
import { addressField } from '../protocol/wire/fields.ts';
import { chainLinkShape } from './chain-preset.ts';

export const taskContractsSchema = z.object({
  /** VSSTask: the tasks and their payments. */
  task: addressField,
  /** Node: the members and their stakes. */
  node: addressField,
  qos: addressField,
  taskQueue: addressField,
  networkStats: addressField,
});
export type TaskContractAddresses = z.output<typeof taskContractsSchema>;

export const taskChainPresetSchema = z.object({
  ...chainLinkShape,
  contracts: taskContractsSchema,
  /** Milliseconds after which a pending transaction is sent again with a higher fee; a task has 180 s for everything. */
  stuckAfterMs: z.number().int().positive().default(20_000),
});
export type TaskChainPreset = z.output<typeof taskChainPresetSchema>;
export type TaskChainPresetInput = z.input<typeof taskChainPresetSchema>;
