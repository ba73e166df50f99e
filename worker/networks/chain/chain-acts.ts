/**
 * A node's acts as transactions in its journal. An act that must happen once per task happens once, despite crashes and
 * repeated calls; a pending transaction is followed rather than sent again.
 */
import { bytesToHex } from '../../../protocol/hex.ts';
import type { Random } from '../../../protocol/ports.ts';
import { requireSuccess } from '../../chain/contracts/acts.ts';
import type { Contract } from '../../chain/contracts/contract.ts';
import { ChainError, isChainError } from '../../chain/errors.ts';
import type { AccountTransactions } from '../../chain/transactions/account-transactions.ts';
import { type Intent, type JournalEntry, outcomeOf } from '../../chain/transactions/intent.ts';
import type { Account, TransactionJournal } from '../../chain/transactions/journal.ts';
import type { Sending } from '../task-network.ts';

export interface ChainActsOptions {
  readonly transactions: Pick<AccountTransactions, 'submit' | 'recheck'>;
  readonly journal: Pick<TransactionJournal, 'find' | 'open'>;
  readonly account: () => Promise<Account>;
  readonly random: Random;
  /** How long one call waits for a block, in milliseconds; the journal follows the transaction up anyway. */
  readonly waitMs?: number;
}

export interface Call {
  readonly contract: Contract;
  readonly fn: string;
  readonly args?: readonly unknown[];
  readonly valueWei?: bigint;
  /** It frees this node, so a queued task may start within it. */
  readonly mayStartTask?: boolean;
}

const DEFAULT_WAIT_MS = 5_000;
/**
 * Most transactions for one act that are mined and reverted, or lost; each was sent because a read showed that it would
 * be accepted.
 */
const MAX_TRIES = 10;
const ID_BYTES = 8;
/**
 * Starting a task takes up to this much gas, and it may enter the queue after the estimate: 2.9 million were measured
 * for a join. Source: CHAIN_PROTOCOL 9.
 */
const START_GAS = 2_000_000n;

export class ChainActs {
  readonly #options: ChainActsOptions;

  constructor(options: ChainActsOptions) {
    this.#options = options;
  }

  /**
   * An act that may take effect only once, with arguments that never change. If it had no effect (reverted because the
   * state had changed, or replaced by someone else's transaction), it may be tried again once the caller has read that
   * it is still necessary.
   * @throws ChainError CHAIN_REVERTED, CHAIN_REFUSED, CHAIN_NONCE_TAKEN; what `AccountTransactions.submit` throws
   * before anything is sent
   */
  async once(name: string, call: Call): Promise<Sending> {
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const id = attempt === 1 ? name : `${name}:${attempt}`;
      const known = this.#options.journal.find(id);
      const outcome = known === null ? null : outcomeOf(known.state);
      if (outcome === null) return this.#submit(intentOf(id, call));
      if (outcome.kind !== 'succeeded') continue;
      // It was done, but the caller reads that it was not: an endpoint lags behind, or there was a deep reorganisation.
      await this.#options.transactions.recheck();
      return isOpen(this.#options.journal.find(id)) ? 'underway' : 'done';
    }
    throw new ChainError('CHAIN_REFUSED', `${name} had no effect ${MAX_TRIES} times`, { rpcMessage: 'too many attempts' });
  }

  /** An act that can be repeated. If one of the same kind is pending, this waits for it instead. @throws as {@link once} */
  async repeatable(call: Call): Promise<Sending> {
    const wanted = intentOf('', call);
    const open = this.#options.journal.open(await this.#options.account());
    const same = open.find(({ intent }) => intent.kind === wanted.kind && intent.to === wanted.to);
    if (same !== undefined) return this.#submit(same.intent);
    return this.#submit({ ...wanted, id: `${call.fn}:${bytesToHex(this.#options.random.bytes(ID_BYTES)).slice(2)}` });
  }

  async #submit(intent: Intent): Promise<Sending> {
    const { transactions, journal, waitMs = DEFAULT_WAIT_MS } = this.#options;
    try {
      requireSuccess(await transactions.submit(intent, { waitMs }));
      return 'done';
    } catch (error) {
      if (!isChainError(error, 'CHAIN_TRANSACTION_OPEN')) throw error;
      return journal.find(intent.id)?.state.kind === 'mined' ? 'done' : 'underway';
    }
  }
}

function intentOf(id: string, { contract, fn, args = [], valueWei = 0n, mayStartTask = false }: Call): Intent {
  const intent = contract.intent(id, fn, args, valueWei);
  return mayStartTask ? { ...intent, extraGas: START_GAS } : intent;
}

function isOpen(entry: JournalEntry | null): boolean {
  return entry !== null && outcomeOf(entry.state) === null;
}
