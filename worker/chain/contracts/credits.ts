/**
 * Stake that was granted and cannot be cashed; only the older contracts have it. Source: CHAIN_PROTOCOL 7.3. Amounts in
 * wei.
 */
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import type { ChainRpc } from '../rpc/methods.ts';
import { Contract } from './contract.ts';
import { INTERFACES } from './interfaces.ts';

const amount = z.tuple([z.bigint()]).transform(([value]) => value);

export interface FreeCredits {
  /** Free credits; staked ones are part of the stake. */
  freeWei(address: Hex): Promise<bigint>;
}

export function freeCreditsOf(address: Hex, rpc: ChainRpc): FreeCredits {
  const contract = new Contract({ name: 'Credits', face: INTERFACES.J26.Credits, address, rpc });
  return { freeWei: (holder) => contract.read(amount, 'getCredits', holder) };
}

/** For contracts without credits. */
export const NO_CREDITS: FreeCredits = { freeWei: async () => 0n };
