/** What others stake on this node, and their share. Source: CHAIN_PROTOCOL 7.5, RELAY_PROTOCOL 10.1. Amounts in wei. */
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { addressField } from '../../../protocol/wire/fields.ts';
import { ChainError } from '../errors.ts';
import type { AccountTransactions } from '../transactions/account-transactions.ts';
import type { Inclusion } from '../transactions/intent.ts';
import { type Act, submitOrResume } from './acts.ts';
import type { Contract } from './contract.ts';
import type { StakingContracts } from './staking-contracts.ts';

/** The relay's page size; the contract allows 200. */
const PAGE = 100;

const amount = z.tuple([z.bigint()]).transform(([value]) => value);
const pageSchema = z.tuple([z.array(addressField), z.array(z.bigint())]);

export interface Delegation {
  readonly delegator: Hex;
  readonly stakeWei: bigint;
}

export class DelegatedStaking {
  readonly #contracts: StakingContracts;
  readonly #contract: Contract;
  readonly #transactions: AccountTransactions;
  readonly #self: Hex;

  constructor({ contracts, transactions, self }: { contracts: StakingContracts; transactions: AccountTransactions; self: Hex }) {
    this.#contracts = contracts;
    this.#contract = contracts.delegatedStaking;
    this.#transactions = transactions;
    this.#self = self;
  }

  /** Percentage of the node's earnings that goes to its delegators; 0 = closed for delegation. */
  async share(node: Hex = this.#self): Promise<number> {
    return Number(await this.#contract.read(amount, 'getNodeDelegatorShare', node));
  }

  minimumWei(): Promise<bigint> {
    return this.#contract.read(amount, 'getMinStakeAmount');
  }

  totalWei(node: Hex = this.#self): Promise<bigint> {
    return this.#contract.read(amount, 'getNodeTotalStakeAmount', node);
  }

  delegationWei({ delegator, node = this.#self }: { delegator: Hex; node?: Hex }): Promise<bigint> {
    return this.#contract.read(amount, 'getDelegationStakingAmount', delegator, node);
  }

  /** All delegations to a node, read page by page: one that changes between two reads may be missing or appear twice. */
  async delegations(node: Hex = this.#self): Promise<Delegation[]> {
    const count = Number(await this.#contract.read(amount, 'getNodeStakingInfoCount', node));
    const found: Delegation[] = [];
    for (let page = 1; (page - 1) * PAGE < count; page++) {
      const [delegators, stakes] = await this.#contract.read(pageSchema, 'getNodeStakingInfos', node, page, PAGE);
      for (const [index, delegator] of delegators.entries()) found.push({ delegator, stakeWei: stakes[index] ?? 0n });
    }
    return found;
  }

  /**
   * Sets the share. 0 only closes the node: delegations stay and count, but earn nothing.
   * @returns null if it is already this share.
   * @throws ChainError CHAIN_BAD_ARGUMENT unless it is an integer from 0 to 99
   */
  setShare(percent: number, act: Act): Promise<Inclusion | null> {
    return submitOrResume(this.#transactions, act, async () => {
      if (!Number.isInteger(percent) || percent < 0 || percent > 99) {
        throw new ChainError('CHAIN_BAD_ARGUMENT', 'a delegator share must be a whole number from 0 to 99', { percent });
      }
      if ((await this.share()) === percent) return null;
      await this.#contracts.verify();
      return this.#contract.intent(act.id, 'setDelegatorShare', [percent]);
    });
  }
}
