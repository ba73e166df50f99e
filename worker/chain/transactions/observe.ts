/** Reads what the chain knows about this account. */
import { RpcRefused } from '../errors.ts';
import { explainRefusal, revertReason } from '../revert.ts';
import type { ChainRpc, Receipt } from '../rpc/methods.ts';
import type { FeeMarket } from './fees.ts';
import { type Inclusion, type JournalEntry, newestAttempt } from './intent.ts';
import type { Observation } from './next-step.ts';

/** `takenSinceBlock` is the value from the previous observation; this function keeps no state. */
export async function observe(rpc: ChainRpc, entry: JournalEntry, takenSinceBlock: bigint | null): Promise<Observation> {
  const headBlock = await rpc.call('eth_blockNumber', []);
  const accountNonce = await rpc.call('eth_getTransactionCount', [entry.account, 'latest']);
  const receipt = await findReceipt(rpc, entry);
  const isFree = receipt === null && accountNonce <= entry.nonce;
  return {
    headBlock,
    accountNonce,
    receipt,
    waiting: isFree ? await findWaiting(rpc, entry) : 'none',
    takenSinceBlock: receipt === null && accountNonce > entry.nonce ? (takenSinceBlock ?? headBlock) : null,
  };
}

/** Of any attempt: most likely the newest, but an older one may have been faster. */
export async function findReceipt(rpc: ChainRpc, entry: JournalEntry): Promise<Receipt | null> {
  for (const { hash } of entry.attempts.toReversed()) {
    const receipt = await rpc.call('eth_getTransactionReceipt', [hash]);
    if (receipt !== null) return receipt;
  }
  return null;
}

async function findWaiting(rpc: ChainRpc, entry: JournalEntry): Promise<Observation['waiting']> {
  const newest = newestAttempt(entry).hash;
  for (const { hash } of entry.attempts.toReversed()) {
    if ((await rpc.call('eth_getTransactionByHash', [hash])) !== null) return hash === newest ? 'newest' : 'older';
  }
  return 'none';
}

export function inclusionOf(entry: JournalEntry, receipt: Receipt): Inclusion {
  const { fees } = entry.attempts.find((attempt) => attempt.hash === receipt.transactionHash) ?? newestAttempt(entry);
  const price = receipt.effectiveGasPrice ?? (fees.kind === 'legacy' ? fees.gasPriceWei : fees.maxFeeWei);
  return {
    hash: receipt.transactionHash,
    blockNumber: receipt.blockNumber,
    blockHash: receipt.blockHash,
    succeeded: receipt.status === 1n,
    gasUsed: receipt.gasUsed,
    feeWei: receipt.gasUsed * price + (receipt.l1Fee ?? 0n),
  };
}

/** @throws as {@link ChainRpc.call} */
export async function readFeeMarket(rpc: ChainRpc): Promise<FeeMarket> {
  const block = await rpc.call('eth_getBlockByNumber', ['latest', false]);
  const baseFeeWei = block?.baseFeePerGas ?? null;
  if (baseFeeWei === null) return { kind: 'legacy', gasPriceWei: await rpc.call('eth_gasPrice', []) };
  try {
    return { kind: 'eip1559', baseFeeWei, priorityFeeWei: await rpc.call('eth_maxPriorityFeePerGas', []) };
  } catch (error) {
    if (!(error instanceof RpcRefused)) throw error;
    // Not every node has that method; the price of a legacy transaction contains the same hint.
    const gasPriceWei = await rpc.call('eth_gasPrice', []);
    return { kind: 'eip1559', baseFeeWei, priorityFeeWei: gasPriceWei > baseFeeWei ? gasPriceWei - baseFeeWei : 0n };
  }
}

/**
 * Why a transaction was reverted. A receipt does not say; the same call on the state before its block usually does, or
 * on the state after it if an earlier transaction of that block was the cause. Never throws, and never returns
 * "success".
 */
export async function readRevertReason(rpc: ChainRpc, entry: JournalEntry, receipt: Receipt): Promise<string> {
  if (receipt.gasUsed >= entry.gasLimit) return 'out of gas';
  const { to, data, valueWei } = entry.intent;
  const call = { from: entry.account, to, data, value: `0x${valueWei.toString(16)}`, gas: `0x${entry.gasLimit.toString(16)}` };
  for (const block of [receipt.blockNumber - 1n, receipt.blockNumber]) {
    try {
      await rpc.call('eth_call', [call, `0x${block.toString(16)}`]);
    } catch (error) {
      if (!(error instanceof RpcRefused)) continue;
      if (error.revertData !== null) return revertReason(error.revertData);
      const explained = explainRefusal(error);
      if (explained.code === 'CHAIN_REVERTED') return explained.message;
    }
  }
  return 'unknown';
}
