/** Wallet log-in and withdrawal: EIP-191 messages, a different scheme from request signing. Source: RELAY_PROTOCOL 3.8. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ProtocolError } from '../errors.ts';
import { bytesToHex, type Hex, isHex } from '../hex.ts';
import { checksumAddress } from './keys.ts';
import { badSignature, recoverAddress, signDigest } from './recoverable.ts';

export const CONNECT_WALLET_ACTION = 'Connect Wallet';

/** The relay accepts timestamps in [now − 120 s, now + 60 s]. */
export const WALLET_WINDOW_SECONDS = { past: 120, future: 60 } as const;

export interface WalletMessage {
  readonly action: string;
  readonly address: string;
  /** Unix seconds. */
  readonly timestamp: number;
}

export interface Withdrawal {
  /** The amount in wei that arrives; the relay charges its fee on top. */
  readonly amountWei: bigint;
  readonly address: string;
  readonly benefitAddress: string;
  /** Name of the network in the relay's `blockchains` config. */
  readonly network: string;
}

/** The text a wallet shows and signs. */
export function walletMessage({ action, address, timestamp }: WalletMessage): string {
  return ['Crynux Relay', `Action: ${action}`, `Address: ${address}`, `Timestamp: ${timestamp}`].join('\n');
}

export function withdrawAction({ amountWei, address, benefitAddress, network }: Withdrawal): string {
  return `Withdraw ${amountWei} from ${address} to ${benefitAddress} on ${network}`;
}

/** personal_sign: 65 bytes r‖s‖v with v 27 or 28, as wallets write it. */
export function signWalletMessage(message: string, privateKey: Hex): Hex {
  const signature = signDigest(personalDigest(message), privateKey);
  signature[64] = (signature[64] ?? 0) + 27;
  return bytesToHex(signature);
}

/**
 * EIP-55 address of the signer. The signature may come with or without 0x, and with v 0, 1, 27 or 28.
 * @throws ProtocolError PROTOCOL_BAD_SIGNATURE
 */
export function recoverWalletSigner(message: string, signature: string): Hex {
  const prefixed = signature.startsWith('0x') ? signature : `0x${signature}`;
  if (!isHex(prefixed, 65)) throw badSignature('signature must be hex of 65 bytes');
  const v = Number.parseInt(prefixed.slice(-2), 16);
  const zeroBased = v >= 27 ? v - 27 : v;
  return recoverAddress(personalDigest(message), `${prefixed.slice(0, -2)}${zeroBased.toString(16).padStart(2, '0')}`);
}

/** @throws ProtocolError PROTOCOL_STALE_TIMESTAMP, PROTOCOL_BAD_SIGNATURE (malformed, or another signer). */
export function verifyWalletMessage(request: WalletMessage & { readonly signature: string; readonly nowSeconds: number }): void {
  const { address, timestamp, nowSeconds, signature } = request;
  const { past, future } = WALLET_WINDOW_SECONDS;
  if (timestamp < nowSeconds - past || timestamp > nowSeconds + future) {
    throw new ProtocolError('PROTOCOL_STALE_TIMESTAMP', `the message's timestamp is ${timestamp}, the clock here ${nowSeconds}`, {
      timestamp,
      nowSeconds,
    });
  }
  const signer = recoverWalletSigner(walletMessage(request), signature);
  if (signer !== checksumAddress(address)) throw badSignature(`signed by ${signer}, not by ${address}`);
}

function personalDigest(message: string): Uint8Array {
  const encoder = new TextEncoder();
  const body = encoder.encode(message);
  const prefix = encoder.encode(`\u0019Ethereum Signed Message:\n${body.length}`);
  const bytes = new Uint8Array(prefix.length + body.length);
  bytes.set(prefix, 0);
  bytes.set(body, prefix.length);
  return keccak_256(bytes);
}
