/** The only holder of the private key: signs everything that a node signs, and reveals nothing else. */
import { computeAddress, SigningKey, Transaction } from 'ethers';
import { type Hex, hexToBytes } from '../../protocol/hex.ts';
import { type SignRequest, signRequest } from '../../protocol/signing/request-signature.ts';
import { signWalletMessage } from '../../protocol/signing/wallet-message.ts';

/** The price that a transaction pays per unit of gas, in wei. */
export type FeeOffer =
  | { readonly kind: 'eip1559'; readonly maxFeeWei: bigint; readonly priorityFeeWei: bigint }
  | { readonly kind: 'legacy'; readonly gasPriceWei: bigint };

export interface UnsignedTransaction {
  readonly chainId: number;
  readonly nonce: number;
  readonly to: Hex;
  readonly data: Hex;
  readonly valueWei: bigint;
  readonly gasLimit: bigint;
  readonly fees: FeeOffer;
}

/** The same input always gives the same signature (RFC 6979). */
export interface Signer {
  /** EIP-55. */
  readonly address: Hex;
  /** 64 bytes x‖y, as the task contracts expect it. */
  readonly publicKey: Uint8Array;
  /** Signs a request to a relay: 65 bytes, see {@link signRequest}. */
  signRequest(request: Omit<SignRequest, 'privateKey'>): Hex;
  /** Signs a text as wallets do (EIP-191): 65 bytes. */
  signMessage(text: string): Hex;
  signTransaction(unsigned: UnsignedTransaction): { readonly hash: Hex; readonly raw: Hex };
}

export function createSigner(privateKey: Hex): Signer {
  const key = new SigningKey(privateKey);
  return {
    address: computeAddress(key) as Hex,
    publicKey: hexToBytes(key.publicKey, 'publicKey').subarray(1),
    signRequest: (request) => signRequest({ ...request, privateKey }),
    signMessage: (text) => signWalletMessage(text, privateKey),
    signTransaction({ fees, valueWei, to, ...rest }) {
      const price =
        fees.kind === 'eip1559'
          ? { type: 2, maxFeePerGas: fees.maxFeeWei, maxPriorityFeePerGas: fees.priorityFeeWei }
          : { type: 0, gasPrice: fees.gasPriceWei };
      // Lower case, because a preset may use any case, and ethers checks the checksum of mixed-case addresses.
      const transaction = Transaction.from({ ...rest, ...price, to: to.toLowerCase(), value: valueWei });
      transaction.signature = key.sign(transaction.unsignedHash);
      return { hash: transaction.hash as Hex, raw: transaction.serialized as Hex };
    },
  };
}
