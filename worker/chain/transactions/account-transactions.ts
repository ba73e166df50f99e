/**
 * The transactions of one account, one at a time: recorded, then sent, then followed until they are final. After a
 * crash, the bytes on disk are sent again, never different ones, so whatever fails, an intent is executed at most once.
 */
import { addMs, type Monotonic, monotonicNow, msUntil } from '../../../protocol/monotonic.ts';
import type { Clock } from '../../../protocol/ports.ts';
import { SerialQueue } from '../../../protocol/serial-queue.ts';
import { ChainError, isChainError, RpcRefused } from '../errors.ts';
import { type FollowerOptions, TransactionFollower } from './follower.ts';
import { type Intent, type JournalEntry, newestAttempt, type Outcome, outcomeOf } from './intent.ts';
import type { Account, TransactionJournal } from './journal.ts';
import { prepareTransaction } from './prepare.ts';

const DEFAULT_WAIT_MS = 120_000;

export interface Patience {
  /** In milliseconds; afterwards the transaction continues, only this call stops waiting. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

export class AccountTransactions {
  readonly #options: FollowerOptions;
  readonly #journal: TransactionJournal;
  readonly #clock: Clock;
  readonly #follower: TransactionFollower;
  readonly #queue = new SerialQueue();

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#journal = options.journal;
    this.#clock = options.clock;
    this.#follower = new TransactionFollower(options);
  }

  /**
   * Executes an intent on the chain and waits until it is final. If its ID is already known, it is only followed.
   * @returns the outcome, even if it is a revert.
   * @throws ChainError: CHAIN_TRANSACTION_OPEN if it takes longer than `waitMs` (it then stays in the journal);
   * anything else means that nothing was sent.
   */
  submit(intent: Intent, { waitMs = DEFAULT_WAIT_MS, signal }: Patience = {}): Promise<Outcome> {
    return this.#queue.run(async () => {
      const follow = { deadline: addMs(monotonicNow(this.#clock), waitMs), signal };
      const account = await this.#account();
      const known = this.#journal.find(intent.id);
      if (known === null) await this.#begin(account, intent, follow);
      else assertSame(known, intent);
      return this.#until(account, () => this.#outcome(intent.id), follow);
    });
  }

  /**
   * As {@link submit}, for an intent that may be pending since before a restart, if its value must not be computed
   * again. Null if the journal does not know it.
   */
  async resume(intentId: string, patience: Patience = {}): Promise<Outcome | null> {
    const known = this.#journal.find(intentId);
    return known === null ? null : this.submit(known.intent, patience);
  }

  /**
   * Reopens final transactions that a deep reorganisation removed from the chain.
   * @throws ChainError CHAIN_NONCE_GAP if none of ours is missing, and those of an RPC call
   */
  recheck(): Promise<void> {
    return this.#queue.run(async () => {
      const account = await this.#account();
      if (this.#journal.open(account).length > 0) return;
      const nonce = await this.#options.rpc.call('eth_getTransactionCount', [account.address, 'latest']);
      if (nonce < this.#journal.nextNonce(account)) await this.#follower.reopenMissing(account, nonce);
    });
  }

  /** Follows open transactions until the signal aborts: after a restart, and after a `submit` that stopped waiting. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#queue.run(async () => {
          const account = await this.#account();
          if (this.#journal.open(account).length > 0) await this.#follower.step(account);
        });
      } catch (error) {
        if (!isChainError(error)) throw error;
        this.#options.log.warn({ code: error.code }, 'open transactions cannot be followed at present');
      }
      await this.#clock.sleep(this.#options.preset.pollMs, signal).catch(() => {});
    }
  }

  async #account(): Promise<Account> {
    return { chainId: await this.#options.rpc.chainId(), address: this.#options.signer.address };
  }

  #outcome(intentId: string): Outcome | null {
    const entry = this.#journal.find(intentId);
    return entry === null ? null : outcomeOf(entry.state);
  }

  async #begin(
    account: Account,
    intent: Intent,
    follow: { deadline: Monotonic; signal: AbortSignal | undefined },
  ): Promise<void> {
    const allSettled = () => (this.#journal.open(account).length === 0 ? true : null);
    await this.#until(account, allSettled, follow);
    const nonce = await this.#options.rpc.call('eth_getTransactionCount', [account.address, 'latest']);
    if (nonce < this.#journal.nextNonce(account)) {
      await this.#follower.reopenMissing(account, nonce);
      await this.#until(account, allSettled, follow);
      return this.#begin(account, intent, follow);
    }
    const pending = await this.#pendingCount(account, nonce);
    if (pending > nonce) {
      throw new ChainError(
        'CHAIN_FOREIGN_TRANSACTION',
        `${pending - nonce} transactions of this account are pending that are not ours`,
        {
          nonce,
          pending,
        },
      );
    }
    const prepared = await prepareTransaction({
      intent,
      nonce,
      chainId: account.chainId,
      rpc: this.#options.rpc,
      signer: this.#options.signer,
      gas: this.#options.preset.gas,
      nowMs: this.#clock.now(),
    });
    const entry = this.#journal.record({ intent, account, nonce, ...prepared, nowMs: this.#clock.now() });
    this.#options.log.info({ intent: intent.id, kind: intent.kind, nonce, hash: prepared.attempt.hash }, 'transaction recorded');
    await this.#follower.start(entry);
  }

  /**
   * Not every node knows the tag `pending`. The journal knows all of ours, and `nonce` is not below them: the only
   * transaction that this can miss is someone else's, which the follower finds when it takes the place of ours.
   */
  async #pendingCount({ address }: Account, nonce: number): Promise<number> {
    try {
      return await this.#options.rpc.call('eth_getTransactionCount', [address, 'pending']);
    } catch (error) {
      if (!(error instanceof RpcRefused)) throw error;
      this.#options.log.warn({ problem: error.rpcMessage }, 'the endpoint does not report pending transactions');
      return nonce;
    }
  }

  /**
   * Steps until there is a `result`.
   * @throws ChainError CHAIN_TRANSACTION_OPEN after the deadline, or the signal's reason.
   */
  async #until<Result>(
    account: Account,
    result: () => Result | null,
    { deadline, signal }: { deadline: Monotonic; signal: AbortSignal | undefined },
  ): Promise<Result> {
    for (;;) {
      const done = result();
      if (done !== null) return done;
      signal?.throwIfAborted();
      const [entry] = this.#journal.open(account);
      if (entry !== undefined && msUntil(deadline, this.#clock) <= 0) throw stillOpenError(entry);
      if (!(await this.#follower.step(account))) await this.#clock.sleep(this.#options.preset.pollMs, signal);
    }
  }
}

function assertSame({ intent }: JournalEntry, asked: Intent): void {
  const isSame =
    intent.to.toLowerCase() === asked.to.toLowerCase() && intent.data === asked.data && intent.valueWei === asked.valueWei;
  if (isSame) return;
  throw new ChainError('CHAIN_JOURNAL_CONFLICT', `${asked.id} was already used for something else`, { intentId: asked.id });
}

function stillOpenError(entry: JournalEntry): ChainError {
  const { intent, nonce, lastError } = entry;
  const { hash } = newestAttempt(entry);
  const text = `transaction ${hash} is not final yet${lastError === '' ? '' : ` (${lastError})`}`;
  return new ChainError('CHAIN_TRANSACTION_OPEN', text, { intentId: intent.id, hash, nonce, lastError });
}
