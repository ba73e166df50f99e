/** The JSON-RPC methods that this program uses, with the schema of each answer. */
import { z } from 'zod';
import { isHex } from '../../../protocol/hex.ts';
import { addressField } from '../../../protocol/wire/fields.ts';

const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]+$/, 'must be a 0x-quantity')
  .transform(BigInt);
const nonceField = quantity.transform((value, context) => {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) context.addIssue({ code: 'custom', message: 'must be a nonce' });
  return Number(value);
});
/** Hex digits of an answer: others may have put long texts into a task, which must stay readable. */
const MAX_DATA = 2 * 1024 ** 2;
const dataField = z
  .string()
  .max(MAX_DATA, { abort: true })
  .refine((value): value is `0x${string}` => isHex(value), 'must be 0x-hex');
const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'must be a hash')
  .transform((text) => text.toLowerCase() as `0x${string}`);

const blockSchema = z.object({
  number: quantity,
  hash,
  timestamp: quantity,
  /** Absent on a chain without EIP-1559. */
  baseFeePerGas: quantity.nullish(),
});

const receiptSchema = z.object({
  transactionHash: hash,
  blockNumber: quantity,
  blockHash: hash,
  /** 1 = done, 0 = reverted. */
  status: quantity,
  gasUsed: quantity,
  effectiveGasPrice: quantity.nullish(),
  /** OP-stack chains charge for the data's transfer to the parent chain separately from gas. */
  l1Fee: quantity.nullish(),
});
export type Receipt = z.output<typeof receiptSchema>;

const logSchema = z.object({
  address: addressField,
  topics: z.array(hash),
  data: dataField,
  blockNumber: quantity,
  transactionHash: hash,
  logIndex: quantity,
  /** True for a log that a reorganisation reverted. */
  removed: z.boolean().nullish(),
});
export type Log = z.output<typeof logSchema>;

const transactionSchema = z.object({ hash, blockHash: hash.nullish() });

export const RPC_METHODS = {
  eth_chainId: quantity,
  eth_blockNumber: quantity,
  eth_getBlockByNumber: blockSchema.nullable(),
  eth_getBalance: quantity,
  eth_getTransactionCount: nonceField,
  eth_call: dataField,
  eth_estimateGas: quantity,
  eth_gasPrice: quantity,
  eth_maxPriorityFeePerGas: quantity,
  eth_sendRawTransaction: hash,
  eth_getTransactionReceipt: receiptSchema.nullable(),
  eth_getTransactionByHash: transactionSchema.nullable(),
  eth_getLogs: z.array(logSchema),
} as const;

export type RpcMethod = keyof typeof RPC_METHODS;
export type RpcResult<Method extends RpcMethod> = z.output<(typeof RPC_METHODS)[Method]>;

/** What the layers above the endpoints need: one request, some endpoint, a checked answer. */
export interface ChainRpc {
  /** @throws ChainError CHAIN_UNREACHABLE, CHAIN_BAD_ANSWER, CHAIN_WRONG_ID; RpcRefused */
  call<Method extends RpcMethod>(method: Method, params: readonly unknown[]): Promise<RpcResult<Method>>;
  /** The chain's ID, once an endpoint is verified. @throws as {@link call} */
  chainId(): Promise<number>;
  /** Most blocks whose logs the preferred endpoint returns at once; null or absent = no limit found so far. */
  readonly logRange?: number | null;
}
