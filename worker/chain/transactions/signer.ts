/** The one holder of the key on the chain side: it signs, and gives nothing else away. */
import { computeAddress, SigningKey, Transaction } from 'ethers';
import type { Hex } from '../../../protocol/hex.ts';
import type { FeeOffer } from './fees.ts';
import type { Attempt } from './intent.ts';

interface UnsignedTransaction {
  readonly chainId: number;
  readonly nonce: number;
  readonly to: Hex;
  readonly data: Hex;
  readonly valueWei: bigint;
  readonly gasLimit: bigint;
  readonly fees: FeeOffer;
}

export interface TransactionSigner {
  /** EIP-55. */
  readonly address: Hex;
  /** The same input always gives the same bytes (RFC 6979). */
  sign(unsigned: UnsignedTransaction, nowMs: number): Attempt;
}

export function createSigner(privateKey: Hex): TransactionSigner {
  const key = new SigningKey(privateKey);
  return {
    address: computeAddress(key) as Hex,
    sign({ fees, valueWei, to, ...rest }, nowMs) {
      const price =
        fees.kind === 'eip1559'
          ? { type: 2, maxFeePerGas: fees.maxFeeWei, maxPriorityFeePerGas: fees.priorityFeeWei }
          : { type: 0, gasPrice: fees.gasPriceWei };
      // Lower case: a preset may write addresses in any case, ethers insists on the checksum of a mixed one.
      const transaction = Transaction.from({ ...rest, ...price, to: to.toLowerCase(), value: valueWei });
      transaction.signature = key.sign(transaction.unsignedHash);
      return { hash: transaction.hash as Hex, raw: transaction.serialized as Hex, fees, signedMs: nowMs };
    },
  };
}
