/** Follows open transactions: each call makes one observation of the chain and one act. */
import type { ChainPreset } from '../../../contract/chain-preset.ts';
import { monotonicNow } from '../../../protocol/monotonic.ts';
import type { Clock } from '../../../protocol/ports.ts';
import type { Signer } from '../../kit/signer.ts';
import type { Log } from '../../log.ts';
import { ChainError, isChainError, RpcRefused } from '../errors.ts';
import { classifySendRefusal, explainRefusal } from '../revert.ts';
import type { ChainRpc } from '../rpc/methods.ts';
import { higherOffer } from './fees.ts';
import { type JournalEntry, newestAttempt, outcomeOf, signAttempt } from './intent.ts';
import type { Account, TransactionJournal } from './journal.ts';
import { type Broadcasts, nextStep } from './next-step.ts';
import { findReceipt, inclusionOf, observe, readFeeMarket, readRevertReason } from './observe.ts';

/** Observations between two broadcasts of a transaction that no pool shows. */
const REBROADCAST_POLLS = 10;

export interface FollowerOptions {
  readonly rpc: ChainRpc;
  readonly journal: TransactionJournal;
  readonly signer: Signer;
  readonly preset: Pick<ChainPreset, 'gas' | 'confirmations' | 'stuckAfterMs' | 'pollMs'>;
  readonly clock: Clock;
  readonly log: Log;
}

export class TransactionFollower {
  readonly #rpc: ChainRpc;
  readonly #journal: TransactionJournal;
  readonly #signer: Signer;
  readonly #preset: FollowerOptions['preset'];
  readonly #clock: Clock;
  readonly #log: Log;
  /** By hash: when this process sent it. Lost with the process; the next one simply sends it again. */
  readonly #broadcasts = new Map<string, Broadcasts>();
  /** Per entry: the head at which its nonce was first seen taken by someone else's transaction. */
  readonly #takenSince = new Map<number, bigint>();

  constructor({ rpc, journal, signer, preset, clock, log }: FollowerOptions) {
    this.#rpc = rpc;
    this.#journal = journal;
    this.#signer = signer;
    this.#preset = preset;
    this.#clock = clock;
    this.#log = log;
  }

  /** Sends a recorded transaction for the first time. */
  start(entry: JournalEntry): Promise<void> {
    return this.#caught(entry, () => this.#broadcast(entry));
  }

  /** One observation of the first open transaction and one act. Returns true if that settled something. */
  async step(account: Account): Promise<boolean> {
    const [entry] = this.#journal.open(account);
    if (entry === undefined) return false;
    await this.#caught(entry, () => this.#act(account, entry));
    return outcomeOf(this.#journal.find(entry.intent.id)?.state ?? entry.state) !== null;
  }

  /** A failure on the way delays the transaction; it neither ends it nor blocks it for good. */
  async #caught(entry: JournalEntry, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (entry.lastError !== '') this.#journal.noteError(entry, '');
    } catch (error) {
      if (!isChainError(error)) throw error;
      this.#journal.noteError(entry, `${error.code}: ${error.message}`);
      this.#log.warn({ intent: entry.intent.id, code: error.code }, 'a transaction is delayed');
    }
  }

  async #act(account: Account, entry: JournalEntry): Promise<void> {
    const seen = await observe(this.#rpc, entry, this.#takenSince.get(entry.sequence) ?? null);
    if (seen.takenSinceBlock !== null) this.#takenSince.set(entry.sequence, seen.takenSinceBlock);
    else this.#takenSince.delete(entry.sequence);
    const nowMs = this.#clock.now();
    const { confirmations, stuckAfterMs, pollMs } = this.#preset;
    const step = nextStep({
      entry,
      seen,
      broadcasts: this.#broadcasts.get(newestAttempt(entry).hash) ?? null,
      rules: { confirmations, stuckAfterMs, rebroadcastMs: REBROADCAST_POLLS * pollMs },
      now: monotonicNow(this.#clock),
      signedAgoMs: nowMs - newestAttempt(entry).signedMs,
    });
    switch (step.kind) {
      case 'wait':
        return;
      case 'broadcast':
        return this.#broadcast(entry);
      case 'replace':
        return this.#replace(entry);
      case 'noteMined':
        this.#journal.markMined(entry, inclusionOf(entry, step.receipt));
        return;
      case 'settle': {
        const inclusion = inclusionOf(entry, step.receipt);
        const reason = inclusion.succeeded ? '' : await readRevertReason(this.#rpc, entry, step.receipt);
        this.#journal.settle(entry, inclusion, { reason, nowMs });
        for (const { hash } of entry.attempts) this.#broadcasts.delete(hash);
        this.#log.info({ intent: entry.intent.id, hash: inclusion.hash, succeeded: inclusion.succeeded }, 'transaction settled');
        return;
      }
      case 'reopen':
        this.#log.warn({ intent: entry.intent.id }, 'a reorganisation removed a transaction from the chain');
        return this.#broadcast(this.#journal.reopen(entry));
      case 'lose':
        this.#journal.lose(entry, nowMs);
        return;
      case 'fillGap':
        return this.reopenMissing(account, seen.accountNonce);
    }
  }

  async #broadcast(entry: JournalEntry): Promise<void> {
    const isFirst = entry.state.kind === 'signed';
    const { hash, raw } = newestAttempt(entry);
    const sent = this.#journal.markSent(entry);
    try {
      await this.#rpc.call('eth_sendRawTransaction', [raw]);
    } catch (error) {
      if (!(error instanceof RpcRefused)) throw error;
      const verdict = classifySendRefusal(error);
      if (verdict !== 'known' && verdict !== 'nonceUsed') {
        const explained = explainRefusal(error);
        // The nonce is free again only if no node can have the transaction.
        if (verdict !== 'rejected' || !isFirst || error.afterFailure) throw explained;
        this.#journal.refuse(sent, { reason: `${explained.code}: ${explained.message}`, nowMs: this.#clock.now() });
        return;
      }
    }
    const last = monotonicNow(this.#clock);
    this.#broadcasts.set(hash, { first: this.#broadcasts.get(hash)?.first ?? last, last });
  }

  async #replace(entry: JournalEntry): Promise<void> {
    const { chainId, nonce, gasLimit, intent } = entry;
    const capWei = this.#preset.gas.maxFeePerGasWei;
    const fees = higherOffer(newestAttempt(entry).fees, await readFeeMarket(this.#rpc), capWei);
    if (fees === null) throw new ChainError('CHAIN_FEE_ABOVE_CAP', `a higher offer would exceed the cap of ${capWei} wei`);
    const { to, data, valueWei } = intent;
    const unsigned = { chainId, nonce, to, data, valueWei, gasLimit, fees };
    const attempt = signAttempt(this.#signer, unsigned, this.#clock.now());
    this.#log.info({ intent: intent.id, hash: attempt.hash }, 'a pending transaction is sent again with a higher fee');
    await this.#broadcast(this.#journal.addAttempt(entry, attempt));
  }

  /**
   * The chain has seen `count` transactions, but more are settled here: a reorganisation removed some, which are
   * pending again.
   * @throws ChainError CHAIN_NONCE_GAP if none of ours is missing.
   */
  async reopenMissing(account: Account, count: number): Promise<void> {
    let reopened = 0;
    for (const entry of this.#journal.settledFrom(account, count)) {
      if ((await findReceipt(this.#rpc, entry)) !== null) continue;
      this.#journal.reopen(entry);
      reopened += 1;
    }
    if (reopened > 0) return;
    throw new ChainError('CHAIN_NONCE_GAP', `the chain has seen only ${count} transactions of this account`, { count });
  }
}
