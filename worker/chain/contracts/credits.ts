/** Stake that was given and can not be cashed. Source: CHAIN_PROTOCOL 7.3. Amounts in wei. */
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import type { Contract } from './contract.ts';

const amount = z.tuple([z.bigint()]).transform(([value]) => value);

export class Credits {
  readonly #contract: Contract;

  constructor(contract: Contract) {
    this.#contract = contract;
  }

  /** Free credits; staked ones are part of the stake. */
  of(address: Hex): Promise<bigint> {
    return this.#contract.read(amount, 'getCredits', address);
  }
}
