/** Where the node's money goes. Source: CHAIN_PROTOCOL 7.4. */
import { ZeroAddress } from 'ethers';
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { addressField, sameAddress } from '../../../protocol/wire/fields.ts';
import { ChainError } from '../errors.ts';
import type { AccountTransactions } from '../transactions/account-transactions.ts';
import type { Inclusion } from '../transactions/intent.ts';
import { type Act, submitOrResume } from './acts.ts';
import type { Contract } from './contract.ts';
import type { StakingContracts } from './staking-contracts.ts';

const addressSchema = z.tuple([addressField]).transform(([address]) => (sameAddress(address, ZeroAddress) ? null : address));

export class BenefitAddress {
  readonly #contracts: StakingContracts;
  readonly #contract: Contract;
  readonly #transactions: AccountTransactions;
  readonly #self: Hex;

  constructor({ contracts, transactions, self }: { contracts: StakingContracts; transactions: AccountTransactions; self: Hex }) {
    this.#contracts = contracts;
    this.#contract = contracts.benefitAddress;
    this.#transactions = transactions;
    this.#self = self;
  }

  /** Null if it is not set. @param address default: this node */
  get(address: Hex = this.#self): Promise<Hex | null> {
    return this.#contract.read(addressSchema, 'getBenefitAddress', address);
  }

  /**
   * Sets it permanently.
   * @returns null if it is already this address.
   * @throws ChainError CHAIN_BENEFIT_ADDRESS_SET, CHAIN_BAD_ARGUMENT for the zero address and the node's own
   */
  set(target: Hex, act: Act): Promise<Inclusion | null> {
    return submitOrResume(this.#transactions, act, async () => {
      if (!addressField.safeParse(target).success || sameAddress(target, ZeroAddress)) {
        throw new ChainError('CHAIN_BAD_ARGUMENT', 'the beneficial address must be an address other than zero');
      }
      // Whoever steals the node's key must not get the money too.
      if (sameAddress(target, this.#self)) {
        throw new ChainError('CHAIN_BAD_ARGUMENT', "the beneficial address must not be the node's own");
      }
      const present = await this.get();
      if (present === null) {
        // It can be set only once, so it must not be set in a contract that the staking contract does not use.
        await this.#contracts.verify();
        return this.#contract.intent(act.id, 'setBenefitAddress', [target.toLowerCase()]);
      }
      if (sameAddress(present, target)) return null;
      throw new ChainError('CHAIN_BENEFIT_ADDRESS_SET', `the beneficial address is ${present}`, { present });
    });
  }
}
