/** From an intent to a signed transaction, or to the reason why not. Writes and sends nothing. */
import type { ChainPreset } from '../../../contract/chain-preset.ts';
import type { Signer } from '../../kit/signer.ts';
import { ChainError, RpcRefused } from '../errors.ts';
import { explainRefusal } from '../revert.ts';
import type { ChainRpc } from '../rpc/methods.ts';
import { firstOffer, gasLimitFor, highestPrice } from './fees.ts';
import { type Attempt, type Intent, signAttempt } from './intent.ts';
import { readFeeMarket } from './observe.ts';

export interface Prepared {
  readonly gasLimit: bigint;
  readonly attempt: Attempt;
}

/**
 * The call is tried on the chain's current state first, so that what must fail costs nothing.
 * @throws ChainError CHAIN_REVERTED, CHAIN_INSUFFICIENT_FUNDS, CHAIN_GAS_ABOVE_CAP, CHAIN_FEE_ABOVE_CAP and those of an
 * RPC call
 */
export async function prepareTransaction(input: {
  intent: Intent;
  chainId: number;
  nonce: number;
  rpc: ChainRpc;
  signer: Signer;
  gas: ChainPreset['gas'];
  nowMs: number;
}): Promise<Prepared> {
  const { intent, chainId, nonce, rpc, signer, gas, nowMs } = input;
  const balance = await rpc.call('eth_getBalance', [signer.address, 'latest']);
  assertFunds(balance, intent.valueWei);
  const estimate = (await estimateGas(rpc, signer, intent)) + (intent.extraGas ?? 0n);
  const gasLimit = gasLimitFor(estimate, gas);
  const fees = firstOffer(await readFeeMarket(rpc), gas.maxFeePerGasWei);
  assertFunds(balance, intent.valueWei + gasLimit * highestPrice(fees));
  const { to, data, valueWei } = intent;
  return { gasLimit, attempt: signAttempt(signer, { chainId, nonce, to, data, valueWei, gasLimit, fees }, nowMs) };
}

async function estimateGas(rpc: ChainRpc, signer: Signer, { to, data, valueWei }: Intent): Promise<bigint> {
  try {
    return await rpc.call('eth_estimateGas', [{ from: signer.address, to, data, value: `0x${valueWei.toString(16)}` }]);
  } catch (error) {
    throw error instanceof RpcRefused ? explainRefusal(error) : error;
  }
}

function assertFunds(haveWei: bigint, needWei: bigint): void {
  if (haveWei >= needWei) return;
  throw new ChainError('CHAIN_INSUFFICIENT_FUNDS', `the account holds ${haveWei} wei and needs ${needWei}`, {
    haveWei: String(haveWei),
    needWei: String(needWei),
    missingWei: String(needWei - haveWei),
  });
}
